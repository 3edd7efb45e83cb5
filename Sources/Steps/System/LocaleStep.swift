public import Runbook

/// Makes sure that a locale is generated, and is the default where that is asked for.
public struct LocaleStep: StepKind {
  public static let key = "locale"
  public static let summary = "A generated locale. The package `locales` must be installed."
  public static let shorthand: String? = "name"
  public static let example = """
    - locale: { name: de_DE.UTF-8, default: true }
    """

  let name: String
  let isDefault: Bool

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "Its name: `en_US.UTF-8`.")
    isDefault = parameters.value(
      "default", "Make it the host's own (`LANG` in /etc/default/locale).", default: false)
    if name.split(separator: ".").count != 2 || name.contains(where: { $0.isWhitespace }) {
      parameters.reject(
        "'\(name)' is not a locale with its character set", at: "name", hint: "write it like en_US.UTF-8")
    }
  }

  public var title: String { "locale \(name)" }

  /// Whether it is generated, and the host's `LANG`.
  public var probe: Probe<(Bool, String)> {
    Probe<ScriptOutput>.script(
      "locale -a; echo '--'; cat /etc/default/locale /etc/locale.conf 2>/dev/null | sed -n 's/^LANG=//p'"
    ).map { [name] output in
      let parts = output.output.split(separator: "\n").map(String.init).split(separator: "--", maxSplits: 1)
      let language = parts.count == 2 ? parts[1].first ?? "" : ""
      let known = (parts.first ?? []).contains { Self.folded($0) == Self.folded(name) }
      return (known, language.filter { $0 != "\"" })
    }
  }

  /// `en_US.UTF-8` and `en_US.utf8` are one.
  private static func folded(_ name: String) -> String { name.lowercased().filter { $0 != "-" } }

  public func change(from observed: (Bool, String)) throws(Diagnostic) -> Change? {
    let setsDefault = isDefault && observed.1 != name
    guard !observed.0 || setsDefault else { return nil }
    var lines = ["set -eu"]
    if !observed.0 {
      let charset = name.split(separator: ".").last.map(String.init) ?? ""
      let line = "\(name) \(charset)"
      lines.append(
        """
        command -v locale-gen >/dev/null || {
          echo 'there is no locale-gen on this host: install locales' >&2
          exit 1
        }
        grep -qxF -e \(shellWord(line)) /etc/locale.gen || printf '%s\\n' \(shellWord(line)) >>/etc/locale.gen
        locale-gen >&2
        """)
    }
    if setsDefault { lines.append("update-locale \(shellWord("LANG=\(name)"))") }
    let summary = (observed.0 ? [] : ["generate \(name)"]) + (setsDefault ? ["LANG=\(name)"] : [])
    let script = Text(lines.joined(separator: "\n"))
    return Change(observed.0 ? .modify : .create, Text(summary.joined(separator: ", ")), [.script(script)])
  }
}
