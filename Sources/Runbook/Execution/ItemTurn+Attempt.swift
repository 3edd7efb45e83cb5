/// One attempt at a step: look, and where it is not so yet, do and look again.
extension ItemTurn {
  mutating func attempt() async -> AttemptEnd {
    do throws(StepAttempt.Fault) {
      guard let standing = try await standing() else {
        return .failed(
          Diagnostic(.unreadable, "'\(node.reference.host)' did not answer all that was asked"), [:])
      }
      switch standing {
      case .ok(let outputs), .recalled(let outputs): return .settled(outputs)
      case .later(let why):
        return .failed(Diagnostic(.failed, "'\(label.title)' cannot be done: \(why)"), [:])
      case .lacksCommand(let command): return .failed(.lacksCommand(command, node), [:])
      case .failed(let fault, _): return .failed(fault, [:])
      case .change(let change):
        noteDrift(change)
        if let why = await refusal(change) { return .skipped(why) }
        return try await perform(change)
      }
    } catch {
      return await end(of: error)
    }
  }

  /// How the step stands, asking the host only where what it said before no longer counts.
  private mutating func standing() async throws(StepAttempt.Fault) -> Standing? {
    let missing = host.unanswered(step.queries, on: step.channel)
    if !missing.isEmpty {
      context.input.events(.stepStarted(label))
      let queries = missing + host.unanswered(host.upcoming(following, on: step.channel), on: step.channel)
      let answers = try await probe(queries.uniqued())
      host.answers[step.channel, default: FactAnswers()].merge(answers)
    }
    return step.standing(host[step.channel])
  }

  private func probe(_ queries: [FactQuery]) async throws(StepAttempt.Fault) -> FactAnswers {
    try await attempt(asking: queries, records: ("", ""), isLast: false).ask()
  }

  private func attempt(
    asking queries: [FactQuery], records: (started: String, finished: String), isLast: Bool
  ) throws(StepAttempt.Fault) -> StepAttempt {
    guard let connection else { throw .machine(.interrupted) }
    return StepAttempt(
      context: context, node: node, step: step, connection: connection, label: label, questions: queries,
      records: records, isLast: isLast)
  }

  /// Why a change is not to be made after all.
  private func refusal(_ change: Change) async -> String? {
    guard context.input.options.asksEachStep, change.touchesHost else { return nil }
    return await context.input.ask(label, "\(change.summary): do it?") ? nil : "not wanted"
  }

  private mutating func perform(_ change: Change) async throws(StepAttempt.Fault) -> AttemptEnd {
    let records = try diagnosed { (turn) throws(Diagnostic) in
      if turn.node.role == .secrets { try turn.holdSecrets(change) }
      return try turn.begin()
    }
    context.input.events(.stepStarted(label))
    let upcoming =
      siblings.first.map { $0.channel == step.channel ? $0.queries : [] }
      ?? host.upcoming(following, on: step.channel)
    let attempt = try attempt(
      asking: (step.queries + upcoming).uniqued(), records: records,
      isLast: siblings.isEmpty && !host.expectsWork(following) && handlerIDs.isEmpty)
    if change.touchesHost {
      host.forget()
      lastChange = change
    }
    let outcome: StepAttempt.Outcome
    do throws(StepAttempt.Fault) {
      outcome = try await attempt.run(change, holdsLock: host.locked.contains(step.channel))
    } catch {
      // Whether the lock was taken is not known: giving back one that is not held does no harm.
      if change.touchesHost, !step.channel.isDelegated { host.locked.insert(step.channel) }
      throw error
    }
    if outcome.holdsLock { host.locked.insert(step.channel) } else { host.locked.remove(step.channel) }
    if let answers = outcome.answers { host.answers[step.channel, default: FactAnswers()].merge(answers) }
    return verdict(change, outcome, isProved: step.decoded.step?.isObservable ?? false)
  }

