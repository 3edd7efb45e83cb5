/// Layers of variables with an index by name.
struct DefinitionTable: Sendable {
  /// What a name means in the highest layer that knows it.
  struct Definition: Sendable {
    enum Content: Sendable {
      case variable(Variable)
      case pending(String)
    }

    var rank: VariableRank
    var content: Content

    var pendingFault: EvaluationFault {
      guard case .pending(let reason) = content else { preconditionFailure("a variable does not wait") }
      return .pending(reason)
    }
  }

  /// Low to high.
  let layers: [VariableLayer]
  private let index: [String: (layer: Int, variable: Variable)]
  /// The layers that may have names that are not known yet, high to low.
  private let waiting: [Int]

  init(_ layers: [VariableLayer]) {
    let layers = Self.sorted(layers)
    var index: [String: (layer: Int, variable: Variable)] = [:]
    for (place, layer) in layers.enumerated() {
      for variable in layer.variables { index[variable.name] = (place, variable) }
    }
    self.layers = layers
    self.index = index
    waiting = layers.indices.filter { layers[$0].pending != nil }.reversed()
  }

  /// By rank; layers of one rank keep their order.
  static func sorted(_ layers: [VariableLayer]) -> [VariableLayer] {
    layers.enumerated().sorted { ($0.element.rank, $0.offset) < ($1.element.rank, $1.offset) }.map {
      $0.element
    }
  }

  var names: some Sequence<String> { index.keys }

  func definition(of name: String) -> Definition? {
    let known = index[name]
    for place in waiting where place > known?.layer ?? -1 {
      if let reason = layers[place].pending?(name) {
        return Definition(rank: layers[place].rank, content: .pending(reason))
      }
    }
    return known.map { Definition(rank: layers[$0.layer].rank, content: .variable($0.variable)) }
  }
}
