extension Graph {
  /// The nodes so that each stands after those it needs, and else in the order of the graph.
  var order: [Int] {
    var (order, isTaken) = ([Int](), [Bool](repeating: false, count: nodes.count))
    order.reserveCapacity(nodes.count)
    var stack: [Int] = []
    for start in nodes.indices where !isTaken[start] {
      stack.append(start)
      while let top = stack.last {
        if isTaken[top] {
          stack.removeLast()
        } else if let waiting = nodes[top].needs.first(where: { !isTaken[$0] }) {
          stack.append(waiting)
        } else {
          isTaken[top] = true
          order.append(top)
          stack.removeLast()
        }
      }
    }
    return order
  }

  /// What a scan looks at, host by host.
  var scanHosts: [ScanHost] {
    var byHost: [String: [GraphNode]] = [:]
    for index in order { byHost[nodes[index].reference.host, default: []].append(nodes[index]) }
    return hosts.map { ScanHost(host: $0, nodes: byHost[$0] ?? []) }
  }
}
