/// The turn of one step on one host: evaluated with what is known by now, looked at, done, proved and written down,
/// item by item.
struct StepTurn {
  let context: RunContext
  let node: GraphNode
  let connection: HostConnection
  /// The steps of the host that come after it.
  let following: ArraySlice<Int>
  var host: HostRun

  /// How the turn ended, for the walk.
  struct Report: Sendable {
    var index: Int
    var host: HostRun
    var status: GraphWalk.Status = .ok
    var ends: [End] = []
    var notified: [Int] = []
    /// The host cannot be used any more.
    var down: Diagnostic?
    /// The run cannot go on: its journal cannot be written.
    var fatal: Diagnostic?
  }

  /// How one item ended.
  struct End: Sendable {
    var label: StepLabel
    var outcome: StepOutcome
    var took: Duration
  }

  var report: Report

  init(
    context: RunContext, node: GraphNode, connection: HostConnection, following: ArraySlice<Int>,
    host: HostRun
  ) {
    self.context = context
    self.node = node
    self.connection = connection
    self.following = following
    self.host = host
    report = Report(index: node.index, host: host)
  }

  mutating func run() async -> Report {
    if node.isLeftOut != nil {
      await leaveOut()
    } else {
      switch evaluation() {
      case .skipped(let why):
        end(context.label(node), .skipped(why))
        report.status = .skipped
        register(.map(["changed": .bool(false), "failed": .bool(false), "skipped": .bool(true)]))
      case .pending(let why):
        fail(
          context.label(node),
          Diagnostic(.failed, "'\(node.plainTitle)' cannot be done: \(why)", at: node.spec.position))
      case .failed(let fault): fail(context.label(node), fault.located(at: node.spec.position))
      case .steps(let steps): await run(steps)
      }
    }
    report.host = host
    return report
  }

  /// What the scan worked out still holds where nothing changed since, and nothing was waited for.
  private func evaluation() -> NodeEvaluation {
    if !host.isStale, let known = host.scan.known[node.index], case .steps(let steps) = known.evaluation,
      steps.allSatisfy({ $0.decoded.pending.isEmpty })
    {
      return known.evaluation
    }
    return context.planner.evaluate(node, over: context.planner.scope(host.variables))
  }

  private mutating func run(_ steps: [PlannedStep]) async {
    var results: [(step: PlannedStep, outputs: ValueMap)] = []
    var hasChanged = false
    for (place, step) in steps.enumerated() {
      var turn = ItemTurn(context: context, node: node, step: step, connection: connection, host: host)
      turn.following = following
      turn.siblings = Array(steps[(place + 1)...])
      let result = await turn.run()
      host = turn.host
      if let outcome = result.outcome { end(turn.label, outcome, took: result.took) }
      (report.down, report.fatal) = (result.down, result.fatal)
      if case .interrupted? = result.outcome { report.status = .interrupted }
      if report.down != nil || report.fatal != nil || report.status == .interrupted { break }
      results.append((step, result.outputs))
      hasChanged = hasChanged || result.hasChanged
      for (name, value) in step.decoded.step?.assignments ?? [:] { assign(name, value) }
      switch result.outcome {
      case .failed?: report.status = .failed
      case .tolerated? where report.status != .failed: report.status = .tolerated
      case .changed? where report.status == .ok: report.status = .changed
      default: break
      }
    }
    if report.down != nil || report.fatal != nil { report.status = .failed }
    register(Value.registered(results))
    if hasChanged { report.notified = node.notifies }
  }

  /// Others may use what a step gives that tags leave out; it is looked at and never done.
  private mutating func leaveOut() async {
    report.status = .skipped
    end(context.label(node), .skipped(node.isLeftOut ?? ""))
    let waits = "what step '\(node.reference.id)' gives, which is left out"
    guard case .steps(let steps) = evaluation() else { return wait(waits) }
    var results: [(step: PlannedStep, outputs: ValueMap)] = []
    for step in steps {
      for (name, value) in step.decoded.step?.assignments ?? [:] { assign(name, value) }
      guard node.spec.register != nil else { continue }
      var turn = ItemTurn(context: context, node: node, step: step, connection: connection, host: host)
      let outputs = await turn.outputsAsItStands()
      host = turn.host
      guard let outputs else { return wait(waits) }
      results.append((step, outputs.finished(changed: false, failed: false)))
    }
    register(Value.registered(results))
  }

  private mutating func wait(_ reason: String) {
    guard let name = node.spec.register else { return }
    host.variables.assigned[name] = nil
    host.variables.pending[name] = reason
  }

  private mutating func register(_ value: Value) {
    if let name = node.spec.register { assign(name, value) }
  }

  private mutating func assign(_ name: String, _ value: Value) {
    host.variables.assigned[name] = value
    host.variables.pending[name] = nil
  }

  private mutating func fail(_ label: StepLabel, _ fault: Diagnostic) {
    report.status = node.spec.allowsFailure ? .tolerated : .failed
    end(label, node.spec.allowsFailure ? .tolerated(fault) : .failed(fault))
    register(.map(["changed": .bool(false), "failed": .bool(true), "msg": .string(fault.message)]))
  }

  private mutating func end(_ label: StepLabel, _ outcome: StepOutcome, took: Duration = .zero) {
    report.ends.append(End(label: label, outcome: outcome, took: took))
    context.input.events(.stepFinished(label, outcome, took: took))
  }
}
