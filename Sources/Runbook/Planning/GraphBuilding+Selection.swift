extension GraphBuilding {
  /// Leaves out what tags, `--start-at` and the chosen steps leave out.
  func choose() {
    rejectUnknownTags()
    let start = selection.startAt.flatMap { firstPlace(of: $0, option: "--start-at") }
    var chosen: Set<Int>?
    if let names = selection.onlySteps {
      chosen = Set(names.flatMap { name in matches(name, option: "the chosen steps") })
    }
    for (number, place) in places.enumerated() where place.role != .handler {
      place.leftOut = byTags(place)
      if place.leftOut == nil, let start, number < start {
        place.leftOut = "stands before '\(selection.startAt ?? "")'"
      }
      if place.leftOut == nil, let chosen, !chosen.contains(number) {
        place.leftOut = "is not among the chosen steps"
      }
    }
    for group in groups where group.isScope { keepSurroundings(of: group) }
    for place in places {
      for host in place.hosts { nodes[place.nodes[host]].isLeftOut = place.leftOut }
    }
  }

  /// What surrounds the steps of a phase takes part where any of them does.
  private func keepSurroundings(of group: StepGroup) {
    let runs = group.members.contains { ($0.role == .main || $0.role == .verify) && $0.leftOut == nil }
    guard runs else { return }
    for place in group.members where innermostScope(of: place) === group {
      if [.secrets, .rescue, .always].contains(place.role) { place.leftOut = nil }
    }
  }

  private func innermostScope(of place: StepPlace) -> StepGroup? {
    var group = place.group
    while let current = group, !current.isScope { group = current.outer }
    return group
  }

  private func byTags(_ place: StepPlace) -> String? {
    let tags = Set(place.spec.tags)
    if let skipped = selection.skipTags.first(where: { matches($0, tags) }) {
      return "is left out by --skip-tags \(skipped)"
    }
    let isNamed = selection.tags.contains { tags.contains($0) }
    if tags.contains("never"), !isNamed { return "is tagged 'never'" }
    if selection.tags.isEmpty || tags.contains("always") { return nil }
    if selection.tags.contains(where: { matches($0, tags) }) { return nil }
    return "is left out by --tags \(selection.tags.joined(separator: ","))"
  }

  private func matches(_ asked: String, _ tags: Set<String>) -> Bool {
    switch asked {
    case "all": true
    case "tagged": !tags.subtracting(["always", "never"]).isEmpty
    case "untagged": tags.isEmpty
    default: tags.contains(asked)
    }
  }

  private func rejectUnknownTags() {
    let known = Set(places.flatMap { $0.spec.tags })
    let special: Set<String> = ["all", "tagged", "untagged", "always", "never"]
    for (option, asked) in [("--tags", selection.tags), ("--skip-tags", selection.skipTags)] {
      for tag in asked where !known.contains(tag) && !special.contains(tag) {
        faults.append(
          Diagnostic(
            .unknownName, "\(option): no step has the tag '\(tag)'",
            notes: known.isEmpty ? [] : ["the tags are \(known.sorted().joined(separator: ", "))"],
            hint: nearestName(to: tag, among: known).map { "did you mean '\($0)'?" }))
      }
    }
  }

  private func firstPlace(of name: String, option: String) -> Int? { matches(name, option: option).min() }

  /// The steps that a person calls by this name: an id, a name, or a phase.
  private func matches(_ name: String, option: String) -> [Int] {
    var found = places.indices.filter { places[$0].spec.id == name || literalName(places[$0].spec) == name }
    if found.isEmpty {
      let members = groups.filter { $0.spec.id == name || ($0.spec.isHeading && $0.spec.name == name) }
        .flatMap { $0.members }
      found = places.indices.filter { index in members.contains { $0 === places[index] } }
    }
    if found.isEmpty { found = places.indices.filter { places[$0].spec.id.hasSuffix("/\(name)") } }
    found = found.filter { places[$0].role != .handler }
    guard found.isEmpty else { return found }
    let names =
      places.flatMap { [$0.spec.hasGivenID ? $0.spec.id : nil, literalName($0.spec)].compactMap { $0 } }
      + groups.compactMap { $0.spec.id } + groups.filter { $0.spec.isHeading }.map { $0.spec.name }
    faults.append(
      Diagnostic(
        .unknownName, "\(option): no step is called '\(name)'",
        hint: nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
          ?? "'--list-steps' shows their names"))
    return []
  }
}

/// A step's name as written.
func literalName(_ spec: StepSpec) -> String? {
  guard let node = spec.name, case .scalar(let scalar) = node.content else { return nil }
  return scalar.text
}
