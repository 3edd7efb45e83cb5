import Runbook

/// What is done on hosts without a runbook: the hosts, and how each is reached.
struct AdHoc: Sendable {
  let project: Project
  let hosts: [String]
  let scopes: HostScopes

  init(_ invocation: Invocation, pattern: String) throws(Diagnostics) {
    project = try Project(invocation)
    hosts = try project.hosts(pattern).map { $0.name }
    scopes = try HostScopes(project, nil, hosts: hosts)
  }

  /// How it went on one host.
  enum Outcome<Output: Sendable>: Sendable {
    case done(Output)
    case fault(Diagnostic)
  }

  /// Opens a session on each host, some hosts at a time, and does something with it. In the order of the hosts.
  func onEach<Output: Sendable>(
    _ body: @escaping @Sendable (_ host: String, any ShellSession) async throws(MachineFault) -> Output
  ) async -> [(host: String, outcome: Outcome<Output>)] {
    let limit = project.configuration.number(.forks)
    return await withTaskGroup(of: (Int, Outcome<Output>).self) { group in
      var outcomes: [Int: Outcome<Output>] = [:]
      for (index, host) in hosts.enumerated() {
        if index >= limit, let done = await group.next() { outcomes[done.0] = done.1 }
        group.addTask { (index, await self.on(host, body)) }
      }
      for await done in group { outcomes[done.0] = done.1 }
      return hosts.indices.compactMap { index in outcomes[index].map { (hosts[index], $0) } }
    }
  }

  private func on<Output: Sendable>(
    _ host: String, _ body: @Sendable (_ host: String, any ShellSession) async throws(MachineFault) -> Output
  ) async -> Outcome<Output> {
    let machine: any Machine
    let account: SessionAccount
    do throws(Diagnostic) {
      machine = try project.machine(host, scopes)
      account = try Self.account(project.connection(host, scopes).become)
    } catch {
      return .fault(error)
    }
    let outcome: Outcome<Output>
    do throws(MachineFault) {
      let session = try await machine.open(as: account)
      outcome = .done(try await body(host, session))
      await session.close()
    } catch {
      outcome = .fault(Self.diagnostic(error, on: host))
    }
    await machine.close()
    return outcome
  }

  private static func account(_ become: BecomeSettings) throws(Diagnostic) -> SessionAccount {
    guard become.isOn else { return .login }
    guard let method = BecomeMethod(rawValue: become.method) else {
      throw Diagnostic(.inventory, "'\(become.method)' is none of 'sudo', 'su', 'doas'")
    }
    return .become(user: become.user, method: method)
  }

  private static func diagnostic(_ fault: MachineFault, on host: String) -> Diagnostic {
    switch fault {
    case .unreachable(let diagnostic), .wentAway(let diagnostic), .failed(let diagnostic): diagnostic
    case .interrupted: Diagnostic(.interrupted, "interrupted on '\(host)'")
    }
  }
}
