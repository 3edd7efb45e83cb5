/// Makes the plan that people read of what the scans found.
struct PlanMaker {
  let graph: Graph
  let scans: [String: ScanHost]
  /// Hosts that could not be looked at.
  let faults: [String: Diagnostic]
  /// Whether a step, or one that it comes after, has something to do.
  private var isUnsettled: [Bool]
  private var entries: [[PlanEntry]]

  init(graph: Graph, scans: [(scan: ScanHost, fault: Diagnostic?)]) {
    self.graph = graph
    self.scans = Dictionary(uniqueKeysWithValues: scans.map { ($0.scan.host, $0.scan) })
    faults = Dictionary(
      uniqueKeysWithValues: scans.compactMap { scan in scan.fault.map { (scan.scan.host, $0) } })
    isUnsettled = [Bool](repeating: false, count: graph.nodes.count)
    entries = [[PlanEntry]](repeating: [], count: graph.nodes.count)
  }

  /// The entries in the order of the graph. Hosts that could not be looked at have none.
  mutating func make() -> [PlanEntry] {
    for index in graph.order where faults[graph.nodes[index].reference.host] == nil {
      let node = graph.nodes[index]
      guard node.role.isScanned else { continue }
      let comesAfterChange =
        node.needs.contains { isUnsettled[$0] } || sectionsBefore(node).contains { isUnsettled[$0] }
      entries[index] = entriesOf(node, comesAfterChange)
      isUnsettled[index] = comesAfterChange || entries[index].contains { $0.verdict.isPending }
    }
    for (index, node) in graph.nodes.enumerated() where node.role == .handler {
      entries[index] = handlerEntries(node)
    }
    return entries.flatMap { $0 }
  }

  /// The steps of its phase that are done before it without an edge saying so.
  private func sectionsBefore(_ node: GraphNode) -> [Int] {
    switch node.role {
    case .verify, .always: graph.scopes[node.scope].main
    case .main, .secrets, .rescue, .handler: []
    }
  }

  private func entriesOf(_ node: GraphNode, _ comesAfterChange: Bool) -> [PlanEntry] {
    if let why = node.isLeftOut { return [entry(node, nil, .skipped(why))] }
    guard let known = scans[node.reference.host]?.known[node.index] else { return [] }
    switch known.evaluation {
    case .skipped(let why): return [entry(node, nil, .skipped(why))]
    case .pending(let why): return [entry(node, nil, .later(why))]
    case .failed(let fault): return [entry(node, nil, .failed(fault))]
    case .steps(let steps):
      return zip(steps, known.standings).map { step, standing in
        entry(node, step, verdict(standing, node, comesAfterChange))
      }
    }
  }

  private func verdict(_ standing: Standing, _ node: GraphNode, _ comesAfterChange: Bool) -> Verdict {
    switch standing {
    case .ok: .ok
    case .recalled: .skipped("done by the run before")
    case .change(let change): .change(change)
    case .later(let why): .later(why)
    case .lacksCommand(let command): .later("not known before '\(command)' is there")
    case .failed(let fault, let isInput) where isInput || !comesAfterChange:
      .failed(fault.located(at: node.spec.position))
    // What is in its way now may be gone once the steps before it are done.
    case .failed(let fault, _): .later("not known before the steps it needs are done: \(fault.message)")
    }
  }

  /// A handler is worth a line where a step that asks for it has something to do.
  private func handlerEntries(_ node: GraphNode) -> [PlanEntry] {
    guard node.isLeftOut == nil else { return [] }
    let asks = graph.nodes.first { other in
      other.notifies.contains(node.index)
        && entries[other.index].contains { $0.verdict.isPending }
    }
    guard let asks else { return [] }
    return [entry(node, nil, .later("runs once '\(asks.reference.id)' has changed something"))]
  }

  private func entry(_ node: GraphNode, _ step: PlannedStep?, _ verdict: Verdict) -> PlanEntry {
    PlanEntry(
      reference: node.reference, kind: node.spec.kind, title: step?.decoded.title ?? node.plainTitle,
      item: step?.item,
      phases: node.phases, role: node.role, position: node.spec.position, verdict: verdict)
  }
}

extension GraphNode {
  /// What it is called where it was not decoded: its name as written, or its id.
  var plainTitle: Text {
    if case .scalar(let scalar)? = spec.name?.content { return Text(scalar.text) }
    return Text(spec.hasGivenID ? spec.id : spec.kind)
  }
}

extension Verdict {
  /// Whether there is something to do, or there may be.
  var isPending: Bool {
    switch self {
    case .change, .later: true
    case .ok, .skipped, .failed: false
    }
  }
}
