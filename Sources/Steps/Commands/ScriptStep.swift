public import Runbook

/// Runs a script of the control machine on the host.
public struct ScriptStep: StepKind {
  public static let key = "script"
  public static let summary = """
    Runs a script of the control machine on the host, with the interpreter that its first line names, from a \
    folder that is removed afterwards. \(CommandGuard.words)
    """
  public static let example = """
    - script: { source: install.sh, arguments: [--prefix, /opt/app], creates: /opt/app/bin/app }
    """

  let source: LocalFileReference?
  let arguments: [String]
  let guardian: CommandGuard

  public init(_ parameters: inout Parameters) {
    source = parameters.localFile(
      "source", "Script of the control machine, looked for beside the runbook and in `files`.")
    arguments = parameters.value("arguments", "Its arguments.", default: [])
    guardian = CommandGuard(&parameters)
    if !parameters.has("source") { parameters.reject("'source' is missing") }
    if let source {
      if ManagedFile.text(source.bytes) == nil {
        parameters.reject("'\(source.path)' is not a text file", at: "source")
      }
      if !source.bytes.starts(with: Array("#!".utf8)) {
        parameters.reject(
          "the script does not begin with '#!'", at: "source", hint: "begin it with '#!/bin/sh'")
      }
    }
  }

  public var title: String { "script \(name)" }
  public var probe: Probe<Bool> { guardian.probe }
  public var isVerified: Bool { guardian.isVerified }

  public func change(from mustRun: Bool) throws(Diagnostic) -> Change? {
    guard mustRun else { return nil }
    return .run(Text("script \(shellLine([name] + arguments))"), guardian.action(.shell(Text(wrapper))))
  }

  public func outputs(_ observed: Bool, _ results: [ActionResult]) -> ValueMap { guardian.outputs(results) }

  private var name: String { source?.path.split(separator: "/").last.map(String.init) ?? "" }

  private var wrapper: String {
    let text = source.flatMap { ManagedFile.text($0.bytes) } ?? ""
    return """
      runbook_d=$(mktemp -d) || exit 1
      trap 'rm -rf -- "$runbook_d"' EXIT
      runbook_s=$runbook_d/\(shellWord(name))
      printf %s \(shellWord(text)) > "$runbook_s" && chmod 0700 "$runbook_s" || exit 1
      "$runbook_s"\(arguments.map { " " + shellWord($0) }.joined())
      """
  }
}
