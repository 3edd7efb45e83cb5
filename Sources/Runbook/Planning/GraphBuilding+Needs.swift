/// What each host of a list of steps has come to: what the next step follows, and what is open at the end.
private struct ListState {
  /// What every step of the list waits for.
  let entry: [[Int]]
  var previous: [[Int]]
  /// Nodes of the list that no other one of it needs yet.
  var open: [[Int]]

  init(entry: [[Int]]) {
    self.entry = entry
    previous = entry
    open = Array(repeating: [], count: entry.count)
  }
}

extension GraphBuilding {
  /// Gives every node what it needs and whom it notifies.
  func connect() {
    let targets = NeedTargets(places: places, groups: groups)
    let start = Array(repeating: [Int](), count: hosts.count)
    _ = connect(items, entry: start, targets)
    for place in places { connectHandlers(of: place) }
    for (index, node) in nodes.enumerated() { note(index, node) }
  }

  private func note(_ index: Int, _ node: GraphNode) {
    switch node.role {
    case .main: scopes[node.scope].main.append(index)
    case .rescue: scopes[node.scope].rescue.append(index)
    case .always: scopes[node.scope].always.append(index)
    case .secrets: scopes[node.scope].secrets.append(index)
    case .verify: scopes[node.scope].verify.append(index)
    case .handler: scopes[node.scope].handlers.append(index)
    }
  }

  /// Connects the steps of a list. What is open at its end, by host.
  private func connect(_ items: [StepItem], entry: [[Int]], _ targets: NeedTargets) -> [[Int]] {
    var state = ListState(entry: entry)
    for item in items {
      switch item {
      case .step(let place): connect(place, &state, targets)
      case .group(let group): connect(group, &state, targets)
      }
    }
    return hosts.indices.map { state.open[$0].isEmpty ? entry[$0] : state.open[$0] }
  }

  private func connect(_ place: StepPlace, _ state: inout ListState, _ targets: NeedTargets) {
    var isFirstHost = true
    for host in place.hosts {
      let node = place.nodes[host]
      var needs: [Int]
      if let explicit = place.spec.needs {
        needs = state.entry[host] + nodes(of: explicit, for: place, on: host, targets, reports: isFirstHost)
      } else {
        needs = state.previous[host]
      }
      needs = Array(Set(needs)).sorted()
      nodes[node].needs = needs
      state.open[host] = state.open[host].filter { !needs.contains($0) } + [node]
      state.previous[host] = [node]
      isFirstHost = false
    }
    // Where a step runs once, the other hosts it is meant for wait for it as well.
    guard place.spec.runsOnce, let once = place.hosts.first else { return }
    for host in place.meantHosts where host != once && isChosen[host] {
      state.open[host].append(place.nodes[once])
      state.previous[host].append(place.nodes[once])
    }
  }

  private func connect(_ group: StepGroup, _ state: inout ListState, _ targets: NeedTargets) {
    var entry = state.previous
    let its = group.hosts.filter { isChosen[$0] }
    if let explicit = group.spec.needs {
      entry = state.entry
      var isFirstHost = true
      for host in its {
        let found = nodes(of: explicit, at: group, on: host, targets, reports: isFirstHost)
        entry[host] = Array(Set(entry[host] + found)).sorted()
        isFirstHost = false
      }
    }
    let none = Array(repeating: [Int](), count: hosts.count)
    let secrets = connect(group.items[.secrets] ?? [], entry: entry, targets)
    let main = connect(group.items[.main] ?? [], entry: secrets, targets)
    var ends = connect(group.items[.verify] ?? [], entry: main, targets)
    for role in [GraphNode.Role.rescue, .always] {
      let end = connect(group.items[role] ?? [], entry: none, targets)
      for host in hosts.indices { ends[host] += end[host] }
    }
    for handler in group.handlers {
      for host in handler.hosts { ends[host].append(handler.nodes[host]) }
    }
    for host in its {
      let end = Array(Set(ends[host])).sorted()
      state.previous[host] = end
      let covered = Set(entry[host])
      state.open[host] = state.open[host].filter { !covered.contains($0) && !end.contains($0) } + end
    }
  }

  // MARK: Named needs

  private func nodes(
    of needs: [NeedSpec], for place: StepPlace, on host: Int, _ targets: NeedTargets, reports: Bool
  ) -> [Int] {
    needs.flatMap { need in
      nodes(
        of: need, prefix: place.spec.id, from: place.group, role: place.role, on: host, targets,
        reports: reports)
    }
  }

  private func nodes(
    of needs: [NeedSpec], at group: StepGroup, on host: Int, _ targets: NeedTargets, reports: Bool
  ) -> [Int] {
    let prefix = group.spec.id ?? group.members.first?.spec.id ?? ""
    return needs.flatMap { need in
      nodes(of: need, prefix: prefix, from: group.outer, role: .main, on: host, targets, reports: reports)
    }
  }

