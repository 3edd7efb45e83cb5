/// One step of the runbook in its place: the nodes it becomes, one for each host.
final class StepPlace {
  let step: SharedStep
  let phases: [String]
  let role: GraphNode.Role
  /// The innermost group that it stands in; nil at the top of the runbook.
  let group: StepGroup?
  /// Every host that it is meant for, by number, before `--limit` and `run_once`.
  var meantHosts: [Int] = []
  /// The hosts that it runs on.
  var hosts: [Int] = []
  /// The place of its node, by the host's number; -1 where there is none.
  var nodes: [Int] = []
  var leftOut: String?

  var spec: StepSpec { step.spec }

  init(_ spec: StepSpec, phases: [String], role: GraphNode.Role, group: StepGroup?) {
    step = SharedStep(spec)
    self.phases = phases
    self.role = role
    self.group = group
  }

  /// What people call it: its id where it has one.
  var shown: String { spec.hasGivenID ? spec.id : "\(spec.kind) at line \(spec.position.line)" }
}

/// A phase or an include, with its steps in their places.
final class StepGroup {
  let spec: PhaseSpec
  let outer: StepGroup?
  var items: [GraphNode.Role: [StepItem]] = [:]
  var handlers: [StepPlace] = []
  /// Every step in it, of whichever role and depth.
  var members: [StepPlace] = []
  /// Its scope, by the host's number; -1 where it has none.
  var scopes: [Int] = []

  init(_ spec: PhaseSpec, in outer: StepGroup?) {
    self.spec = spec
    self.outer = outer
  }

  /// Every host that any of its steps is meant for.
  var hosts: [Int] { Set(members.flatMap { $0.meantHosts }).sorted() }

  var isScope: Bool {
    !spec.rescue.isEmpty || !spec.always.isEmpty || !spec.secrets.isEmpty || !spec.verify.isEmpty
      || !spec.handlers.isEmpty
  }
}

enum StepItem {
  case step(StepPlace)
  case group(StepGroup)
}

/// One building of a graph.
final class GraphBuilding {
  let document: RunbookDocument
  let selection: GraphBuilder.Selection
  let lookup: GraphBuilder.HostLookup
  /// Every host of the runbook, in the order of the inventory; its place here is its number.
  let hosts: [String]
  let numbers: [String: Int]
  /// Whether a host takes part, by number.
  let isChosen: [Bool]
  var faults: [Diagnostic] = []
  var items: [StepItem] = []
  var handlers: [StepPlace] = []
  /// All steps in the order of their nodes.
  var places: [StepPlace] = []
  var groups: [StepGroup] = []
  var nodes: [GraphNode] = []
  var scopes: [GraphScope]
  private var patterns: [String: [Int]?] = [:]

