public import Runbook

/// Runs one command, without a shell.
public struct CommandStep: StepKind {
  public static let key = "command"
  public static let summary = """
    Runs one command, its words passed on as they are: nothing is expanded, no pipe, no redirection. A \
    secret may not be one of its words; hand it on by `input`. \(CommandGuard.words)
    """
  public static let shorthand: String? = "argv"
  public static let example = """
    - command: systemctl daemon-reload
    - command: { argv: [openssl, dhparam, -out, /etc/ssl/dh.pem, "2048"], creates: /etc/ssl/dh.pem }
    """

  let command: CommandLine
  let guardian: CommandGuard

  public init(_ parameters: inout Parameters) {
    command = parameters.required(
      "argv", "The command and its arguments; a line is split into words as a shell does.")
    guardian = CommandGuard(&parameters)
  }

  public var title: String { "command \(shellLine(command.words))" }
  public var probe: Probe<Bool> { guardian.probe }
  public var isVerified: Bool { guardian.isVerified }

  public func change(from mustRun: Bool) throws(Diagnostic) -> Change? {
    guard mustRun else { return nil }
    return .run(Text(shellLine(command.words)), guardian.action(.arguments(command.words.map { Text($0) })))
  }

  public func outputs(_ observed: Bool, _ results: [ActionResult]) -> ValueMap { guardian.outputs(results) }
}
