import Runbook

/// `--list-hosts`, `--list-steps`, `--list-tags`.
enum Listing {
  /// nil where none was asked for.
  static func text(of graph: Graph, _ arguments: ParsedArguments) -> String? {
    var parts: [[String]] = []
    if arguments.has(.listHosts) { parts.append(graph.hosts) }
    if arguments.has(.listSteps) { parts.append(steps(graph)) }
    if arguments.has(.listTags) { parts.append(Set(graph.nodes.flatMap { $0.spec.tags }).sorted()) }
    guard !parts.isEmpty else { return nil }
    return parts.map { $0.map { $0 + "\n" }.joined() }.joined(separator: "\n")
  }

  /// One line a step: its id, kind and tags, and the hosts it runs on.
  private static func steps(_ graph: Graph) -> [String] {
    var order: [String] = []
    var hosts: [String: [String]] = [:]
    var specs: [String: StepSpec] = [:]
    for node in graph.nodes where node.isLeftOut == nil {
      if specs[node.reference.id] == nil { order.append(node.reference.id) }
      specs[node.reference.id] = node.spec
      hosts[node.reference.id, default: []].append(node.reference.host)
    }
    let width = order.map { $0.count }.max() ?? 0
    return order.compactMap { id in
      guard let spec = specs[id] else { return nil }
      let padding = String(repeating: " ", count: width - id.count)
      let tags = spec.tags.isEmpty ? "" : "  [\(spec.tags.joined(separator: ", "))]"
      return "\(id)\(padding)  \(spec.kind)  \((hosts[id] ?? []).joined(separator: ", "))\(tags)"
    }
  }
}
