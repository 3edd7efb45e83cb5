/// Where each step of a run stands, and which may start next.
struct GraphWalk: Sendable {
  enum Status: Sendable, Hashable {
    case waiting, running
    case ok, changed, skipped, tolerated
    case failed, interrupted
    /// Its host cannot be used.
    case lost
    /// A step that it needs failed.
    case blocked(by: Int)

    var isSettled: Bool { self != .waiting && self != .running }
    var isGood: Bool { self == .ok || self == .changed || self == .skipped || self == .tolerated }
  }

  enum Readiness: Sendable, Hashable {
    case waiting
    case ready
    case blocked(by: Int)
    /// Not to be run; nil: without a word, as a handler that nobody asked for.
    case skip(String?)
  }

  /// One section of a phase on one host.
  struct Section: Hashable {
    var scope: Int
    var role: GraphNode.Role
    var host: String
  }

  let graph: Graph
  private(set) var statuses: [Status]
  /// For each node the phases that it stands in, innermost first, and in which section of each.
  private let sections: [[Section]]
  private let members: [Section: [Int]]
  private var remaining: [Section: Int]
  private var open: [String: [Int]]
  private var notified: Set<Int> = []
  /// Steps that no longer wait for the end of a phase.
  private var released: Set<Int> = []
  /// Hosts with a step that needs a step on another host.
  let hostsWithCrossNeeds: [String]

  init(_ graph: Graph) {
    self.graph = graph
    statuses = [Status](repeating: .waiting, count: graph.nodes.count)
    sections = graph.nodes.map { GraphWalk.sections(of: $0, in: graph) }
    var members: [Section: [Int]] = [:]
    for (index, sections) in sections.enumerated() {
      for section in sections { members[section, default: []].append(index) }
    }
    self.members = members
    remaining = members.mapValues { $0.count }
    open = Dictionary(grouping: graph.order) { graph.nodes[$0].reference.host }
    hostsWithCrossNeeds = graph.hosts.filter { host in
      graph.nodes.contains { node in
        node.reference.host == host && node.needs.contains { graph.nodes[$0].reference.host != host }
      }
    }
  }

  private static func sections(of node: GraphNode, in graph: Graph) -> [Section] {
    let host = node.reference.host
    var sections = [Section(scope: node.scope, role: node.role, host: host)]
    var inner = node.scope
    while let outer = graph.scopes[inner].parent {
      sections.append(Section(scope: outer, role: role(of: node.index, in: graph.scopes[outer]), host: host))
      inner = outer
    }
    return sections
  }

  /// In which section of an outer phase a step of an inner one stands.
  private static func role(of index: Int, in scope: GraphScope) -> GraphNode.Role {
    if scope.rescue.contains(index) { return .rescue }
    if scope.always.contains(index) { return .always }
    if scope.verify.contains(index) { return .verify }
    if scope.secrets.contains(index) { return .secrets }
    return .main
  }

  // MARK: Changes of state

  mutating func start(_ index: Int) { statuses[index] = .running }

  mutating func settle(_ index: Int, as status: Status) {
    guard !statuses[index].isSettled else { return }
    statuses[index] = status
    for section in sections[index] { remaining[section, default: 0] -= 1 }
    open[graph.nodes[index].reference.host]?.removeAll { $0 == index }
  }

  /// Notes that a handler was asked for.
  mutating func notify(_ handler: Int) { notified.insert(handler) }

  /// Lets a step start once the steps that it needs are done, whatever phases those are in.
  mutating func release(_ index: Int) { released.insert(index) }

  /// The host went away: all that is not `rescue` or `always` is lost, which may find it back.
  mutating func lose(_ host: String) -> [Int] {
    let lost = openNodes(of: host).filter {
      graph.nodes[$0].role != .rescue && graph.nodes[$0].role != .always
    }
    for index in lost { settle(index, as: .lost) }
    return lost
  }

  // MARK: Questions

  var isDone: Bool { open.values.allSatisfy { $0.isEmpty } }

  /// The steps of a host that are not done, in the order of the graph.
  func openNodes(of host: String) -> [Int] { open[host] ?? [] }

  /// The first step of a host that need not wait; nil: all of them wait, or none is left.
  func next(on host: String, isRelaxed: Bool = false) -> (index: Int, readiness: Readiness)? {
    for index in openNodes(of: host) where statuses[index] == .waiting {
      let readiness = readiness(of: index, isRelaxed: isRelaxed)
      if readiness != .waiting { return (index, readiness) }
    }
    return nil
  }

