public import Runbook

/// Makes sure that the host's clock is read in a time zone.
public struct TimezoneStep: StepKind {
  public static let key = "timezone"
  public static let summary = "The host's time zone. The package `tzdata` must be installed."
  public static let shorthand: String? = "name"
  public static let example = """
    - timezone: Europe/Berlin
    """

  let name: String

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "A name below /usr/share/zoneinfo: `Etc/UTC`.")
    let isSound = !name.isEmpty && !name.hasPrefix("/") && !name.split(separator: "/").contains("..")
    if !isSound || name.contains(where: { $0.isWhitespace }) {
      parameters.reject("'\(name)' is not the name of a time zone", at: "name")
    }
  }

  public var title: String { "time zone \(name)" }

  /// Where /etc/localtime points, and what /etc/timezone says, each where it is there.
  public var probe: Probe<[String]> {
    Probe<ScriptOutput>.script(
      "readlink /etc/localtime || echo; if [ -e /etc/timezone ]; then head -n 1 /etc/timezone; fi"
    ).map {
      $0.output.split(separator: "\n", omittingEmptySubsequences: false).map(String.init).filter {
        !$0.isEmpty
      }
    }
  }

  public func change(from observed: [String]) throws(Diagnostic) -> Change? {
    let names = observed.map { path in
      path.firstRange(of: "zoneinfo/").map { String(path[$0.upperBound...]) } ?? path
    }
    guard
      names.isEmpty || names.contains(where: { $0 != name })
        || !observed.contains(where: { $0.hasPrefix("/") || $0.hasPrefix(".") })
    else { return nil }
    let file = shellWord("/usr/share/zoneinfo/\(name)")
    let script = """
      set -eu
      [ -f \(file) ] || {
        echo 'there is no time zone' \(shellWord(name)) 'on this host: is tzdata installed?' >&2
        exit 1
      }
      ln -s \(file) /etc/localtime.new
      mv -f /etc/localtime.new /etc/localtime
      [ ! -e /etc/timezone ] || printf '%s\\n' \(shellWord(name)) >/etc/timezone
      """
    return .modify("time zone \(names.first ?? "none") to \(name)", .script(Text(script)))
  }
}
