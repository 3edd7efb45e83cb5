public import Runbook

/// Makes sure that a user has a login shell.
public struct LoginShellStep: StepKind {
  public static let key = "login_shell"
  public static let summary =
    "The login shell of a user; the shell must be installed and listed in /etc/shells."
  public static let example = """
    - login_shell: { user: ada, shell: /usr/bin/fish }
    """

  let user: String
  let shell: AbsolutePath

  public init(_ parameters: inout Parameters) {
    user = parameters.required("user", "The login name.")
    shell = parameters.required("shell", "Path of the shell.")
    parameters.checkAccountName(user, at: "user")
  }

  public var title: String { "login shell of \(user)" }
  public var requires: [String] { ["usermod"] }
  public var lock: String? { "accounts" }
  public var probe: Probe<Account?> { .user(user) }

  public func change(from observed: Account?) throws(Diagnostic) -> Change? {
    guard observed?.shell != shell.string else { return nil }
    let script = """
      set -eu
      grep -qxF -e \(shellWord(shell.string)) /etc/shells || {
        echo \(shellWord(shell.string)) 'is not listed in /etc/shells: is it installed?' >&2
        exit 1
      }
      usermod --shell \(shellWord(shell.string)) -- \(shellWord(user))
      """
    return .modify("login shell of \(user): \(observed?.shell ?? "none") to \(shell)", .script(Text(script)))
  }
}
