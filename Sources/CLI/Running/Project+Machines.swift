import Runbook

extension Project {
  /// How a host is reached: its variables, then what the project sets for those that say nothing.
  func connection(_ host: String, _ scopes: HostScopes) throws(Diagnostic) -> ConnectionSettings {
    // Facts cannot say how to reach the host that they come from.
    let scope: any Scope = scopes.base(of: host) ?? ValueScope([:])
    var settings: ConnectionSettings
    do throws(EvaluationFault) {
      settings = try ConnectionSettings(evaluating: scope, host: host)
      if try scope.value(of: "ansible_become") == nil, try scope.value(of: "become") == nil {
        settings.become.isOn = configuration.isOn(.become)
      }
      if try scope.value(of: "ansible_become_user") == nil {
        settings.become.user = configuration.text(.becomeUser)
      }
      if try scope.value(of: "ansible_become_method") == nil {
        settings.become.method = configuration.text(.becomeMethod)
      }
    } catch {
      switch error {
      case .diagnostic(let diagnostic): throw diagnostic
      case .pending(let reason):
        throw Diagnostic(.inventory, "how '\(host)' is reached cannot wait for \(reason)")
      }
    }
    settings.connectTimeout = .seconds(configuration.number(.connectTimeout))
    settings.sshOptions += configuration.all(.sshOptions).flatMap { ["-o", $0] }
    if settings.become.password == nil { settings.become.password = becomePassword }
    return settings
  }

  /// The machine of a host, not yet connected.
  func machine(_ host: String, _ scopes: HostScopes) throws(Diagnostic) -> any Machine {
    let settings = try connection(host, scopes)
    switch settings.transport {
    case .local: return LocalMachine(name: host, become: settings.become)
    case .ssh: return SSHMachine(settings: settings)
    }
  }

  /// The control machine, on behalf of a host.
  func controlMachine(_ host: String) -> any Machine { LocalMachine(name: host) }
}
