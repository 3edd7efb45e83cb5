extension ChannelOpening.Fault {
  /// What a person is told where the login itself worked and the account could not be had.
  func fault(on host: String, _ account: SessionAccount) -> MachineFault {
    guard case .become(let user, let method) = account else { return login(on: host) }
    let tool = method.rawValue
    switch self {
    case .interrupted: return .interrupted
    case .missingTool:
      return .unreachable(
        Diagnostic(
          .refused, "'\(tool)' is not installed on '\(host)'",
          hint: "install it, connect as '\(user)', or set another become_method"))
    case .asksForPassword:
      return .unreachable(
        Diagnostic(
          .refused, "\(tool) on '\(host)' asks for a password and none is given",
          hint: "pass --ask-become-pass, or set become_password in the vault"))
    case .wrongPassword:
      return .unreachable(
        Diagnostic(
          .refused, "\(tool) on '\(host)' does not accept the password",
          hint: "check become_password: it is that of the \(method == .su ? "user '\(user)'" : "login user")")
      )
    case .ended(_, _, let errors), .tookTooLong(_, let errors):
      return .unreachable(becomeRefused(host, user, method, errors))
    }
  }

  private func login(on host: String) -> MachineFault {
    switch self {
    case .interrupted: .interrupted
    case .ended(let status, let output, let errors):
      .unreachable(
        Diagnostic(
          .refused, "the login shell on '\(host)' does not run commands (status \(status))",
          notes: lastLines(output + errors), hint: "give the login a shell, or connect as another user"))
    case .tookTooLong(let output, let errors):
      .unreachable(
        Diagnostic(.unreachable, "'\(host)' gave no shell in time", notes: lastLines(output + errors)))
    case .missingTool(let tool): .unreachable(Diagnostic(.refused, "'\(tool)' is not installed on '\(host)'"))
    case .asksForPassword, .wrongPassword:
      .unreachable(Diagnostic(.refused, "the login on '\(host)' asks for a password"))
    }
  }

  private func becomeRefused(_ host: String, _ user: String, _ method: BecomeMethod, _ errors: String)
    -> Diagnostic
  {
    let notes = lastLines(errors)
    if method == .su, errors.contains("uthentication failure") || errors.contains("ncorrect password") {
      return Diagnostic(
        .refused, "su on '\(host)' does not accept the password", notes: notes,
        hint: "check become_password: it is that of the user '\(user)'")
    }
    if errors.contains("not in the sudoers") || errors.contains("is not allowed to") {
      return Diagnostic(
        .refused, "sudo on '\(host)' does not let the login user become '\(user)'", notes: notes,
        hint: "add the login user to the sudoers of '\(host)'")
    }
    if method == .doas {
      return Diagnostic(
        .refused, "doas on '\(host)' does not make the login user '\(user)' without a password", notes: notes,
        hint: "doas reads passwords from a terminal only: permit it with 'nopass', or use sudo")
    }
    return Diagnostic(
      .refused, "\(method.rawValue) on '\(host)' did not make the login user '\(user)'", notes: notes)
  }
}

/// The last few lines of what a program said, for a note.
func lastLines(_ text: String, _ count: Int = 5) -> [String] {
  text.split(whereSeparator: \.isNewline).suffix(count).map { String($0) }
}