  init(
    _ document: RunbookDocument, _ selection: GraphBuilder.Selection,
    _ lookup: @escaping GraphBuilder.HostLookup
  ) throws(Diagnostics) {
    self.document = document
    self.selection = selection
    self.lookup = lookup
    do throws(Diagnostic) {
      hosts = try lookup(document.hosts, document.hostsPosition)
    } catch { throw .one(error.located(at: document.hostsPosition)) }
    numbers = Dictionary(hosts.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
    let limit = selection.limit.map(Set.init)
    isChosen = hosts.map { limit?.contains($0) ?? true }
    scopes = [GraphScope(parent: nil, name: document.name, host: nil)]
    guard isChosen.contains(true) else { throw .one(.nothingLeft(document, selection)) }
  }

  /// The numbers of the runbook's hosts that a pattern names; nil, with a fault noted, where it names none at all.
  func numbers(of pattern: String, at position: SourcePosition) -> [Int]? {
    if let known = patterns[pattern] { return known }
    var found: [Int]?
    do throws(Diagnostic) {
      found = try lookup(pattern, position).compactMap { numbers[$0] }
    } catch { faults.append(error.located(at: position)) }
    patterns[pattern] = .some(found)
    return found
  }

  // MARK: Placing

  /// Gives every step its hosts and its nodes.
  func place() {
    handlers = document.handlers.map { StepPlace($0, phases: [], role: .handler, group: nil) }
    items = place(document.items, phases: [], role: .main, in: nil)
    for handler in handlers { settle(handler) }
  }

  private func place(
    _ items: [RunbookItem], phases: [String], role: GraphNode.Role, in group: StepGroup?
  ) -> [StepItem] {
    items.map { item in
      switch item {
      case .step(let spec):
        let place = StepPlace(spec, phases: phases, role: role, group: group)
        settle(place)
        return .step(place)
      case .phase(let spec): return .group(place(spec, phases: phases, role: role, in: group))
      }
    }
  }

  private func place(_ spec: PhaseSpec, phases: [String], role: GraphNode.Role, in outer: StepGroup?)
    -> StepGroup
  {
    let group = StepGroup(spec, in: outer)
    groups.append(group)
    let phases = spec.isHeading ? phases + [spec.name] : phases
    group.handlers = spec.handlers.map { StepPlace($0, phases: phases, role: .handler, group: group) }
    group.scopes = Array(repeating: -1, count: hosts.count)
    if group.isScope, role != .main { faults.append(.nestedScope(spec, role)) }
    let lists: [(GraphNode.Role, [RunbookItem])] = [
      (.secrets, spec.secrets), (.main, spec.steps), (.verify, spec.verify), (.rescue, spec.rescue),
      (.always, spec.always),
    ]
    for (inner, list) in lists {
      group.items[inner] = place(list, phases: phases, role: role == .main ? inner : role, in: group)
    }
    for handler in group.handlers { settle(handler) }
    return group
  }

  /// Works out the hosts of a step, and makes its nodes.
  private func settle(_ place: StepPlace) {
    places.append(place)
    var outer = place.group
    while let group = outer {
      group.members.append(place)
      outer = group.outer
    }
    var meant = Array(hosts.indices)
    for (pattern, position) in place.spec.hostPatterns {
      guard let named = numbers(of: pattern, at: position) else { return }
      let set = Set(named)
      meant = meant.filter { set.contains($0) }
      guard !meant.isEmpty else {
        if place.role != .handler { faults.append(.runsNowhere(place, pattern, at: position)) }
        return
      }
    }
    place.meantHosts = meant
    place.hosts = meant.filter { isChosen[$0] }
    if place.spec.runsOnce { place.hosts = Array(place.hosts.prefix(1)) }
    place.nodes = Array(repeating: -1, count: hosts.count)
    for host in place.hosts { place.nodes[host] = addNode(place, host) }
  }

  private func addNode(_ place: StepPlace, _ host: Int) -> Int {
    let scope = scope(of: place.group, on: host)
    let index = nodes.count
    nodes.append(
      GraphNode(
        index: index, reference: StepReference(id: place.spec.id, host: hosts[host]), step: place.step,
        phases: place.phases, scope: scope, role: place.role, needs: [], isLeftOut: nil, notifies: []))
    return index
  }

  /// The innermost scope of a group on a host; made where it is not there yet.
  private func scope(of group: StepGroup?, on host: Int) -> Int {
    guard let group else { return 0 }
    if group.scopes[host] >= 0 { return group.scopes[host] }
    let outer = scope(of: group.outer, on: host)
    if group.isScope {
      scopes.append(GraphScope(parent: outer, name: group.spec.name, host: hosts[host]))
      group.scopes[host] = scopes.count - 1
    } else {
      group.scopes[host] = outer
    }
    return group.scopes[host]
  }
}

extension Diagnostic {
  fileprivate static func nothingLeft(
    _ document: RunbookDocument, _ selection: GraphBuilder.Selection
  ) -> Diagnostic {
    Diagnostic(
      .usage, "no host of this runbook ('\(document.hosts)') is among those chosen by --limit",
      notes: selection.limit.map { ["chosen: \($0.joined(separator: ", "))"] } ?? [])
  }

  fileprivate static func runsNowhere(
    _ place: StepPlace, _ pattern: String, at position: SourcePosition
  ) -> Diagnostic {
    let around = place.spec.hostPatterns.map { $0.pattern }.filter { $0 != pattern }
    return Diagnostic(
      .invalidValue, "the step '\(place.shown)' runs on no host: none that '\(pattern)' names is left",
      at: position,
      notes: around.isEmpty ? [] : ["around it: \(around.map { "hosts: \($0)" }.joined(separator: ", "))"],
      hint: "widen the 'hosts' of the runbook or the phase, or take the step out")
  }

  fileprivate static func nestedScope(_ spec: PhaseSpec, _ role: GraphNode.Role) -> Diagnostic {
    Diagnostic(
      .invalidValue,
      "a phase in '\(role.rawValue)' cannot have 'rescue', 'always', 'secrets', 'verify' or 'handlers' of its own",
      at: spec.position)
  }
}
