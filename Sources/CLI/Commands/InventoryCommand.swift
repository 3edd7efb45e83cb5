import Runbook

/// `runbook inventory`
struct InventoryCommand: Command {
  static let name = "inventory"
  static let summary = "Print the groups and hosts as a tree, or the hosts that a pattern means."
  static let forms = ["[PATTERN]"]
  static let examples = ["runbook inventory", "runbook inventory 'web:&staging:!web3'"]
  static let options: [Option] = Option.forProject + [.json]
  static let operands = 0...1

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let project = try Project(invocation)
    let console = invocation.console
    if let pattern = invocation.operand(0) {
      let names = try project.hosts(pattern).map { $0.name }
      console.print(
        invocation.arguments.has(.json)
          ? Value.list(names.map { .string($0) }).json() + "\n" : names.map { $0 + "\n" }.joined())
      return .done
    }
    if invocation.arguments.has(.json) {
      console.print(json(project.inventory).json() + "\n")
    } else {
      console.print(tree(project.inventory, console.palette))
    }
    return .done
  }

  private static func tree(_ inventory: Inventory, _ palette: Palette) -> String {
    let groups = Dictionary(inventory.groups.map { ($0.name, $0) }) { first, _ in first }
    var lines: [String] = []
    /// A group can stand in several others; one that holds itself was refused when the inventory was read.
    func add(_ name: String, _ depth: Int) {
      guard let group = groups[name] else { return }
      let indent = String(repeating: "  ", count: depth)
      lines.append(indent + palette.paint("\(name):", .strong))
      for child in group.children { add(child, depth + 1) }
      lines += group.hosts.map { "\(indent)  \($0)" }
    }
    add("all", 0)
    return lines.map { $0 + "\n" }.joined()
  }

  private static func json(_ inventory: Inventory) -> Value {
    let groups = inventory.groups.map { group -> (String, Value) in
      (
        group.name,
        .map([
          "children": .list(group.children.map { .string($0) }),
          "hosts": .list(group.hosts.map { .string($0) }),
        ])
      )
    }
    return .map(["groups": .map(ValueMap(groups)), "hosts": .list(inventory.hosts.map { .string($0.name) })])
  }
}