  /// `isRelaxed`: a step does not wait for the end of a phase that a step it needs is in, only for that step.
  func readiness(of index: Int, isRelaxed: Bool = false) -> Readiness {
    var isWaiting = false
    for section in sections[index] {
      switch gate(index, section) {
      case .ready: continue
      case .waiting: isWaiting = true
      case let verdict: return verdict
      }
    }
    for need in graph.nodes[index].needs {
      switch self.need(need, of: index, isRelaxed || released.contains(index)) {
      case .ready: continue
      case .waiting: isWaiting = true
      case let verdict: return verdict
      }
    }
    return isWaiting ? .waiting : .ready
  }

  /// Whether the sections of a phase that come before are done.
  private func gate(_ index: Int, _ section: Section) -> Readiness {
    switch section.role {
    case .secrets: return .ready
    case .main:
      guard isDone([.secrets], in: section) else { return .waiting }
      return failure(in: [.secrets], of: section).map { .blocked(by: cause(of: $0)) } ?? .ready
    case .rescue:
      guard isDone([.secrets, .main], in: section) else { return .waiting }
      return failure(in: [.main], of: section) == nil ? .skip("nothing failed") : .ready
    case .handler:
      guard isDone([.secrets, .main, .rescue], in: section) else { return .waiting }
      return notified.contains(index) ? .ready : .skip(nil)
    case .verify:
      guard isDone([.secrets, .main, .rescue, .handler], in: section) else { return .waiting }
      return unrescuedFailure(of: section).map { .blocked(by: cause(of: $0)) } ?? .ready
    case .always:
      return isDone([.secrets, .main, .rescue, .handler, .verify], in: section) ? .ready : .waiting
    }
  }

  private func need(_ need: Int, of index: Int, _ isRelaxed: Bool) -> Readiness {
    let mine = sections[index]
    let theirs = sections[need]
    let sameHost = graph.nodes[need].reference.host == graph.nodes[index].reference.host
    // The phase that both stand in, and those that only the needed step stands in.
    let scopes = mine.map { $0.scope }
    let inner = theirs.prefix { !scopes.contains($0.scope) }
    if let common = theirs.dropFirst(inner.count).first,
      let own = mine.first(where: { $0.scope == common.scope }),
      sameHost, own.role != common.role
    {
      // Between sections the gates decide, not edges: `rescue` must not need what failed.
      return .ready
    }
    let status = statuses[need]
    guard status.isSettled else { return .waiting }
    let isComplete = inner.allSatisfy { self.isComplete($0) }
    if status.isGood { return isComplete || isRelaxed || !sameHost ? .ready : .waiting }
    if inner.contains(where: { isRescued($0) }) { return .ready }
    return isComplete ? .blocked(by: cause(of: need)) : .waiting
  }

  /// Every section of the phase is done.
  private func isComplete(_ section: Section) -> Bool {
    isDone([.secrets, .main, .rescue, .handler, .verify, .always], in: section)
  }

  private func isDone(_ roles: [GraphNode.Role], in section: Section) -> Bool {
    roles.allSatisfy {
      remaining[Section(scope: section.scope, role: $0, host: section.host), default: 0] == 0
    }
  }

  private func failure(in roles: [GraphNode.Role], of section: Section) -> Int? {
    for role in roles {
      let nodes = members[Section(scope: section.scope, role: role, host: section.host)] ?? []
      let failed = nodes.first { node in
        statuses[node].isSettled && !statuses[node].isGood
          && !sections[node].prefix { $0.scope != section.scope }.contains { isRescued($0) }
      }
      if let failed { return failed }
    }
    return nil
  }

  private func unrescuedFailure(of section: Section) -> Int? {
    isRescued(section) ? nil : failure(in: [.secrets, .main], of: section)
  }

  /// Something failed in the phase, and all of its `rescue` went well.
  private func isRescued(_ section: Section) -> Bool {
    let rescue = members[Section(scope: section.scope, role: .rescue, host: section.host)] ?? []
    guard !rescue.isEmpty, isDone([.main, .rescue], in: section) else { return false }
    return rescue.allSatisfy { statuses[$0].isGood } && failure(in: [.main], of: section) != nil
      && rescue.contains { statuses[$0] != .skipped }
  }

  /// The step whose failure is at the bottom of this one's.
  func cause(of index: Int) -> Int {
    if case .blocked(let cause) = statuses[index] { return cause }
    return index
  }

  /// Whether the failure of a step was taken up by a `rescue`.
  func isRescued(_ index: Int) -> Bool {
    graph.nodes[index].role == .main && sections[index].contains { $0.role == .main && isRescued($0) }
  }

  /// The phases whose every section is done on a host, and that hold secrets.
  func isComplete(scope: Int, on host: String) -> Bool {
    isComplete(Section(scope: scope, role: .main, host: host))
  }
}
