/// Evaluates the steps of a graph for a host: conditions, loops, parameters. Pure: it asks nothing of a host.
struct Planner: Sendable {
  let registry: StepRegistry
  let environment: TemplateEnvironment
  let keyring: any VaultDecrypting
  /// The variables of a host.
  let scope: @Sendable (HostVariables) -> any Scope
  /// Whether and how steps of a host become another user where they do not say so themselves.
  let become: @Sendable (String) throws(Diagnostic) -> BecomeSettings

  /// One item of a step, and the variables that it sees.
  private struct Round {
    var item: LoopItem?
    var scope: any Scope
  }

  /// The variables of one step.
  func scope(of spec: StepSpec, over host: any Scope, item: LoopItem? = nil) -> any Scope {
    StepScope.make(for: spec, over: host, item: item, keyring: keyring)
  }

  private func environment(of spec: StepSpec) -> TemplateEnvironment {
    var environment = environment
    environment.folders = spec.folders
    return environment
  }

  /// A step on its host, with these variables of the host.
  func evaluate(_ node: GraphNode, over host: any Scope) -> NodeEvaluation {
    let spec = node.spec
    guard let kind = registry[spec.kind] else {
      return .failed(Diagnostic(.unknownName, "unknown step kind '\(spec.kind)'", at: spec.kindPosition))
    }
    let scope = scope(of: spec, over: host)
    let items: [LoopItem]
    do throws(EvaluationFault) {
      guard let found = try LoopItems.evaluate(spec, in: scope, environment(of: spec)) else {
        return condition(of: spec, in: scope) ?? steps(node, kind, [Round(item: nil, scope: scope)])
      }
      items = found
    } catch {
      // A condition that needs no item and is false leaves the step out, whatever its loop is over.
      if case .skipped(let why)? = condition(of: spec, in: scope) { return .skipped(why) }
      return evaluation(of: error, at: spec.position)
    }
    var rounds: [Round] = []
    for item in items {
      let scope = self.scope(of: spec, over: host, item: item)
      switch condition(of: spec, in: scope) {
      case .skipped?: continue
      case let verdict?: return verdict
      case nil: rounds.append(Round(item: item, scope: scope))
      }
    }
    if rounds.isEmpty {
      return .skipped(items.isEmpty ? "its loop is empty" : "'when' is false for every item")
    }
    return steps(node, kind, rounds)
  }

  /// nil: every condition holds.
  private func condition(of spec: StepSpec, in scope: any Scope) -> NodeEvaluation? {
    do throws(EvaluationFault) {
      return try Conditions.hold(spec.conditions, in: scope, environment(of: spec))
        ? nil : .skipped("'when' is false")
    } catch {
      return evaluation(of: error, at: spec.position)
    }
  }

  /// Whether `until`, `changed_when` or `failed_when` holds.
  func holds(_ condition: Node, of spec: StepSpec, in scope: any Scope) throws(EvaluationFault) -> Bool {
    try Conditions.hold([condition], in: scope, environment(of: spec))
  }

  private func evaluation(of fault: EvaluationFault, at position: SourcePosition) -> NodeEvaluation {
    switch fault {
    case .pending(let reason): .pending("not known before \(reason)")
    case .diagnostic(let diagnostic): .failed(diagnostic.located(at: position))
    }
  }

  private func steps(_ node: GraphNode, _ kind: any StepKind.Type, _ rounds: [Round]) -> NodeEvaluation {
    var (steps, seen): ([PlannedStep], [String: Int]) = ([], [:])
    let environment = environment(of: node.spec)
    for round in rounds {
      let context = DecodingContext(host: node.reference.host, scope: round.scope, folders: node.spec.folders)
      let evaluator = NodeEvaluator(scope: round.scope, environment: environment)
      let decoded = StepDecoder.decode(spec: node.spec, kind: kind, evaluator: evaluator, context: context)
      do throws(Diagnostic) {
        var step = PlannedStep(
          decoded: decoded, channel: try channel(of: node, decoded.become), scope: round.scope)
        if let item = round.item {
          step.item = label(item, of: node.spec, in: round.scope, environment)
          step.itemValue = item.value
          step.identity = item.identity
          step.occurrence = seen[item.identity, default: 0]
          seen[item.identity] = step.occurrence + 1
        }
        steps.append(step)
      } catch {
        return .failed(error.located(at: node.spec.position))
      }
    }
    return .steps(steps)
  }

  /// A label that has no value yet, or is at fault, does not keep a step from running.
  private func label(
    _ item: LoopItem, of spec: StepSpec, in scope: any Scope, _ environment: TemplateEnvironment
  ) -> Text {
    do throws(EvaluationFault) {
      return try LoopItems.label(item, of: spec, in: scope, environment)
    } catch {
      return Text(item.identity)
    }
  }

  /// Whose shell a step runs in: its own word counts before the inventory's, which is of the host and not of the
  /// control machine.
  private func channel(of node: GraphNode, _ spec: BecomeSpec) throws(Diagnostic) -> SessionChannel {
    let isDelegated = node.spec.isDelegated
    let settings = isDelegated ? BecomeSettings() : try become(node.reference.host)
    guard spec.isOn ?? settings.isOn else { return SessionChannel(account: .login, isDelegated: isDelegated) }
    guard let method = spec.method ?? BecomeMethod(rawValue: settings.method) else {
      throw Diagnostic(
        .invalidValue, "'\(settings.method)' is no way to become another user",
        hint: "known are " + BecomeMethod.allCases.map { $0.rawValue }.joined(separator: ", "))
    }
    let account = SessionAccount.become(user: spec.user ?? settings.user, method: method)
    return SessionChannel(account: account, isDelegated: isDelegated)
  }
}
