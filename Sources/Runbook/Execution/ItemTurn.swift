/// One step, for one item of its loop, on one host: attempts, and what they come to.
struct ItemTurn {
  let context: RunContext
  let node: GraphNode
  let step: PlannedStep
  /// nil where nothing is asked of the host.
  let connection: HostConnection?
  var host: HostRun
  /// The steps of the host that come after it, and the other items of its own loop.
  var following: ArraySlice<Int> = []
  var siblings: [PlannedStep] = []
  private(set) var hasStarted = false
  /// What the last attempt set out to do.
  var lastChange: Change?

  init(context: RunContext, node: GraphNode, step: PlannedStep, connection: HostConnection?, host: HostRun) {
    self.context = context
    self.node = node
    self.step = step
    self.connection = connection
    self.host = host
  }

  struct Result {
    /// nil where the host or the journal went before anything could be said.
    var outcome: StepOutcome?
    var outputs: ValueMap = [:]
    var hasChanged = false
    var took: Duration = .zero
    var down: Diagnostic?
    var fatal: Diagnostic?
  }

  /// What one attempt came to.
  enum AttemptEnd {
    case settled(ValueMap)
    /// Done, and `changed_when` says that it counts as no change.
    case uncounted(ValueMap)
    case changed(Change, ValueMap)
    case failed(Diagnostic, ValueMap)
    case skipped(String)
    case down(Diagnostic)
    case interrupted
    case fatal(Diagnostic)
  }

  var label: StepLabel { context.label(node, step) }
  var key: StepKey { context.key(of: node, step) }

  mutating func run() async -> Result {
    let start = ContinuousClock.now
    var result = await outcome()
    result.took = ContinuousClock.now - start
    return result
  }

  private mutating func outcome() async -> Result {
    if let outputs = context.recall(node, step) {
      return Result(outcome: .skipped("done by the run before"), outputs: outputs)
    }
    if let refusal = await afterInterruption() {
      return finish(.failed(refusal, [:]))
    }
    let attempts = node.spec.retry?.attempts ?? (node.spec.until == nil ? 1 : 3)
    let delay = node.spec.retry?.delay ?? .seconds(5)
    for number in 1...max(1, attempts) {
      let end = judged(await attempt(), isLast: number == attempts)
      let why: String
      switch end {
      case .failed(let fault, _) where number < attempts && fault.code != .interrupted: why = fault.message
      case .down(let fault) where number < attempts: why = fault.message
      default: return finish(end)
      }
      context.input.events(.stepRetrying(label, attempt: number + 1, of: attempts, after: delay, why: why))
      host.forget()
      do { try await Task.sleep(for: delay) } catch { return finish(.interrupted) }
    }
    return finish(.interrupted)
  }

  /// `until` turns an end that went well into one that is tried again.
  private func judged(_ end: AttemptEnd, isLast: Bool) -> AttemptEnd {
    guard let until = node.spec.until else { return end }
    let outputs: ValueMap
    switch end {
    case .settled(let values), .uncounted(let values), .changed(_, let values), .failed(_, let values):
      outputs = values
    case .skipped, .down, .interrupted, .fatal: return end
    }
    do throws(EvaluationFault) {
      if try holds(until, outputs) { return end }
      return .failed(
        Diagnostic(.failed, "'until' does not hold for '\(label.title)'", at: until.position), outputs)
    } catch {
      return .failed(error.diagnostic(at: until.position), outputs)
    }
  }

  /// A condition over what the step gave: by the name `result`, and by the name that it registers.
  func holds(_ condition: Node, _ outputs: ValueMap) throws(EvaluationFault) -> Bool {
    var values: ValueMap = ["result": .map(outputs)]
    if let name = node.spec.register { values[name] = .map(outputs) }
    return try context.planner.holds(condition, of: node.spec, in: ValueScope(values, over: step.scope))
  }

  private mutating func finish(_ end: AttemptEnd) -> Result {
    switch end {
    case .settled(let outputs):
      // An attempt before this one, of this run or of the one before it, may have done it without living to say so.
      if let lastChange { return finish(.changed(lastChange, outputs)) }
      let outputs = outputs.finished(changed: false, failed: false)
      return written(.ok, Result(outcome: .ok, outputs: outputs, hasChanged: context.mayHaveChanged(key)))
    case .uncounted(let outputs):
      return written(.ok, Result(outcome: .ok, outputs: outputs.finished(changed: false, failed: false)))
    case .changed(let change, let outputs):
      let outputs = outputs.finished(changed: true, failed: false)
      return written(.changed, Result(outcome: .changed(change), outputs: outputs, hasChanged: true))
    case .skipped(let why):
      return Result(outcome: .skipped(why), outputs: ["skipped": .bool(true), "changed": .bool(false)])
    case .failed(let fault, let outputs):
      var outputs = outputs.finished(changed: false, failed: true)
      if outputs["msg"] == nil { outputs["msg"] = .string(fault.message) }
      let fault = fault.located(at: node.spec.position)
      return node.spec.allowsFailure
        ? written(.tolerated, Result(outcome: .tolerated(fault), outputs: outputs))
        : written(.failed, Result(outcome: .failed(fault), outputs: outputs))
    case .down(let fault): return Result(outcome: .failed(fault), down: fault)
    case .interrupted: return Result(outcome: .interrupted)
    case .fatal(let fault): return Result(fatal: fault)
    }
  }

  /// Writes the end into the journal. What can be looked at again need not be on the disk at once.
  private func written(_ status: StepRecord.Status, _ result: Result) -> Result {
    let prints = context.key.fingerprints(of: step.decoded)
    let record = StepRecord(
      key: key, status: status, fingerprint: prints.whole, parameters: prints.parameters,
      outputs: context.seal.seal(.map(result.outputs)), notifies: result.hasChanged ? handlerIDs : [],
      time: now())
    do throws(Diagnostic) {
      let isObservable = step.decoded.step?.isObservable ?? true
      try context.journal?.append(
        .stepFinished(record), isDurable: hasStarted && (!isObservable || !record.notifies.isEmpty))
      return result
    } catch {
      return Result(fatal: error)
    }
  }

  /// Writes down a step that the scan found as wanted. What kept it from that.
  func writeAsScanned(_ outputs: ValueMap) -> Diagnostic? {
    written(.ok, Result(outcome: .ok, outputs: outputs.finished(changed: false, failed: false))).fatal
  }

  var handlerIDs: [String] {
    node.notifies.map { context.input.graph.nodes[$0].reference.id }
  }

  /// Writes down that the step is under way, before anything is done.
  mutating func begin() throws(Diagnostic) -> (started: String, finished: String) {
    let prints = context.key.fingerprints(of: step.decoded)
    let started = JournalRecord.stepStarted(key, fingerprint: prints.whole, time: now())
    try context.journal?.append(started)
    hasStarted = true
    let finished = StepRecord(
      key: key, status: .changed, fingerprint: prints.whole, parameters: prints.parameters,
      outputs: .withheld,
      notifies: handlerIDs, time: now())
    return (started.line, JournalRecord.stepFinished(finished).line)
  }
}

extension EvaluationFault {
  func diagnostic(at position: SourcePosition) -> Diagnostic {
    switch self {
    case .diagnostic(let diagnostic): diagnostic.located(at: position)
    case .pending(let reason): Diagnostic(.failed, "not known before \(reason)", at: position)
    }
  }
}
