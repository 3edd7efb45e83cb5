/// Collects what inventory sources say, until all of them are read.
struct InventoryBuilder {
  struct Group {
    var children: [String] = []
    var hosts: [String] = []
    var variables: [Variable] = []
    var priority = 1
  }

  /// Names in the order in which they were first met.
  private(set) var hostNames: [String] = []
  private(set) var groupNames = ["all", "ungrouped"]
  private(set) var groups: [String: Group] = ["all": Group(), "ungrouped": Group()]
  private(set) var hostVariables: [String: [Variable]] = [:]
  var faults: [Diagnostic] = []
  /// Groups that were named where only a declared one may be, and by whom.
  private var expected: [(name: String, position: SourcePosition, by: String)] = []

  mutating func addGroup(_ name: String) {
    guard groups[name] == nil else { return }
    groups[name] = Group()
    groupNames.append(name)
  }

  mutating func addHost(_ name: String, to group: String) {
    if hostVariables.updateValue(hostVariables[name] ?? [], forKey: name) == nil { hostNames.append(name) }
    addGroup(group)
    if groups[group]?.hosts.contains(name) == false { groups[group]?.hosts.append(name) }
  }

  mutating func addChild(_ child: String, to group: String, at position: SourcePosition) {
    addGroup(group)
    addGroup(child)
    if let circle = path(from: child, to: group) {
      let names = ([group] + circle).joined(separator: " → ")
      faults.append(Diagnostic(.inventory, "the group '\(group)' is inside itself: \(names)", at: position))
      return
    }
    if groups[group]?.children.contains(child) == false { groups[group]?.children.append(child) }
  }

  mutating func setVariable(_ variable: Variable, ofHost host: String) {
    hostVariables[host]?.removeAll { $0.name == variable.name }
    hostVariables[host]?.append(variable)
  }

  mutating func setVariable(_ variable: Variable, ofGroup group: String) {
    addGroup(group)
    if variable.name == "ansible_group_priority" {
      guard let priority = variable.literal.flatMap({ Int($0) }) else {
        faults.append(
          Diagnostic(.inventory, "'ansible_group_priority' takes a whole number", at: variable.position))
        return
      }
      groups[group]?.priority = priority
      return
    }
    groups[group]?.variables.removeAll { $0.name == variable.name }
    groups[group]?.variables.append(variable)
  }

  /// Notes that a group must be declared somewhere: `[name:vars]` alone does not make one.
  mutating func expect(group name: String, at position: SourcePosition, by section: String) {
    expected.append((name, position, by: section))
  }

  mutating func checkExpectedGroups(declared: Set<String>) {
    for (name, position, section) in expected
    where !declared.contains(name) && name != "all" && name != "ungrouped" {
      let nearest = nearestName(to: name, among: declared)
      faults.append(
        Diagnostic(
          .inventory, "\(section) names the group '\(name)', which is declared nowhere", at: position,
          hint: nearest.map { "did you mean '\($0)'?" }))
    }
  }

  /// The groups from one down to another, both named; nil where there is no way.
  private func path(from start: String, to end: String) -> [String]? {
    if start == end { return [end] }
    for child in groups[start]?.children ?? [] {
      if let rest = path(from: child, to: end) { return [start] + rest }
    }
    return nil
  }
}

extension Variable {
  /// The text of a definition that is one scalar.
  fileprivate var literal: String? {
    switch definition {
    case .value(.int(let number)): return String(number)
    case .value(.string(let text)): return text.string
    case .node(let node):
      guard case .scalar(let scalar) = node.content else { return nil }
      return scalar.text
    case .value: return nil
    }
  }
}
