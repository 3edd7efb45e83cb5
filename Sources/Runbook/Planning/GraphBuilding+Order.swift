extension GraphBuilding {
  /// The graph, in an order in which every node comes after those that it needs. Throws where there is a circle.
  func graph() throws(Diagnostics) -> Graph {
    let chosen = hosts.indices.filter { isChosen[$0] }.map { hosts[$0] }
    if nodes.allSatisfy({ node in node.needs.allSatisfy { $0 < node.index } }) {
      return Graph(nodes: nodes, scopes: scopes, hosts: chosen)
    }
    let order = sorted()
    guard order.count == nodes.count else { throw .one(circle(among: Set(nodes.indices).subtracting(order))) }
    var places = Array(repeating: 0, count: nodes.count)
    for (place, index) in order.enumerated() { places[index] = place }
    let moved = order.enumerated().map { place, index in
      var node = nodes[index]
      node.index = place
      node.needs = node.needs.map { places[$0] }.sorted()
      node.notifies = node.notifies.map { places[$0] }
      return node
    }
    let movedScopes = scopes.map { scope in
      var scope = scope
      for list in [\GraphScope.main, \.rescue, \.always, \.secrets, \.verify] {
        scope[keyPath: list] = scope[keyPath: list].map { places[$0] }.sorted()
      }
      // Handlers run in the order in which they are written.
      scope.handlers = scope.handlers.map { places[$0] }
      return scope
    }
    return Graph(nodes: moved, scopes: movedScopes, hosts: chosen)
  }

  /// The nodes in order of need, and of their places where need does not say; those in a circle are missing.
  private func sorted() -> [Int] {
    var waiting = nodes.map { $0.needs.count }
    var dependants = Array(repeating: [Int](), count: nodes.count)
    for node in nodes {
      for need in node.needs { dependants[need].append(node.index) }
    }
    var order: [Int] = []
    var ready = Heap(nodes.indices.filter { waiting[$0] == 0 })
    while let next = ready.removeLeast() {
      order.append(next)
      for dependant in dependants[next] {
        waiting[dependant] -= 1
        if waiting[dependant] == 0 { ready.insert(dependant) }
      }
    }
    return order
  }

  /// One circle among nodes that each wait for another one of them.
  private func circle(among rest: Set<Int>) -> Diagnostic {
    var path: [Int] = []
    var seen: [Int: Int] = [:]
    guard var current = rest.min() else { preconditionFailure("a circle without nodes") }
    while seen[current] == nil {
      seen[current] = path.count
      path.append(current)
      // Every node left over waits for one that is left over too; a named need tells more than mere order.
      let next = nodes[current].needs.filter { rest.contains($0) }
      guard let need = next.first(where: { isNamed($0, by: current) }) ?? next.first else { break }
      current = need
    }
    let circle = Array(path[(seen[current] ?? 0)...]) + [current]
    let isOneHost = Set(circle.map { nodes[$0].reference.host }).count == 1
    func shown(_ index: Int) -> String {
      let spec = nodes[index].spec
      let name = spec.hasGivenID ? spec.id : "\(spec.kind) at line \(spec.position.line)"
      return isOneHost ? name : "\(name)@\(nodes[index].reference.host)"
    }
    let notes = zip(circle, circle.dropFirst()).map { from, to in
      isNamed(to, by: from)
        ? "'\(shown(from))' needs '\(shown(to))'" : "'\(shown(from))' stands after '\(shown(to))'"
    }
    let named = zip(circle, circle.dropFirst()).first { isNamed($0.1, by: $0.0) }?.0 ?? circle[0]
    let position = nodes[named].spec.needs?.first?.position ?? nodes[named].spec.kindPosition
    return Diagnostic(
      .cycle, "the steps wait for each other: \(circle.map(shown).joined(separator: " → "))", at: position,
      notes: notes)
  }

  /// Whether one node names another in its `needs`.
  private func isNamed(_ need: Int, by index: Int) -> Bool {
    guard let needs = nodes[index].spec.needs else { return false }
    let spec = nodes[need].spec
    return needs.contains {
      $0.id == spec.id || spec.id.hasSuffix("/\($0.id)") || nodes[need].phases.contains($0.id)
    }
  }
}

/// Numbers of which the least comes first.
struct Heap {
  private var numbers: [Int]

  /// Takes numbers in ascending order.
  init(_ sorted: [Int]) { numbers = sorted }

  mutating func insert(_ number: Int) {
    numbers.append(number)
    var child = numbers.count - 1
    while child > 0, numbers[child] < numbers[(child - 1) / 2] {
      numbers.swapAt(child, (child - 1) / 2)
      child = (child - 1) / 2
    }
  }

  mutating func removeLeast() -> Int? {
    guard let least = numbers.first, let last = numbers.popLast() else { return nil }
    guard !numbers.isEmpty else { return least }
    numbers[0] = last
    var parent = 0
    while true {
      let children = [2 * parent + 1, 2 * parent + 2].filter { $0 < numbers.count }
      guard let child = children.min(by: { numbers[$0] < numbers[$1] }), numbers[child] < numbers[parent]
      else { break }
      numbers.swapAt(child, parent)
      parent = child
    }
    return least
  }
}
