/// A host of the inventory.
public struct InventoryHost: Sendable, Hashable {
  public var name: String
  /// Every group that it is in, `all` left out, sorted by name.
  public var groups: [String]
  /// `localhost`, where no inventory names it.
  public var isImplicit: Bool

  public init(name: String, groups: [String] = [], isImplicit: Bool = false) {
    self.name = name
    self.groups = groups
    self.isImplicit = isImplicit
  }
}

/// A group of the inventory.
public struct InventoryGroup: Sendable, Hashable {
  public var name: String
  /// Groups directly in it.
  public var children: [String]
  /// Hosts directly in it.
  public var hosts: [String]
  /// The longest way down from `all`.
  public var depth: Int
  /// `ansible_group_priority`: among groups of one depth the higher wins.
  public var priority: Int

  public init(name: String, children: [String] = [], hosts: [String] = [], depth: Int = 0, priority: Int = 1) {
    self.name = name
    self.children = children
    self.hosts = hosts
    self.depth = depth
    self.priority = priority
  }
}

/// Hosts, groups and where their variables are.
public struct Inventory: Sendable {
  /// In the order in which the sources name them.
  public let hosts: [InventoryHost]
  /// `all` first, then as the sources name them.
  public let groups: [InventoryGroup]

  /// Reads inventories: files, folders of files, or a list of names with a comma in it.
  public static func load(
    _ sources: [String], project: ProjectFolders, keyring: any VaultDecrypting
  ) throws(Diagnostics) -> Inventory { Inventory(hosts: [], groups: []) }

  /// The hosts that a pattern means, in the order of the inventory. A part that matches nothing is a fault.
  public func hosts(matching pattern: String, at position: SourcePosition? = nil) throws(Diagnostic)
    -> [InventoryHost]
  { [] }

  /// The host with this name; `localhost` is always there.
  public func host(named name: String) -> InventoryHost? { nil }

  /// The layers of a host's variables, low to high. Reads and decrypts the files that apply to it, each once.
  public func layers(for host: InventoryHost) throws(Diagnostics) -> [VariableLayer] { [] }
}
