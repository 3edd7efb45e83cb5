public import Runbook

/// Runs shell text.
public struct ShellStep: StepKind {
  public static let key = "shell"
  public static let summary = """
    Runs shell text in a POSIX sh; `set -e` is not on. A secret in it reaches the shell alone: hand it on by \
    a builtin or a here document, never as an argument of another command. \(CommandGuard.words)
    """
  public static let shorthand: String? = "run"
  public static let example = """
    - shell: pg_dumpall | gzip > /var/backups/all.sql.gz
    - shell: { run: ./install.sh --yes, directory: /opt/app, creates: /opt/app/bin/app }
    """

  let text: Text
  let guardian: CommandGuard

  public init(_ parameters: inout Parameters) {
    text = parameters.required("run", "The shell text.")
    guardian = CommandGuard(&parameters)
  }

  public var title: String { "shell \(CommandSummary.firstLine(text))" }
  public var probe: Probe<Bool> { guardian.probe }
  public var isVerified: Bool { guardian.isVerified }

  public func change(from mustRun: Bool) throws(Diagnostic) -> Change? {
    guard mustRun else { return nil }
    return .run(Text(CommandSummary.firstLine(text)), guardian.action(.shell(text)))
  }

  public func outputs(_ observed: Bool, _ results: [ActionResult]) -> ValueMap { guardian.outputs(results) }
}

/// How a plan shows shell text in one line.
enum CommandSummary {
  /// The first line that does something, and "…" where there is more; secrets by their names.
  static func firstLine(_ text: Text) -> String {
    let all = text.description.split(whereSeparator: { $0.isNewline }).map { String($0).trimmingSpaces() }
    let telling = all.filter { !$0.isEmpty && !$0.hasPrefix("#") && !$0.hasPrefix("set -") }
    let lines = telling.isEmpty ? all : telling
    guard let first = lines.first else { return "" }
    if first.count > 72 { return "\(first.prefix(70)) …" }
    return lines.count > 1 ? "\(first) …" : first
  }
}
