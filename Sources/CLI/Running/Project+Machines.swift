import Runbook

extension Project {
  /// How a host is reached: its variables, then what the project sets for those that say nothing.
  func connection(_ host: String, _ scopes: HostScopes) throws(Diagnostic) -> ConnectionSettings {
    let scope = scopes.scope(of: host)
    var settings: ConnectionSettings
    do throws(EvaluationFault) {
      settings = try ConnectionSettings(evaluating: scope, host: host)
      if try scope.value(of: "ansible_become") == nil, try scope.value(of: "become") == nil {
        settings.become.isOn = configuration.isOn(.become)
      }
      if try scope.value(of: "ansible_become_user") == nil { settings.become.user = configuration.text(.becomeUser) }
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

  func machine(_ host: String, _ scopes: HostScopes) throws(Diagnostic) -> any Machine {
    AbsentMachine(name: host)
  }

  /// The control machine, on behalf of a host.
  func controlMachine(_ host: String) -> any Machine {
    AbsentMachine(name: host)
  }
}

/// Stands where the machines are not there yet.
struct AbsentMachine: Machine {
  let name: String
  func open(as account: SessionAccount) async throws(MachineFault) -> any ShellSession { throw .interrupted }
  func close() async {}
}
