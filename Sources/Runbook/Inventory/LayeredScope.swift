import Synchronization

/// The variables of one host: layers by rank, evaluated when they are needed, each once.
///
/// A template sees the highest definition of every name, wherever it stands itself: a step's `vars` change what a
/// group variable means that uses them. A variable may use its own name for what a lower layer has under it.
public final class LayeredScope: Scope {
  /// Gives the variables of another host, for `hostvars`; nil for a name that is no host.
  public typealias HostScopes = @Sendable (String) throws(EvaluationFault) -> (any Scope)?

  /// What an evaluation gave, and every name it looked at on the way: it holds for as long as none of them changes.
  struct Outcome: Sendable {
    var result: Result<Value, EvaluationFault>
    var needs: Set<String>
  }

  /// How many scopes may hang below each other before they are made into one.
  private static let longestChain = 8

  private let own: DefinitionTable
  private let parent: LayeredScope?
  private let depth: Int
  let environment: TemplateEnvironment
  let hostNames: [String]
  let hostScopes: HostScopes?
  private let cache = Mutex<[String: Outcome]>([:])

  /// Layers of one rank keep their order: the later is the higher.
  public convenience init(_ layers: [VariableLayer], keyring: any VaultDecrypting, folders: [String] = []) {
    self.init(layers, environment: TemplateEnvironment(folders: folders, keyring: keyring))
  }

  /// `hostNames` and `hostScopes` are what `hostvars` is made of.
  public convenience init(
    _ layers: [VariableLayer], environment: TemplateEnvironment, hostNames: [String] = [],
    hostScopes: HostScopes? = nil
  ) {
    self.init(DefinitionTable(layers), parent: nil, environment, hostNames, hostScopes)
  }

  private init(
    _ own: DefinitionTable, parent: LayeredScope?, _ environment: TemplateEnvironment, _ hostNames: [String],
    _ hostScopes: HostScopes?
  ) {
    self.own = own
    self.parent = parent
    depth = (parent?.depth ?? 0) + 1
    self.environment = environment
    self.hostNames = hostNames
    self.hostScopes = hostScopes
  }

  /// This scope with more layers; what it has evaluated is used where the new layers do not touch it.
  public func adding(_ more: [VariableLayer]) -> LayeredScope {
    if more.isEmpty { return self }
    guard depth < Self.longestChain else {
      return LayeredScope(DefinitionTable(layers + more), parent: nil, environment, hostNames, hostScopes)
    }
    return LayeredScope(DefinitionTable(more), parent: self, environment, hostNames, hostScopes)
  }

  /// Every layer, low to high.
  public var layers: [VariableLayer] {
    DefinitionTable.sorted((parent?.layers ?? []) + own.layers)
  }

  public func value(of name: String) throws(EvaluationFault) -> Value? {
    try outcome(of: name, chain: EvaluationChain())?.result.get()
  }

  public func scope(of name: String, key: String) throws(EvaluationFault) -> (any Scope)? {
    guard name == "hostvars", let hostScopes, definition(of: name, below: 0) == nil else { return nil }
    return try hostScopes(key)
  }

  public var names: [String] {
    var names = Set(parent?.names ?? [])
    names.formUnion(own.names)
    if hostScopes != nil { names.insert("hostvars") }
    return names.sorted()
  }

  /// Every definition of a name, low to high; the last one counts.
  public func origins(of name: String) -> [VariableOrigin] {
    layers.flatMap { layer in
      layer.variables.filter { $0.name == name }.map {
        VariableOrigin(rank: layer.rank, title: layer.title, variable: $0)
      }
    }
  }
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

extension LayeredScope {
  /// The definition that counts, or the one so many places below it.
  func definition(of name: String, below: Int) -> DefinitionTable.Definition? {
    if below > 0 {
      let all = origins(of: name)
      guard below < all.count else { return nil }
      let origin = all[all.count - 1 - below]
      return DefinitionTable.Definition(rank: origin.rank, content: .variable(origin.variable))
    }
    let outer = parent?.definition(of: name, below: 0)
    guard let inner = own.definition(of: name) else { return outer }
    guard let outer, outer.rank > inner.rank else { return inner }
    return outer
  }

