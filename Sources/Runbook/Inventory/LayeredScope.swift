/// The variables of one host: layers by rank, evaluated when they are needed, each once.
public final class LayeredScope: Scope {
  private let layers: [VariableLayer]

  /// Layers of one rank keep their order: the later is the higher.
  public init(_ layers: [VariableLayer], keyring: any VaultDecrypting, folders: [String] = []) {
    self.layers = layers
  }

  /// This scope with more layers; what it has evaluated is used where the new layers do not touch it.
  public func adding(_ more: [VariableLayer]) -> LayeredScope { self }

  /// The scope of a host: its inventory variables, the given layers, and the magic variables.
  public static func host(
    _ host: InventoryHost, of inventory: Inventory, adding layers: [VariableLayer] = [],
    keyring: any VaultDecrypting, folders: [String] = []
  ) throws(Diagnostics) -> LayeredScope { LayeredScope([], keyring: keyring) }

  public func value(of name: String) throws(EvaluationFault) -> Value? { nil }
  public var names: [String] { [] }

  /// Every definition of a name, low to high; the last one counts.
  public func origins(of name: String) -> [VariableOrigin] { [] }
}

/// One definition of a variable, and the layer it is in.
public struct VariableOrigin: Sendable {
  public var rank: VariableRank
  public var title: String
  public var variable: Variable

  public init(rank: VariableRank, title: String, variable: Variable) {
    self.rank = rank
    self.title = title
    self.variable = variable
  }
}
