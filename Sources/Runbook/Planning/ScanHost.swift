/// What a scan knows about one host: its facts, its answers, and how each of its steps stands.
struct ScanHost: Sendable {
  /// A step as far as it is known.
  struct Known: Sendable {
    var evaluation: NodeEvaluation
    /// One for each of its items; empty where there are none, or not all are answered.
    var standings: [Standing] = []
  }

  let host: String
  /// Its steps, each after those it needs.
  let nodes: [GraphNode]
  var facts: ValueMap?
  var answers: [SessionChannel: FactAnswers] = [:]
  private(set) var known: [Int: Known] = [:]
  /// Values of steps that run once, on another host.
  var shared: ValueMap = [:]
  var sharedPending: [String: String] = [:]
  private var asked: [SessionChannel: Set<FactQuery>] = [:]

  init(host: String, nodes: [GraphNode]) {
    self.host = host
    self.nodes = nodes
  }

  /// Works out all that can be, and says what must be asked of the host to work out more; empty: nothing.
  /// `recall` gives the outputs of a step that an earlier run did and that cannot be looked at.
  mutating func advance(
    _ planner: Planner, recall: (GraphNode, PlannedStep) -> ValueMap?
  ) -> [SessionChannel: [FactQuery]] {
    var questions: [SessionChannel: [FactQuery]] = [:]
    var variables = HostVariables(host: host, facts: facts, assigned: shared, pending: sharedPending)
    var scope = planner.scope(variables)
    for node in nodes where node.role.isScanned {
      if !isSettled(node) {
        let evaluation = planner.evaluate(node, over: scope)
        known[node.index] = Known(evaluation: evaluation)
        if case .steps(let steps) = evaluation, node.isProbed { settle(node, steps, recall, &questions) }
      }
      if variables.take(node, known[node.index], planner.registry) { scope = planner.scope(variables) }
    }
    return questions
  }

  private func isSettled(_ node: GraphNode) -> Bool {
    switch known[node.index]?.evaluation {
    case nil, .pending?: return false
    case .skipped?, .failed?: return true
    case .steps(let steps)?:
      guard known[node.index]?.standings.count == steps.count else { return false }
      return steps.allSatisfy { $0.decoded.pending.isEmpty }
    }
  }

  private mutating func settle(
    _ node: GraphNode, _ steps: [PlannedStep], _ recall: (GraphNode, PlannedStep) -> ValueMap?,
    _ questions: inout [SessionChannel: [FactQuery]]
  ) {
    var standings: [Standing] = []
    for step in steps {
      if let outputs = recall(node, step) {
        standings.append(.recalled(outputs))
      } else if let standing = step.standing(answers[step.channel] ?? FactAnswers()) {
        standings.append(standing)
      } else {
        for query in step.queries where asked[step.channel, default: []].insert(query).inserted {
          questions[step.channel, default: []].append(query)
        }
      }
    }
    if standings.count == steps.count { known[node.index]?.standings = standings }
  }
}

extension GraphNode {
  /// Whether its state is worth asking for: it takes part, or others may use what it gives.
  var isProbed: Bool { isLeftOut == nil || spec.register != nil }
}

extension GraphNode.Role {
  /// Handlers and `rescue` are looked at when it is their turn, which seldom comes.
  var isScanned: Bool { self != .handler && self != .rescue }
}

extension HostVariables {
  /// Takes in what a step gives, or that it is not known yet. Whether anything changed.
  mutating func take(_ node: GraphNode, _ known: ScanHost.Known?, _ registry: StepRegistry) -> Bool {
    guard let known else { return false }
    let waits = "what step '\(node.reference.id)' gives"
    var hasChanged = false
    if let name = node.spec.register {
      if let value = known.registered {
        assigned[name] = value
        pending[name] = nil
      } else {
        assigned[name] = nil
        pending[name] = waits
      }
      hasChanged = true
    }
    switch known.evaluation {
    case .skipped, .failed: return hasChanged
    case .pending: return wait(for: node, waits, registry) || hasChanged
    case .steps(let steps):
      for step in steps {
        guard let step = step.decoded.step else {
          hasChanged = wait(for: node, waits, registry) || hasChanged
          continue
        }
        for (name, value) in step.assignments {
          assigned[name] = value
          pending[name] = nil
          hasChanged = true
        }
      }
      return hasChanged
    }
  }

  /// The names that a step will define, whatever their values: its keys, where they are the user's own.
  private mutating func wait(for node: GraphNode, _ reason: String, _ registry: StepRegistry) -> Bool {
    guard registry[node.spec.kind]?.takesAnyKey == true,
      case .mapping(let entries) = node.spec.parameters.content
    else { return false }
    for entry in entries {
      assigned[entry.key] = nil
      pending[entry.key] = reason
    }
    return true
  }
}

extension ScanHost.Known {
  /// What `register` holds; nil where that is not known before the step has run.
  var registered: Value? {
    switch evaluation {
    case .pending, .failed: return nil
    case .skipped: return .map(["changed": .bool(false), "failed": .bool(false), "skipped": .bool(true)])
    case .steps(let steps):
      guard standings.count == steps.count, !standings.isEmpty else { return nil }
      var results: [(PlannedStep, ValueMap)] = []
      for (step, standing) in zip(steps, standings) {
        switch standing {
        case .ok(let outputs): results.append((step, outputs.finished(changed: false, failed: false)))
        case .recalled(let outputs): results.append((step, outputs))
        case .change, .later, .lacksCommand, .failed: return nil
        }
      }
      return .registered(results)
    }
  }
}

extension ValueMap {
  /// What a step gave, with how it ended.
  func finished(changed: Bool, failed: Bool) -> ValueMap {
    var copy = self
    copy["changed"] = .bool(changed)
    copy["failed"] = .bool(failed)
    return copy
  }
}

extension Value {
  /// What `register` holds: the outputs themselves, or those of each item under `results`.
  static func registered(_ results: [(step: PlannedStep, outputs: ValueMap)]) -> Value {
    if let only = results.first, results.count == 1, only.step.item == nil { return .map(only.outputs) }
    let list = results.map { result -> Value in
      var outputs = result.outputs
      outputs["item"] = result.step.itemValue
      return .map(outputs)
    }
    func anyIs(_ key: String) -> Value { .bool(results.contains { $0.outputs[key] == .bool(true) }) }
    return .map(["results": .list(list), "changed": anyIs("changed"), "failed": anyIs("failed")])
  }
}
