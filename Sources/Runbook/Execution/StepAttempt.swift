/// Brings about one change on a host: its actions, the proof that it is so, and the questions of the steps to come,
/// in as few round trips as that takes.
struct StepAttempt {
  let context: RunContext
  let node: GraphNode
  let step: PlannedStep
  let connection: HostConnection
  let label: StepLabel
  /// The step's own queries, and those of steps to come.
  let questions: [FactQuery]
  /// Records for the host's own journal: before the actions, and after them where they went well.
  let records: (started: String, finished: String)
  /// Nothing more is expected on this host, so that the lock can go back in the same round trip.
  let isLast: Bool

  /// What came of it.
  struct Outcome {
    /// One for each action that ran.
    var results: [ActionResult] = []
    var failure: Diagnostic?
    /// The host was not asked where this is nil.
    var answers: FactAnswers?
    var holdsLock: Bool
    /// The lock is taken and the start is written down on the host.
    var hasBegun = false
  }

  enum Fault: Error {
    case machine(MachineFault)
    case held(Diagnostic)
    /// What was answered cannot be read, or a file of the control machine is at fault.
    case diagnostic(Diagnostic)
    /// The journal cannot be written: the run must not go on.
    case journal(Diagnostic)
  }

  private var script: ActionScript {
    ActionScript(environment: step.decoded.environment, acceptsAnyStatus: node.spec.failedWhen != nil)
  }

  var timeout: Duration { node.spec.timeout ?? context.input.options.stepTimeout }

  /// Does it. Throws where the host or the control machine let it down; a failing action is an outcome.
  func run(_ change: Change, holdsLock: Bool) async throws(Fault) -> Outcome {
    var outcome = Outcome(holdsLock: holdsLock)
    let batches = script.batches(change.actions)
    var isAsked = false
    for (index, batch) in batches.enumerated() {
      let isFinal = index == batches.count - 1
      switch batch {
      case .control(let action):
        // More than a script: the lock and the record of the start go ahead of it.
        if change.actions[action].touchesHost {
          try await run([], change.actions, isFinal: false, touchesHost: true, &outcome)
        }
        outcome.failure = try await control(change.actions[action], &outcome)
      case .scripts(let scripts):
        try await run(scripts, change.actions, isFinal: isFinal, touchesHost: change.touchesHost, &outcome)
        isAsked = isFinal
      }
      if outcome.failure != nil { break }
    }
    if !isAsked, outcome.failure == nil {
      try await run([], change.actions, isFinal: true, touchesHost: change.touchesHost, &outcome)
    }
    return outcome
  }

  func ask() async throws(Fault) -> FactAnswers {
    let outcomes = try await send([Script(FactScript.text(for: questions))], actions: [])
    return try answers(outcomes.first)
  }

  private func answers(_ outcome: ScriptOutcome?) throws(Fault) -> FactAnswers {
    guard case .finished(_, let output, _)? = outcome else {
      throw .diagnostic(Diagnostic(.timedOut, "looking at '\(node.reference.host)' took too long"))
    }
    do throws(Diagnostic) { return try FactScript.parse(output, for: questions) } catch {
      throw .diagnostic(error)
    }
  }

  /// One round trip: the lock and a record, the actions, a record, the questions.
  private func run(
    _ scripts: [(action: Int, text: String)], _ actions: [Action], isFinal: Bool, touchesHost: Bool,
    _ outcome: inout Outcome, stale: String? = nil
  ) async throws(Fault) {
    let isRecorded = touchesHost && !step.channel.isDelegated
    var sent: [Script] = []
    if isRecorded, !outcome.hasBegun {
      let begin = context.record.begin([records.started], takesLock: !outcome.holdsLock, stale: stale)
      sent.append(Script(begin, timeout: .seconds(120)))
    }
    let firstAction = sent.count
    sent += scripts.map { Script($0.text, timeout: timeout, needsSuccess: true) }
    let finish = sent.count
    if isRecorded, isFinal {
      let text = isLast ? context.record.end([records.finished]) : context.record.note([records.finished])
      sent.append(Script(text, timeout: .seconds(120), needsSuccess: true))
    }
    if isFinal, !questions.isEmpty { sent.append(Script(FactScript.text(for: questions))) }
    guard !sent.isEmpty else { return }
    let outcomes = try await send(sent, actions: Array(firstAction..<finish))
    if firstAction > 0, let held = try beginning(outcomes[0]) {
      guard stale == nil, LockOwner(held)?.yields(to: context.runID) == true else {
        throw .held(.locked(node.reference.host, by: held))
      }
      return try await run(
        scripts, actions, isFinal: isFinal, touchesHost: touchesHost, &outcome, stale: held)
    }
    if firstAction > 0 { (outcome.holdsLock, outcome.hasBegun) = (true, true) }
    for (place, script) in scripts.enumerated() where outcome.failure == nil {
      take(outcomes[firstAction + place], of: actions[script.action], &outcome)
    }
    if isRecorded, isFinal, isLast, case .finished(0, _, _) = outcomes[finish] { outcome.holdsLock = false }
    if isFinal, !questions.isEmpty { outcome.answers = try answers(outcomes.last) }
  }