  /// Evaluates a name; `chain` is what is being evaluated already.
  func outcome(of name: String, chain: EvaluationChain) throws(EvaluationFault) -> Outcome? {
    let below = chain.below(name)
    if below == 0, let known = cache.withLock({ $0[name] }) { return known }
    guard let definition = definition(of: name, below: below) else {
      if below > 0 { throw .diagnostic(.cycle(chain, name)) }
      return try hostTable(name, chain: chain)
    }
    guard case .variable(let variable) = definition.content else {
      return Outcome(result: .failure(definition.pendingFault), needs: [name])
    }
    if case .value(let value) = variable.definition {
      return Outcome(result: .success(variable.isSecret ? value.markedSecret(name) : value), needs: [name])
    }
    if chain.holds(name, below: below) { throw .diagnostic(.cycle(chain, name)) }
    if below == 0, let inherited = inherited(name, chain: chain) { return inherited }
    let outcome = evaluate(variable, chain: chain.adding(variable, below: below))
    if below == 0, outcome.isLasting { cache.withLock { $0[name] = outcome } }
    return outcome
  }

  /// What the scope above made of a name, where it looked at no name that this scope defines.
  private func inherited(_ name: String, chain: EvaluationChain) -> Outcome? {
    guard let parent, own.definition(of: name) == nil else { return nil }
    do throws(EvaluationFault) {
      guard let outcome = try parent.outcome(of: name, chain: chain) else { return nil }
      return outcome.needs.allSatisfy { own.definition(of: $0) == nil } ? outcome : nil
    } catch {
      // A circle above need not be one here: this scope's own evaluation decides.
      return nil
    }
  }

  private func evaluate(_ variable: Variable, chain: EvaluationChain) -> Outcome {
    guard case .node(let node) = variable.definition else {
      return Outcome(result: .success(.null), needs: [])
    }
    let tracker = EvaluationTracker(scope: self, chain: chain)
    let result: Result<Value, EvaluationFault>
    do throws(EvaluationFault) {
      var evaluator = NodeEvaluator(scope: tracker, environment: environment)
      let value = try evaluator.value(node, named: variable.name)
      result = .success(variable.isSecret ? value.markedSecret(variable.name) : value)
    } catch {
      result = .failure(error)
    }
    return Outcome(result: result, needs: tracker.needs.union([variable.name]))
  }

  /// The whole of `hostvars`, for what cannot ask for one host at a time. What a host has wrong in a variable that
  /// nobody asked for is left out.
  private func hostTable(_ name: String, chain: EvaluationChain) throws(EvaluationFault) -> Outcome? {
    guard name == "hostvars", let hostScopes else { return nil }
    guard !chain.isInTable else { throw .diagnostic(.cycle(chain, name)) }
    var table = ValueMap()
    for host in hostNames {
      guard var scope = try hostScopes(host) else { continue }
      if let layered = scope as? LayeredScope {
        var inner = chain.entering(host)
        inner.isInTable = true
        scope = EvaluationTracker(scope: layered, chain: inner)
      }
      var values = ValueMap()
      for name in scope.names where name != "hostvars" {
        do throws(EvaluationFault) {
          values[name] = try scope.value(of: name)
        } catch {
          if case .pending = error { throw error }
        }
      }
      table[host] = .map(values)
    }
    return Outcome(result: .success(.map(table)), needs: [name])
  }
}

extension LayeredScope.Outcome {
  /// Whether it will be the same the next time: what waits may come, and other hosts' variables change.
  fileprivate var isLasting: Bool {
    guard !needs.contains("hostvars") else { return false }
    switch result {
    case .success: return true
    case .failure(.diagnostic(let diagnostic)): return diagnostic.code != .cycle
    case .failure(.pending): return false
    }
  }
}
