import Synchronization

/// What every part of one run shares; nothing in it changes but the connections.
struct RunContext: Sendable {
  let input: EngineInput
  let planner: Planner
  let key: ProjectKey
  let seal: ValueSeal
  /// nil while planning.
  let journal: Journal?
  let record: HostRecord
  /// The run that is resumed.
  let history: RunHistory?
  let connections: ConnectionPool
  let start: ContinuousClock.Instant

  init(
    _ input: EngineInput, run id: String, key: ProjectKey, journal: Journal?, history: RunHistory?,
    connections: ConnectionPool
  ) {
    self.input = input
    self.key = key
    self.journal = journal
    self.history = history
    self.connections = connections
    planner = Planner(
      registry: input.registry, environment: TemplateEnvironment(keyring: input.keyring),
      keyring: input.keyring, scope: input.scope, become: input.become)
    seal = ValueSeal(password: input.journalPassword, holdsSecret: input.holdsSecret)
    record = HostRecord(
      run: id, owner: LockOwner.current(run: id).text, stateFolder: input.options.hostStateFolder)
    start = .now
  }

  var runID: String { record.run }

  /// What a step is known by in journals.
  func key(of node: GraphNode, _ step: PlannedStep) -> StepKey {
    let item = step.identity.map { identity in
      let digest = String(key.fingerprint("item:\(identity)").prefix(16))
      return step.occurrence == 0 ? digest : "\(digest)#\(step.occurrence)"
    }
    return StepKey(id: node.reference.id, host: node.reference.host, item: item)
  }

  func label(_ node: GraphNode, _ step: PlannedStep? = nil) -> StepLabel {
    StepLabel(
      reference: node.reference, title: step?.decoded.title ?? Text(node.spec.id), item: step?.item,
      phases: node.phases)
  }

  /// Whether the resumed run was at a step and cannot say what came of it, so that its handlers must be asked for
  /// even where nothing is left to do.
  func mayHaveChanged(_ key: StepKey) -> Bool {
    guard let history else { return false }
    return history.started[key] != nil || history.finished[key]?.status == .failed
  }

  /// The outputs of a step that the resumed run has done and that cannot be looked at; nil: it is to be done, or
  /// looked at.
  func recall(_ node: GraphNode, _ step: PlannedStep) -> ValueMap? {
    guard let history, let decoded = step.decoded.step, !decoded.isObservable,
      let record = history.finished[key(of: node, step)],
      record.status == .ok || record.status == .changed || record.status == .tolerated,
      history.started[record.key] == nil,
      record.fingerprint == key.fingerprints(of: step.decoded).whole
    else { return nil }
    do throws(Diagnostic) {
      guard case .map(let outputs)? = try seal.open(record.outputs) else { return nil }
      return outputs
    } catch {
      // Sealed under another password: the step runs again, as where nothing was kept.
      input.events(.warning(error.noting("step '\(node.reference)' runs again: its values cannot be read")))
      return nil
    }
  }
}

/// The connections of a run, each made when its host is first needed.
final class ConnectionPool: Sendable {
  private let input: EngineInput
  private let connections = Mutex<[String: HostConnection]>([:])

  init(_ input: EngineInput) { self.input = input }

  func connection(_ host: String) throws(Diagnostic) -> HostConnection {
    if let known = connections.withLock({ $0[host] }) { return known }
    let made = HostConnection(machine: try input.machine(host), control: input.control(host))
    return connections.withLock { connections in
      if let known = connections[host] { return known }
      connections[host] = made
      return made
    }
  }

  /// Ends every connection, and says how many round trips were made.
  func close() async -> Int {
    var count = 0
    for connection in connections.withLock({ Array($0.values) }) {
      count += await connection.roundTrips
      await connection.close()
    }
    return count
  }

  /// How many round trips were made with a host.
  func roundTrips(_ host: String) async -> Int {
    await connections.withLock { $0[host] }?.roundTrips ?? 0
  }
}
