/// The groups of an inventory once all is read: depths, members, and who is in which.
struct GroupTree {
  let groups: [InventoryGroup]
  /// Every host below a group, in the order of the inventory.
  let members: [String: [String]]
  private let groupsOfHost: [String: Set<String>]

  init(_ builder: InventoryBuilder) {
    let names = builder.groupNames
    let children = Set(names.flatMap { builder.groups[$0]?.children ?? [] })
    let grouped = Set(
      names.filter { $0 != "all" && $0 != "ungrouped" }.flatMap { builder.groups[$0]?.hosts ?? [] })
    var depths: [String: Int] = [:]
    func descend(_ name: String, _ depth: Int) {
      guard depth > depths[name] ?? -1 else { return }
      depths[name] = depth
      for child in builder.groups[name]?.children ?? [] { descend(child, depth + 1) }
    }
    depths["all"] = 0
    for name in names where name != "all" && !children.contains(name) { descend(name, 1) }
    for child in builder.groups["all"]?.children ?? [] { descend(child, 1) }

    var inside: [String: Set<String>] = [:]
    func collect(_ name: String) -> Set<String> {
      if let known = inside[name] { return known }
      var hosts = Set(builder.groups[name]?.hosts ?? [])
      if name == "ungrouped" { hosts.subtract(grouped) }
      for child in builder.groups[name]?.children ?? [] { hosts.formUnion(collect(child)) }
      inside[name] = hosts
      return hosts
    }
    var ofHost: [String: Set<String>] = [:]
    var members: [String: [String]] = [:]
    for name in names where name != "all" {
      let hosts = collect(name)
      members[name] = builder.hostNames.filter { hosts.contains($0) }
      for host in hosts { ofHost[host, default: []].insert(name) }
    }
    members["all"] = builder.hostNames
    let loose = builder.hostNames.filter { ofHost[$0] == nil }
    members["ungrouped"] = builder.hostNames.filter { ofHost[$0]?.contains("ungrouped") ?? true }
    for host in loose { ofHost[host] = ["ungrouped"] }
    self.members = members
    groupsOfHost = ofHost
    groups = names.map { name in
      let group = builder.groups[name] ?? InventoryBuilder.Group()
      var below = group.children
      if name == "all" { below += names.filter { $0 != "all" && !children.contains($0) } }
      let direct = name == "ungrouped" ? members[name] ?? [] : name == "all" ? [] : group.hosts
      return InventoryGroup(
        name: name, children: below, hosts: direct, depth: depths[name] ?? 1, priority: group.priority)
    }
  }

  /// Sorted by name.
  func groups(of host: String) -> [String] { groupsOfHost[host, default: []].sorted() }
}
