/// Reads an inventory in Ansible's YAML form.
struct YAMLInventory {
  private static let sections = ["hosts", "vars", "children"]

  private(set) var declared: Set<String> = []

  mutating func read(_ root: Node, into builder: inout InventoryBuilder) {
    guard case .mapping(let groups) = root.content else {
      builder.faults.append(.inventory("an inventory is a mapping of groups", root.position))
      return
    }
    if let plugin = groups.first(where: { $0.key == "plugin" }), case .scalar = plugin.value.content {
      builder.faults.append(
        .inventory(
          "inventory plugins are not supported", plugin.keyPosition, hint: "list the hosts in a file"))
      return
    }
    for group in groups { readGroup(group, into: &builder) }
  }

  private mutating func readGroup(_ entry: Node.Entry, into builder: inout InventoryBuilder) {
    builder.addGroup(entry.key)
    declared.insert(entry.key)
    guard let sections = mapping(entry.value, "the group '\(entry.key)'", &builder) else { return }
    for section in sections {
      switch section.key {
      case "hosts": readHosts(section.value, group: entry.key, into: &builder)
      case "vars":
        for variable in mapping(section.value, "'vars'", &builder) ?? [] {
          builder.setVariable(Variable(variable), ofGroup: entry.key)
        }
      case "children":
        for child in mapping(section.value, "'children'", &builder) ?? [] {
          builder.addChild(child.key, to: entry.key, at: child.keyPosition)
          readGroup(child, into: &builder)
        }
      default:
        let nearest = nearestName(to: section.key, among: Self.sections)
        builder.faults.append(
          .inventory(
            "unknown key '\(section.key)' of the group '\(entry.key)'", section.keyPosition,
            hint: nearest.map { "did you mean '\($0)'?" } ?? "a group has hosts, vars and children"))
      }
    }
  }

  private func readHosts(_ node: Node, group: String, into builder: inout InventoryBuilder) {
    for host in mapping(node, "'hosts'", &builder) ?? [] {
      let entry: HostEntry
      do throws(HostEntry.RangeFault) {
        entry = try HostEntry(host.key)
      } catch {
        builder.faults.append(.inventory(error.message, host.keyPosition))
        continue
      }
      let variables = mapping(host.value, "the host '\(host.key)'", &builder) ?? []
      for name in entry.names {
        builder.addHost(name, to: group)
        if let port = entry.port {
          builder.setVariable(
            Variable("ansible_port", .value(.int(port)), at: host.keyPosition), ofHost: name)
        }
        for variable in variables { builder.setVariable(Variable(variable), ofHost: name) }
      }
    }
  }

  /// The entries of a mapping; none where nothing is written; one without a value where a single name is.
  private func mapping(_ node: Node, _ what: String, _ builder: inout InventoryBuilder) -> [Node.Entry]? {
    switch node.content {
    case .mapping(let entries): return entries
    case .scalar(let scalar) where scalar.isPlain && plainScalar(scalar.text) == .null: return []
    case .scalar(let scalar) where what == "'hosts'" || what == "'children'":
      let nothing = Node(.scalar(Node.Scalar(text: "", isPlain: true)), at: node.position)
      return [Node.Entry(key: scalar.text, keyPosition: node.position, value: nothing)]
    case .sequence, .scalar:
      let isList = if case .sequence = node.content { true } else { false }
      builder.faults.append(
        .inventory(
          "\(what) must be a mapping", node.position,
          hint: isList ? "write 'name:' in place of '- name'" : nil))
      return nil
    }
  }
}

extension Variable {
  /// A key and its value as written.
  init(_ entry: Node.Entry, isSecret: Bool = false) {
    self.init(entry.key, .node(entry.value), at: entry.keyPosition, isSecret: isSecret)
  }
}

extension Diagnostic {
  static func inventory(_ message: String, _ position: SourcePosition?, hint: String? = nil) -> Diagnostic {
    Diagnostic(.inventory, message, at: position, hint: hint)
  }
}
