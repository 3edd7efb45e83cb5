/// Asks hosts what a scan wants to know: the first round trip brings the facts and all that can be asked without
/// them, the next what had to wait.
struct HostScanner: Sendable {
  let context: RunContext

  /// Every host of the graph, looked at in parallel.
  func scan(_ hosts: [ScanHost]) async -> [(scan: ScanHost, fault: Diagnostic?)] {
    await mapBounded(hosts, limit: context.input.options.forks) { await scan($0) }
  }

  /// One host, until there is nothing more to ask.
  func scan(_ host: ScanHost) async -> (scan: ScanHost, fault: Diagnostic?) {
    var scan = host
    do throws(Diagnostic) {
      let connection = try context.connections.connection(scan.host)
      var questions = scan.advance(context.planner, recall: context.recall)
      while scan.facts == nil || !questions.isEmpty {
        try await ask(questions, connection, &scan)
        questions = scan.advance(context.planner, recall: context.recall)
      }
      return (scan, nil)
    } catch {
      return (scan, error)
    }
  }

  private func ask(
    _ questions: [SessionChannel: [FactQuery]], _ connection: HostConnection, _ scan: inout ScanHost
  ) async throws(Diagnostic) {
    let hostChannels = questions.keys.filter { !$0.isDelegated }
    // Facts go with the channel that has most to ask, so that they cost no round trip of their own.
    let usual = SessionChannel(account: try defaultAccount(scan.host), isDelegated: false)
    let factChannel =
      hostChannels.contains(usual)
      ? usual : hostChannels.max { count(questions, $0) < count(questions, $1) } ?? usual
    var channels = Array(questions.keys)
    if scan.facts == nil, !channels.contains(factChannel) { channels.append(factChannel) }
    for channel in channels.sorted(by: { $0.order < $1.order }) {
      let queries = questions[channel] ?? []
      let wantsFacts = scan.facts == nil && channel == factChannel
      var scripts: [Script] = wantsFacts ? [Script(FactScript.hostFacts)] : []
      if !queries.isEmpty { scripts.append(Script(FactScript.text(for: queries))) }
      var outputs = try await run(scripts, connection, channel, scan.host)
      if wantsFacts { scan.facts = try FactScript.parseHostFacts(outputs.removeFirst()).variables }
      if let output = outputs.first {
        scan.answers[channel, default: FactAnswers()].merge(try FactScript.parse(output, for: queries))
      }
    }
  }

  private func count(_ questions: [SessionChannel: [FactQuery]], _ channel: SessionChannel) -> Int {
    questions[channel]?.count ?? 0
  }

  private func defaultAccount(_ host: String) throws(Diagnostic) -> SessionAccount {
    let settings = try context.input.become(host)
    let spec = context.input.document.become
    guard spec.isOn ?? settings.isOn, let method = spec.method ?? BecomeMethod(rawValue: settings.method)
    else {
      return .login
    }
    return .become(user: spec.user ?? settings.user, method: method)
  }

  private func run(
    _ scripts: [Script], _ connection: HostConnection, _ channel: SessionChannel, _ host: String
  ) async throws(Diagnostic) -> [[UInt8]] {
    do throws(MachineFault) {
      let session = try await connection.session(channel)
      let outcomes = try await session.run(scripts, onOutput: nil)
      return try outcomes.map { (outcome) throws(MachineFault) in
        switch outcome {
        case .finished(_, let output, _): return output
        case .timedOut: throw .failed(Diagnostic(.timedOut, "looking at '\(host)' took too long"))
        case .skipped: return []
        }
      }
    } catch {
      throw error.diagnostic(host)
    }
  }
}

extension SessionChannel {
  /// The login's own shell comes first: it makes the connection.
  fileprivate var order: String {
    switch account {
    case .login: isDelegated ? "2" : "0"
    case .become(let user, let method): "\(isDelegated ? 3 : 1)\(method.rawValue)\(user)"
    }
  }
}

extension MachineFault {
  /// What people read.
  func diagnostic(_ host: String) -> Diagnostic {
    switch self {
    case .unreachable(let diagnostic), .wentAway(let diagnostic), .failed(let diagnostic): diagnostic
    case .interrupted: Diagnostic(.interrupted, "interrupted while working on '\(host)'")
    }
  }
}

/// Runs `body` over `inputs`, at most `limit` at a time; the results keep the order of the inputs.
func mapBounded<Input: Sendable, Output: Sendable>(
  _ inputs: [Input], limit: Int, _ body: @escaping @Sendable (Input) async -> Output
) async -> [Output] {
  await withTaskGroup(of: (index: Int, output: Output).self) { group in
    var outputs = [Output?](repeating: nil, count: inputs.count)
    for (index, input) in inputs.enumerated() {
      if index >= limit, let done = await group.next() { outputs[done.index] = done.output }
      group.addTask { (index, await body(input)) }
    }
    for await done in group { outputs[done.index] = done.output }
    return outputs.compactMap { $0 }
  }
}

extension HostFacts {
  /// The variables that steps see: `facts`, `ansible_facts`, and Ansible's names by themselves.
  fileprivate var variables: ValueMap {
    var variables = ansible
    let prefix = "ansible_"
    variables["ansible_facts"] = .map(
      ValueMap(
        ansible.map { ($0.key.hasPrefix(prefix) ? String($0.key.dropFirst(prefix.count)) : $0.key, $0.value) }
      ))
    variables["facts"] = .map(facts)
    return variables
  }
}
