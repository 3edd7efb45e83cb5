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

  public init(name: String, children: [String] = [], hosts: [String] = [], depth: Int = 0, priority: Int = 1)
  {
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
  /// Folders beside which `group_vars` and `host_vars` are looked for.
  public let folders: [String]
  let members: [String: [String]]
  private let hostsByName: [String: InventoryHost]
  private let groupsByName: [String: InventoryGroup]
  private let groupVariables: [String: [Variable]]
  private let hostVariables: [String: [Variable]]
  private let files: VariableFiles
  private let project: ProjectFolders

  /// Reads inventories: files, folders of files, or a list of names with a comma in it.
  public static func load(
    _ sources: [String], project: ProjectFolders, keyring: any VaultDecrypting
  ) throws(Diagnostics) -> Inventory {
    let files = VariableFiles(keyring: keyring, root: project.root)
    var reader = InventorySources(files: files)
    reader.read(sources)
    guard reader.builder.faults.isEmpty else { throw Diagnostics(reader.builder.faults).sorted }
    return Inventory(reader.builder, folders: reader.folders, files: files, project: project)
  }

  private init(_ builder: InventoryBuilder, folders: [String], files: VariableFiles, project: ProjectFolders)
  {
    let tree = GroupTree(builder)
    groups = tree.groups
    members = tree.members
    hosts = builder.hostNames.map { InventoryHost(name: $0, groups: tree.groups(of: $0)) }
    self.folders = folders
    hostsByName = Dictionary(hosts.map { ($0.name, $0) }) { first, _ in first }
    groupsByName = Dictionary(groups.map { ($0.name, $0) }) { first, _ in first }
    groupVariables = builder.groups.mapValues { $0.variables }
    hostVariables = builder.hostVariables
    self.files = files
    self.project = project
  }

  /// The host with this name; `localhost` is always there.
  public func host(named name: String) -> InventoryHost? {
    if let host = hostsByName[name] { return host }
    guard ["localhost", "127.0.0.1", "::1"].contains(name) else { return nil }
    return InventoryHost(name: name, isImplicit: true)
  }

  /// The group with this name.
  public func group(named name: String) -> InventoryGroup? { groupsByName[name] }

  /// The hosts of a group and of all groups in it, in the order of the inventory.
  public func hosts(ofGroup name: String) -> [String] { members[name] ?? [] }

  /// A host's groups in the order in which their variables count: by depth, then priority, then name.
  public func groupsByPrecedence(of host: InventoryHost) -> [InventoryGroup] {
    host.groups.compactMap { groupsByName[$0] }.sorted {
      ($0.depth, $0.priority, $0.name) < ($1.depth, $1.priority, $1.name)
    }
  }

  /// The layers of a host's variables, low to high. Reads and decrypts the files that apply to it, each once; all
  /// their faults are reported together.
  public func layers(for host: InventoryHost) throws(Diagnostics) -> [VariableLayer] {
    var layers = LayerCollector(files: files)
    let groups = groupsByPrecedence(of: host).map { $0.name }
    layers.add(.inventoryAll, "inventory group 'all'", groupVariables["all"])
    for group in groups { layers.add(.inventoryGroups, "inventory group '\(group)'", groupVariables[group]) }
    let (beside, own) = (folders, projectFolders)
    for folder in beside + own { layers.add(.groupVarsAll, LocalFile.join(folder, "group_vars"), "all") }
    layers.add(.groupVarsAll, project.vault, "all")
    for (rank, folders) in [(VariableRank.groupVars, beside), (.groupVarsProject, own)] {
      for folder in folders {
        for group in groups { layers.add(rank, LocalFile.join(folder, "group_vars"), group) }
      }
    }
    for group in groups { layers.add(.groupVault, project.vault, group) }
    layers.add(.inventoryHost, "inventory host '\(host.name)'", hostVariables[host.name] ?? implicit(host))
    for folder in beside { layers.add(.hostVars, LocalFile.join(folder, "host_vars"), host.name) }
    for folder in own { layers.add(.hostVarsProject, LocalFile.join(folder, "host_vars"), host.name) }
    // A group with the host's name has had that file already.
    if !groups.contains(host.name) { layers.add(.hostVault, project.vault, host.name) }
    guard layers.faults.isEmpty else { throw Diagnostics(layers.faults).sorted }
    return layers.layers
  }

  /// The project's own folders, less those that are beside the inventory anyway.
  private var projectFolders: [String] {
    var folders: [String] = []
    for folder in [project.root, project.runbook].compactMap({ $0 })
    where !self.folders.contains(folder) && !folders.contains(folder) { folders.append(folder) }
    return folders
  }

  private func implicit(_ host: InventoryHost) -> [Variable] {
    host.isImplicit ? [Variable("ansible_connection", .value(.string("local")))] : []
  }
}

/// Collects layers and the faults of their files.
private struct LayerCollector {
  let files: VariableFiles
  var layers: [VariableLayer] = []
  var faults: [Diagnostic] = []

  mutating func add(_ rank: VariableRank, _ title: String, _ variables: [Variable]?) {
    guard let variables, !variables.isEmpty else { return }
    layers.append(VariableLayer(rank, title: title, variables))
  }

  mutating func add(_ rank: VariableRank, _ folder: String, _ name: String) {
    do throws(Diagnostics) {
      layers += try files.layers(rank, in: folder, for: name)
    } catch {
      faults += error.all
    }
  }
}