  /// The owner of the lock, where another run holds it.
  private func beginning(_ outcome: ScriptOutcome) throws(Fault) -> String? {
    switch outcome {
    case .finished(0, _, _): return nil
    case .finished(HostRecord.heldStatus, let output, _): return String(decoding: output, as: UTF8.self)
    case .finished(_, _, let errors):
      throw .diagnostic(.cannotRecord(node.reference.host, String(decoding: errors, as: UTF8.self)))
    case .timedOut, .skipped: throw .diagnostic(.cannotRecord(node.reference.host, "it took too long"))
    }
  }

  private func take(_ result: ScriptOutcome, of action: Action, _ outcome: inout Outcome) {
    switch result {
    case .finished(let status, let output, let errors):
      let result = ActionResult(
        status: status, output: String(decoding: output, as: UTF8.self),
        errors: String(decoding: errors, as: UTF8.self))
      outcome.results.append(result)
      if !script.accepts(status, of: action) { outcome.failure = .failed(label, node, action, result) }
    case .timedOut(let output, let errors):
      outcome.results.append(
        ActionResult(
          status: -1, output: String(decoding: output, as: UTF8.self),
          errors: String(decoding: errors, as: UTF8.self)))
      outcome.failure = .tookTooLong(label, node, action, timeout)
    case .skipped: break
    }
  }

  /// Sends scripts, and passes on what the actions among them print.
  func send(_ scripts: [Script], actions: [Int]) async throws(Fault) -> [ScriptOutcome] {
    let lines = OutputLines(label, context.input.events)
    do throws(MachineFault) {
      let session = try await connection.session(step.channel)
      let outcomes = try await session.run(scripts) { chunk in
        if actions.contains(chunk.index) { lines.push(chunk) }
      }
      lines.finish()
      return outcomes
    } catch {
      throw .machine(error)
    }
  }
}

extension Diagnostic {
  fileprivate static func cannotRecord(_ host: String, _ why: String) -> Diagnostic {
    Diagnostic(
      .failed, "cannot keep the run's record on '\(host)'", notes: why.lastLines(5),
      hint: "make room and see that /var/lib/runbook can be written")
  }

  /// What an action said, and how it ended.
  fileprivate static func failed(
    _ label: StepLabel, _ node: GraphNode, _ action: Action, _ result: ActionResult
  ) -> Diagnostic {
    var notes = ["on \(node.reference.host): \(action.shown)"]
    let said = result.errors.lastLines(12)
    notes += said.isEmpty ? result.output.lastLines(12) : said
    return Diagnostic(
      .failed, "'\(label.title)' failed with status \(result.status)", at: node.spec.position, notes: notes)
  }

  fileprivate static func tookTooLong(
    _ label: StepLabel, _ node: GraphNode, _ action: Action, _ timeout: Duration
  ) -> Diagnostic {
    Diagnostic(
      .timedOut, "'\(label.title)' was stopped after \(timeout.components.seconds) s", at: node.spec.position,
      notes: ["on \(node.reference.host): \(action.shown)"], hint: "give the step a longer 'timeout'")
  }
}

extension Action {
  /// What people may see of it.
  var shown: String {
    switch self {
    case .run(let argv): shellLine(argv)
    // What a step kind wrote for itself says nothing to a person, unless it is one command.
    case .script(let text): text.description.contains("\n") ? "the step's own script" : text.description
    case .command(let command):
      switch command.program {
      case .arguments(let words):
        words.map { $0.isSecret ? $0.description : shellWord($0.string) }.joined(separator: " ")
      case .shell(let text): text.description.lastLines(3).joined(separator: "; ")
      }
    case .write(let write): "write \(write.path)"
    case .upload(let upload): "upload \(upload.source) to \(upload.path)"
    case .fetch(let from, let to): "fetch \(from) to \(to)"
    case .reboot: "reboot"
    case .ask(let text), .show(let text): text.description
    case .sleep(let duration): "wait \(duration.components.seconds) s"
    }
  }
}

extension String {
  /// The last lines that are not empty.
  func lastLines(_ count: Int) -> [String] {
    split(whereSeparator: { $0.isNewline }).suffix(count).map(String.init)
  }
}
