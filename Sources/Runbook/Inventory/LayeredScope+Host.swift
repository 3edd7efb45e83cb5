import Synchronization

extension LayeredScope {
  /// The scope of a host: its inventory variables, the given layers, and the magic variables.
  ///
  /// `hostScopes` gives the variables of other hosts to `hostvars`; without it they have those of the inventory.
  public static func host(
    _ host: InventoryHost, of inventory: Inventory, adding layers: [VariableLayer] = [],
    environment: TemplateEnvironment, hostScopes: HostScopes? = nil
  ) throws(Diagnostics) -> LayeredScope {
    let others = hostScopes ?? InventoryScopes(inventory, environment).scopes
    return LayeredScope(
      try inventory.layers(for: host) + layers + [inventory.magicLayer(for: host)], environment: environment,
      hostNames: inventory.hosts.map { $0.name }, hostScopes: others)
  }

  /// The same with an environment of its own.
  public static func host(
    _ host: InventoryHost, of inventory: Inventory, adding layers: [VariableLayer] = [],
    keyring: any VaultDecrypting, folders: [String] = []
  ) throws(Diagnostics) -> LayeredScope {
    try .host(
      host, of: inventory, adding: layers,
      environment: TemplateEnvironment(folders: folders, keyring: keyring))
  }
}

extension Inventory {
  /// What the program itself says of a host and the inventory.
  public func magicLayer(for host: InventoryHost) -> VariableLayer {
    let isAddress = host.name.contains(":") || host.name.allSatisfy { $0 == "." || $0.isNumber }
    let short = isAddress ? host.name : String(host.name.prefix { $0 != "." })
    var values: ValueMap = [
      "inventory_hostname": .string(host.name),
      "inventory_hostname_short": .string(short),
      "group_names": .list(host.groups.map { .string($0) }),
      "groups": .map(ValueMap(groups.map { ($0.name, .list(hosts(ofGroup: $0.name).map { .string($0) })) })),
    ]
    if let folder = folders.first { values["inventory_dir"] = .string(folder) }
    return VariableLayer(.magic, title: "the program", values)
  }
}

/// The scopes of all hosts by what the inventory alone says, each made when it is first asked for.
private final class InventoryScopes: Sendable {
  private let inventory: Inventory
  private let environment: TemplateEnvironment
  private let known = Mutex<[String: LayeredScope]>([:])

  init(_ inventory: Inventory, _ environment: TemplateEnvironment) {
    self.inventory = inventory
    self.environment = environment
  }

  var scopes: LayeredScope.HostScopes {
    { (name) throws(EvaluationFault) in try self.scope(of: name) }
  }

  private func scope(of name: String) throws(EvaluationFault) -> LayeredScope? {
    if let scope = known.withLock({ $0[name] }) { return scope }
    guard let host = inventory.host(named: name) else { return nil }
    do throws(Diagnostics) {
      let scope = try LayeredScope.host(host, of: inventory, environment: environment, hostScopes: scopes)
      known.withLock { $0[name] = scope }
      return scope
    } catch {
      guard let first = error.all.first else { return nil }
      throw .diagnostic(first)
    }
  }
}
