/// Walks the graph: hosts in parallel, on each host one step after the other, each as soon as it may start.
struct RunLoop {
  /// What one task brings back.
  private enum Work: Sendable {
    case turn(StepTurn.Report)
    case removal(HostRun)
  }

  let context: RunContext
  var walk: GraphWalk
  /// Hosts on which nothing is under way.
  var parked: [String: HostRun] = [:]
  /// Hosts that may have a step to start.
  private var queue: [String]
  private var running = 0
  /// What steps that run once gave, for every host.
  private var shared: [(name: String, value: Value)] = []
  private var takenShares: [String: Int] = [:]
  var tally = RunTally()

  init(_ context: RunContext, _ scanned: ScannedRun) {
    self.context = context
    walk = GraphWalk(context.input.graph)
    queue = context.input.graph.hosts
    // What hosts said long ago, while a person read the plan, may no longer hold.
    let isOld = ContinuousClock.now - scanned.time > .seconds(120)
    for (scan, fault) in scanned.scans {
      var host = HostRun(scan)
      if isOld { host.forget() }
      parked[scan.host] = host
      if let fault { lose(scan.host, fault) }
    }
    notifyPending()
  }

  /// Handlers that the resumed run was asked for and did not come to.
  private mutating func notifyPending() {
    for (host, handlers) in context.history?.pendingHandlers ?? [:] {
      for handler in handlers {
        let node = context.input.graph.nodes.first {
          $0.role == .handler && $0.reference == StepReference(id: handler, host: host)
        }
        if let node { walk.notify(node.index) }
      }
    }
  }

  /// A host cannot be used any more.
  private mutating func lose(_ host: String, _ fault: Diagnostic) {
    context.input.events(.hostFailed(host, fault))
    tally.down[host] = fault
    for index in walk.lose(host) where context.input.graph.nodes[index].role != .handler {
      tally.counts[host, default: .init()].blocked += 1
    }
  }

  mutating func run() async -> RunSummary {
    await removeSecretsOfBefore()
    await withTaskGroup(of: Work.self) { group in
      while true {
        startReady(&group)
        guard let work = await group.next() else {
          guard canGoOn, relax() else { break }
          continue
        }
        running -= 1
        switch work {
        case .turn(let report): take(report)
        case .removal(let host):
          parked[host.host] = host
          enqueue(host.host)
        }
      }
    }
    return await finish()
  }

  private var canGoOn: Bool { tally.fatal == nil && !Task.isCancelled }

  /// Starts or settles whatever need not wait.
  private mutating func startReady(_ group: inout TaskGroup<Work>) {
    while canGoOn, let host = queue.first {
      guard let run = parked[host] else {
        queue.removeFirst()
        continue
      }
      if let scope = run.secrets.keys.sorted().first(where: { walk.isComplete(scope: $0, on: host) }) {
        startRemoval(scope, run, &group)
        continue
      }
      guard let next = walk.next(on: host) else {
        queue.removeFirst()
        continue
      }
      if settleAtOnce(next.index, next.readiness) { continue }
      guard running < max(1, context.input.options.forks) else { return }
      queue.removeFirst()
      start(next.index, &group)
    }
  }

  /// Whether a step could be settled without asking its host anything.
  private mutating func settleAtOnce(_ index: Int, _ readiness: GraphWalk.Readiness) -> Bool {
    let node = context.input.graph.nodes[index]
    switch readiness {
    case .waiting: return false
    case .blocked(let cause):
      let outcome = StepOutcome.blocked(by: context.input.graph.nodes[cause].reference)
      end(StepTurn.End(label: context.label(node), outcome: outcome, took: .zero))
      settle(index, as: .blocked(by: cause))
      return true
    case .skip(let why):
      if let why, node.role != .rescue {
        end(StepTurn.End(label: context.label(node), outcome: .skipped(why), took: .zero))
      }
      settle(index, as: .skipped)
      return true
    case .ready:
      guard var host = parked[node.reference.host] else { return false }
      takeShares(&host)
      if comesAfterChangeElsewhere(node) { host.forget() }
      parked[host.host] = host
      return settleAsScanned(node, host)
    }
  }

  private mutating func end(_ end: StepTurn.End) {
    context.input.events(.stepFinished(end.label, end.outcome, took: end.took))
    tally.count(end)
  }