  /// Runs what only throws diagnostics of the control machine.
  private mutating func diagnosed<T>(
    _ body: (inout ItemTurn) throws(Diagnostic) -> T
  ) throws(StepAttempt.Fault) -> T {
    do throws(Diagnostic) { return try body(&self) } catch { throw .journal(error) }
  }

  private func verdict(_ change: Change, _ outcome: StepAttempt.Outcome, isProved: Bool) -> AttemptEnd {
    guard let decoded = step.decoded.step else { return .interrupted }
    let answers = host[step.channel]
    do throws(Diagnostic) {
      if let failure = outcome.failure {
        return .failed(failure, try failedOutputs(decoded, answers, outcome))
      }
      if isProved, let rest = try decoded.plan(answers) {
        return .failed(.notConverged(label, node, rest), [:])
      }
      let outputs = try decoded.outputs(answers, outcome.results)
      return try judged(change, outputs)
    } catch {
      return .failed(error, [:])
    }
  }

  /// What a command gave is of use also where it failed, if the host could be asked at all.
  private func failedOutputs(
    _ step: AnyStep, _ answers: FactAnswers, _ outcome: StepAttempt.Outcome
  ) throws(Diagnostic) -> ValueMap {
    guard step.queries.allSatisfy({ answers[$0] != nil }) else { return [:] }
    return try step.outputs(answers, outcome.results)
  }

  /// `failed_when` and `changed_when` have the last word.
  private func judged(_ change: Change, _ outputs: ValueMap) throws(Diagnostic) -> AttemptEnd {
    do throws(EvaluationFault) {
      if let condition = node.spec.failedWhen, try holds(condition, outputs) {
        return .failed(
          Diagnostic(.failed, "'failed_when' holds for '\(label.title)'", at: condition.position), outputs)
      }
      if let condition = node.spec.changedWhen, try !holds(condition, outputs) { return .uncounted(outputs) }
      return change.touchesHost ? .changed(change, outputs) : .uncounted(outputs)
    } catch {
      throw error.diagnostic(at: node.spec.position)
    }
  }

  private mutating func end(of fault: StepAttempt.Fault) async -> AttemptEnd {
    switch fault {
    case .journal(let diagnostic): return .fatal(diagnostic)
    case .held(let diagnostic): return .down(diagnostic)
    case .diagnostic(let diagnostic), .machine(.failed(let diagnostic)): return .failed(diagnostic, [:])
    case .machine(.interrupted): return .interrupted
    case .machine(.unreachable(let diagnostic)):
      await connection?.drop()
      return .down(diagnostic)
    case .machine(.wentAway(let diagnostic)):
      await connection?.drop()
      let message = "unknown: the host went away during '\(label.title)'"
      return .down(
        Diagnostic(.wentAway, message, at: node.spec.position, notes: [diagnostic.message] + diagnostic.notes)
      )
    }
  }

  /// The outputs of a step that is so already; nil where it is not, or cannot be told. Never changes anything.
  mutating func outputsAsItStands() async -> ValueMap? {
    do throws(StepAttempt.Fault) {
      guard case .ok(let outputs)? = try await standing() else { return nil }
      return outputs
    } catch {
      return nil
    }
  }
}

extension Sequence where Element: Hashable {
  /// The elements without repetitions, in order.
  func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}

extension Diagnostic {
  fileprivate static func lacksCommand(_ command: String, _ node: GraphNode) -> Diagnostic {
    Diagnostic(
      .missingCommand, "'\(node.spec.kind)' needs '\(command)', which is not on '\(node.reference.host)'",
      at: node.spec.kindPosition,
      hint: "let an earlier step install it, for example 'apt', and name it in 'needs'")
  }

  fileprivate static func notConverged(_ label: StepLabel, _ node: GraphNode, _ rest: Change) -> Diagnostic {
    Diagnostic(
      .notConverged,
      "'\(label.title)' did not converge: its actions went well, and the host is still not as wanted",
      at: node.spec.position, notes: ["on \(node.reference.host), still to do: \(rest.summary)"])
  }
}
