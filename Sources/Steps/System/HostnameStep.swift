public import Runbook

/// Makes sure that the host calls itself by a name.
public struct HostnameStep: StepKind {
  public static let key = "hostname"
  public static let summary = "The host's own name, now and after a restart."
  public static let shorthand: String? = "name"
  public static let example = """
    - hostname: host01
    """

  let name: String

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "The name; letters, digits, `-`, and `.` in a full one.")
    let labels = name.split(separator: ".", omittingEmptySubsequences: false)
    let isSound = labels.allSatisfy { label in
      !label.isEmpty && label.count < 64 && !label.hasPrefix("-") && !label.hasSuffix("-")
        && label.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
    }
    if !isSound { parameters.reject("'\(name)' is not a host name", at: "name") }
  }

  public var title: String { "host name \(name)" }

  /// The name in /etc/hostname, and the one in use.
  public var probe: Probe<[String]> {
    Probe<ScriptOutput>.script(
      "if [ -e /etc/hostname ]; then head -n 1 /etc/hostname; else echo; fi; uname -n"
    ).map {
      $0.output.split(separator: "\n", omittingEmptySubsequences: false).prefix(2).map(String.init)
    }
  }

  public func change(from observed: [String]) throws(Diagnostic) -> Change? {
    guard observed != [name, name] else { return nil }
    // /etc/hostname may be a mount of its own, which cannot be renamed over.
    let script = """
      set -eu
      printf '%s\\n' \(shellWord(name)) >/etc/hostname
      if command -v hostname >/dev/null; then hostname \(shellWord(name)); else
        printf %s \(shellWord(name)) >/proc/sys/kernel/hostname
      fi
      """
    return .modify("host name \(observed.last ?? "") to \(name)", .script(Text(script)))
  }
}
