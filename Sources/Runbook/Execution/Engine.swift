/// Plans and applies a graph: scans the hosts, says what would change, does it, and proves that it is so.
public struct Engine: Sendable {
  let input: EngineInput
  /// Where a test cuts the run off.
  let crashPoint: Journal.CrashPoint?

  public init(_ input: EngineInput) { self.init(input, crashPoint: nil) }

  init(_ input: EngineInput, crashPoint: Journal.CrashPoint?) {
    self.input = input
    self.crashPoint = crashPoint
  }

  /// Looks at every host and says what applying would do. Changes nothing there. Trouble of the control machine's own
  /// is a fault of every host.
  public func plan() async -> Plan {
    do throws(Diagnostic) {
      let scanned = try await scan()
      await scanned.close()
      return scanned.plan
    } catch {
      let faults = input.graph.hosts.map { (host: $0, diagnostic: error) }
      return Plan(
        runbook: input.arguments.runbook, name: input.document.name, hosts: input.graph.hosts, entries: [],
        faults: faults)
    }
  }

  /// Looks at every host, and keeps the connections for `apply`. `resuming`: a run that was cut off.
  public func scan(resuming history: RunHistory? = nil) async throws(Diagnostic) -> ScannedRun {
    let key = try ProjectKey.load(stateFolder: input.stateFolder)
    let connections = ConnectionPool(input)
    let context = RunContext(
      input, run: "scan", key: key, journal: nil, history: history, connections: connections)
    let scans = await scan(context)
    var maker = PlanMaker(graph: input.graph, scans: scans)
    let plan = Plan(
      runbook: input.arguments.runbook, name: input.document.name, hosts: input.graph.hosts,
      entries: maker.make(),
      faults: scans.compactMap { scan in scan.fault.map { (scan.scan.host, $0) } })
    return ScannedRun(
      plan: plan, scans: scans, connections: connections, key: key, history: history, time: .now)
  }

  /// Looks, and does what there is to do.
  public func apply() async -> RunSummary {
    do throws(Diagnostic) {
      return try await apply(try await scan())
    } catch {
      return .neverBegun(error, input.graph.hosts)
    }
  }

  /// Does what a scan found to be done, and keeps a journal of it. Throws where the journal cannot be begun; the
  /// connections are closed in every outcome.
  public func apply(_ scanned: ScannedRun) async throws(Diagnostic) -> RunSummary {
    let journal: Journal
    let id: String
    do throws(Diagnostic) {
      if let history = scanned.history {
        id = history.header.id
        journal = try Journal.reopen(history.path, crashPoint: crashPoint)
        try journal.append(.runResumed(time: now(), version: input.version))
      } else {
        id = RunID.make()
        journal = try Journal.create(run: id, in: input.stateFolder, crashPoint: crashPoint)
        try journal.append(.runStarted(try header(id, scanned.key)))
      }
    } catch {
      await scanned.close()
      throw error
    }
    let context = RunContext(
      input, run: id, key: scanned.key, journal: journal, history: scanned.history,
      connections: scanned.connections)
    input.events(.runStarted(id: id, name: input.document.name, hosts: input.graph.hosts))
    var loop = RunLoop(context, scanned)
    return await loop.run()
  }

  /// Every host in parallel; then once more those that wait for what a step gives that runs once, elsewhere.
  private func scan(_ context: RunContext) async -> [(scan: ScanHost, fault: Diagnostic?)] {
    let scanner = HostScanner(context: context)
    let once = input.graph.nodes.filter { $0.spec.runsOnce && $0.spec.register != nil }
    var hosts = input.graph.scanHosts
    for index in hosts.indices {
      for node in once where node.reference.host != hosts[index].host {
        hosts[index].sharedPending[node.spec.register ?? ""] = "what step '\(node.reference.id)' gives"
      }
    }
    var scans = await scanner.scan(hosts)
    var shared: [(host: String, name: String, value: Value)] = []
    for node in once {
      let known = scans.first { $0.scan.host == node.reference.host }?.scan.known[node.index]
      guard let name = node.spec.register, let value = known?.registered else { continue }
      shared.append((node.reference.host, name, value))
    }
    guard !shared.isEmpty else { return scans }
    for index in scans.indices {
      for value in shared where value.host != scans[index].scan.host {
        scans[index].scan.shared[value.name] = value.value
        scans[index].scan.sharedPending[value.name] = nil
      }
    }
    let again = scans.indices.filter { scans[$0].fault == nil }
    for (index, scan) in zip(again, await scanner.scan(again.map { scans[$0].scan })) { scans[index] = scan }
    return scans
  }

  private func header(_ id: String, _ key: ProjectKey) throws(Diagnostic) -> RunHeader {
    let extras = ExtraVariables(input, key)
    let files = input.document.files.map { $0.path + "\0" + $0.text }.joined(separator: "\0")
    return RunHeader(
      id: id, name: input.document.name, version: input.version, time: now(), hosts: input.graph.hosts,
      digest: Digest.hex(Digest.sha256(Array(files.utf8))), arguments: input.arguments,
      sealedExtras: extras.sealed, extraDigests: extras.digests)
  }
}

extension RunSummary {
  /// A run that could not even begin its journal.
  fileprivate static func neverBegun(_ fault: Diagnostic, _ hosts: [String]) -> RunSummary {
    RunSummary(
      id: "", result: .failed, hosts: hosts.map { ($0, HostCounts()) }, failures: [(.run, fault)],
      took: .zero,
      roundTrips: 0)
  }
}

extension StepLabel {
  /// Who a fault of the run as a whole is about.
  static let run = StepLabel(reference: StepReference(id: "run", host: "control"), title: "the run")
}