  /// A step that the scan found as wanted, with nothing changed since, is done.
  private mutating func settleAsScanned(_ node: GraphNode, _ host: HostRun) -> Bool {
    guard !host.isStale, node.isLeftOut == nil, node.spec.until == nil, node.spec.failedWhen == nil,
      let known = host.scan.known[node.index], case .steps(let steps) = known.evaluation,
      known.standings.count == steps.count, let value = known.registered,
      known.standings.allSatisfy({ $0.isSettled }),
      !steps.contains(where: { context.mayHaveChanged(context.key(of: node, $0)) })
    else { return false }
    var host = host
    for (step, standing) in zip(steps, known.standings) {
      switch standing {
      case .ok(let outputs):
        let turn = ItemTurn(context: context, node: node, step: step, connection: nil, host: host)
        if let fault = turn.writeAsScanned(outputs) { tally.fatal = fault }
        end(StepTurn.End(label: turn.label, outcome: .ok, took: .zero))
      default:
        end(
          StepTurn.End(
            label: context.label(node, step), outcome: .skipped("done by the run before"), took: .zero))
      }
      for (name, value) in step.decoded.step?.assignments ?? [:] { host.variables.assign(name, value) }
    }
    if let name = node.spec.register { host.variables.assign(name, value) }
    parked[host.host] = host
    share(node, host)
    settle(node.index, as: .ok)
    return true
  }

  /// A step of another host that this one needs did something: what was seen before need not hold.
  private func comesAfterChangeElsewhere(_ node: GraphNode) -> Bool {
    node.needs.contains {
      walk.statuses[$0] == .changed && context.input.graph.nodes[$0].reference.host != node.reference.host
    }
  }

  private mutating func start(_ index: Int, _ group: inout TaskGroup<Work>) {
    let node = context.input.graph.nodes[index]
    guard let host = parked.removeValue(forKey: node.reference.host) else { return }
    let connection: HostConnection
    do throws(Diagnostic) {
      connection = try context.connections.connection(host.host)
    } catch {
      parked[host.host] = host
      lose(host.host, error)
      settle(index, as: .lost)
      return
    }
    walk.start(index)
    running += 1
    let open = walk.openNodes(of: host.host)
    let following = open.drop { $0 != index }.dropFirst()
    let context = context
    group.addTask {
      var turn = StepTurn(
        context: context, node: node, connection: connection, following: following, host: host)
      return .turn(await turn.run())
    }
  }

  /// The phase is over: the files with its secrets go.
  private mutating func startRemoval(_ scope: Int, _ host: HostRun, _ group: inout TaskGroup<Work>) {
    parked[host.host] = nil
    running += 1
    let context = context
    group.addTask {
      var host = host
      await host.removeSecrets(of: scope, context)
      return .removal(host)
    }
  }

  private mutating func take(_ report: StepTurn.Report) {
    let node = context.input.graph.nodes[report.index]
    parked[report.host.host] = report.host
    for end in report.ends { tally.count(end) }
    tally.note(report, node)
    for handler in report.notified { walk.notify(handler) }
    share(node, report.host)
    settle(report.index, as: report.status)
    if let down = report.down { lose(report.host.host, down) }
  }

  private mutating func settle(_ index: Int, as status: GraphWalk.Status) {
    walk.settle(index, as: status)
    let host = context.input.graph.nodes[index].reference.host
    for name in [host] + walk.hostsWithCrossNeeds { enqueue(name) }
  }

  private mutating func enqueue(_ host: String) {
    if !queue.contains(host) { queue.append(host) }
  }

  /// Nothing is under way and all that is left waits: a step then waits no longer for the whole of a phase that it
  /// needs one step of.
  private mutating func relax() -> Bool {
    for host in context.input.graph.hosts {
      guard let next = walk.next(on: host, isRelaxed: true) else { continue }
      walk.release(next.index)
      enqueue(host)
      return true
    }
    return false
  }

  // MARK: Values of steps that run once

  private mutating func share(_ node: GraphNode, _ host: HostRun) {
    guard node.spec.runsOnce, let name = node.spec.register, let value = host.variables.assigned[name] else {
      return
    }
    shared.append((name, value))
    for host in context.input.graph.hosts { enqueue(host) }
  }

  private mutating func takeShares(_ host: inout HostRun) {
    for (name, value) in shared.dropFirst(takenShares[host.host] ?? 0) { host.variables.assign(name, value) }
    takenShares[host.host] = shared.count
  }
}

extension HostVariables {
  mutating func assign(_ name: String, _ value: Value) {
    assigned[name] = value
    pending[name] = nil
  }
}