  /// The nodes that one entry of `needs` means, seen from a host. Faults are noted for the first host only, where
  /// they are the same for all.
  private func nodes(
    of need: NeedSpec, prefix: String, from group: StepGroup?, role: GraphNode.Role, on host: Int,
    _ targets: NeedTargets, reports: Bool
  ) -> [Int] {
    guard let target = targets.find(need.id, from: prefix) else {
      if reports { faults.append(.unknownNeed(need, targets)) }
      return []
    }
    if let place = target.first, target.count == 1, [.rescue, .always, .handler].contains(place.role),
      place.role != role || place.group !== group
    {
      if reports { faults.append(.outOfReach(need, place.role)) }
      return []
    }
    guard let pattern = need.hosts else {
      let here = target.filter { $0.meantHosts.contains(host) }
      if here.isEmpty { reportAbsence(need, target, on: hosts[host]) }
      return here.flatMap { nodes(of: $0, on: host) }
    }
    guard let named = numbers(of: pattern, at: need.position) else { return [] }
    let there = named.flatMap { number in
      target.filter { $0.meantHosts.contains(number) }.map { (number, $0) }
    }
    if there.isEmpty { reportAbsence(need, target, on: pattern) }
    return there.flatMap { nodes(of: $0.1, on: $0.0) }
  }

  /// The node of a step on a host that it is meant for: none where `--limit` leaves the host out.
  private func nodes(of place: StepPlace, on host: Int) -> [Int] {
    if place.spec.runsOnce { return place.hosts.first.map { [place.nodes[$0]] } ?? [] }
    return place.nodes.isEmpty || place.nodes[host] < 0 ? [] : [place.nodes[host]]
  }

  private func reportAbsence(_ need: NeedSpec, _ target: [StepPlace], on host: String) {
    let there = Set(target.flatMap { $0.meantHosts }).sorted().map { hosts[$0] }
    guard !there.isEmpty, !faults.contains(where: { $0.position == need.position }) else { return }
    faults.append(.runsElsewhere(need, on: host, instead: there))
  }

  // MARK: Handlers

  private func connectHandlers(of place: StepPlace) {
    for (name, position) in place.spec.notify {
      guard let handler = handler(name, from: place) else {
        let names = handlersInReach(of: place).flatMap {
          [$0.spec.hasGivenID ? $0.spec.id : nil, literalName($0.spec)]
        }
        faults.append(.unknownHandler(name, at: position, known: names.compactMap { $0 }))
        continue
      }
      for host in place.hosts where handler.nodes.indices.contains(host) && handler.nodes[host] >= 0 {
        nodes[place.nodes[host]].notifies.append(handler.nodes[host])
      }
    }
  }

  private func handlersInReach(of place: StepPlace) -> [StepPlace] {
    var reach: [StepPlace] = []
    var group = place.group
    while let current = group {
      reach += current.handlers
      group = current.outer
    }
    return reach + handlers
  }

  private func handler(_ name: String, from place: StepPlace) -> StepPlace? {
    let reach = handlersInReach(of: place)
    return reach.first { $0.spec.hasGivenID && $0.spec.id == name } ?? reach.first {
      literalName($0.spec) == name
    }
      ?? reach.first { $0.spec.hasGivenID && $0.spec.id.hasSuffix("/\(name)") }
  }
}

/// What `needs` can name: steps, phases and includes by id, phases by heading.
struct NeedTargets {
  private var byName: [String: [StepPlace]] = [:]

  init(places: [StepPlace], groups: [StepGroup]) {
    for group in groups where group.spec.isHeading { byName[group.spec.name, default: []] += group.members }
    for group in groups { if let id = group.spec.id { byName[id] = group.members } }
    for place in places where place.spec.hasGivenID { byName[place.spec.id] = [place] }
  }

  var names: some Sequence<String> { byName.keys }

  /// Looks in the include that a step stands in first, then in those around it.
  func find(_ id: String, from stepID: String) -> [StepPlace]? {
    var parts = stepID.split(separator: "/").dropLast()
    while !parts.isEmpty {
      if let found = byName[parts.joined(separator: "/") + "/" + id] { return found }
      parts = parts.dropLast()
    }
    return byName[id]
  }
}

extension Diagnostic {
  fileprivate static func unknownNeed(_ need: NeedSpec, _ targets: NeedTargets) -> Diagnostic {
    Diagnostic(
      .unknownName, "no step has the id '\(need.id)'", at: need.position,
      hint: nearestName(to: need.id, among: targets.names).map { "did you mean '\($0)'?" })
  }

  fileprivate static func outOfReach(_ need: NeedSpec, _ role: GraphNode.Role) -> Diagnostic {
    let place = role == .handler ? "is a handler" : "stands in '\(role.rawValue)'"
    return Diagnostic(
      .invalidValue, "'\(need.id)' \(place): no other step can wait for it", at: need.position,
      hint: role == .handler ? "write 'notify: \(need.id)' on the step that changes something" : nil)
  }

  fileprivate static func runsElsewhere(_ need: NeedSpec, on host: String, instead: [String]) -> Diagnostic {
    Diagnostic(
      .invalidValue, "'\(need.id)' does not run on '\(host)'", at: need.position,
      notes: ["it runs on \(instead.joined(separator: ", "))"],
      hint: instead.count == 1 ? "did you mean '\(need.id)@\(instead[0])'?" : nil)
  }

  fileprivate static func unknownHandler(
    _ name: String, at position: SourcePosition, known: [String]
  ) -> Diagnostic {
    Diagnostic(
      .unknownName, "no handler is called '\(name)'", at: position,
      hint: nearestName(to: name, among: known).map { "did you mean '\($0)'?" }
        ?? (known.isEmpty ? "list it under 'handlers:'" : nil))
  }
}
