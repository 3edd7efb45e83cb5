import Synchronization

/// What is being evaluated, outermost first: each variable needs the next.
struct EvaluationChain: Sendable {
  /// A variable that is being evaluated.
  struct Link: Sendable {
    var name: String
    /// Whose variable it is, where `hostvars` led there.
    var host: String?
    /// How many higher definitions of the name were passed over.
    var below: Int
    var position: SourcePosition?

    var description: String { host.map { "hostvars['\($0)'].\(name)" } ?? name }
  }

  private(set) var links: [Link] = []
  /// Whose variables are looked at now; nil for those of the host that it all began with.
  private(set) var host: String?
  /// Whether the whole of `hostvars` is being made: a variable that needs it again cannot be in it.
  var isInTable = false

  /// How many definitions of a name to pass over: a variable that uses its own name means the one below it.
  func below(_ name: String) -> Int {
    guard let last = links.last, last.name == name, last.host == host else { return 0 }
    return last.below + 1
  }

  func holds(_ name: String, below: Int) -> Bool {
    links.contains { $0.name == name && $0.host == host && $0.below >= below }
  }

  func adding(_ variable: Variable, below: Int) -> EvaluationChain {
    var position = variable.position
    if case .node(let node) = variable.definition { position = node.position }
    var chain = self
    chain.links.append(Link(name: variable.name, host: host, below: below, position: position))
    return chain
  }

  func entering(_ host: String) -> EvaluationChain {
    var chain = self
    chain.host = host
    return chain
  }
}

/// The scope that one variable's template is evaluated in: it knows what led there, and notes what is looked at.
final class EvaluationTracker: Scope {
  private let scope: LayeredScope
  private let chain: EvaluationChain
  private let seen = Mutex<Set<String>>([])

  init(scope: LayeredScope, chain: EvaluationChain) {
    self.scope = scope
    self.chain = chain
  }

  var needs: Set<String> { seen.withLock { $0 } }
  var names: [String] { scope.names }

  func value(of name: String) throws(EvaluationFault) -> Value? {
    seen.withLock { _ = $0.insert(name) }
    do throws(EvaluationFault) {
      guard let outcome = try scope.outcome(of: name, chain: chain) else { return nil }
      seen.withLock { $0.formUnion(outcome.needs) }
      return try outcome.result.get()
    } catch {
      guard case .diagnostic(let diagnostic) = error, let user = chain.links.last else { throw error }
      let place = user.position.map { " at \($0)" } ?? ""
      throw .diagnostic(diagnostic.noting("'\(user.description)' uses '\(name)'\(place)"))
    }
  }

  func scope(of name: String, key: String) throws(EvaluationFault) -> (any Scope)? {
    seen.withLock { _ = $0.insert(name) }
    guard let other = try scope.scope(of: name, key: key) else { return nil }
    guard let other = other as? LayeredScope else { return other }
    return EvaluationTracker(scope: other, chain: chain.entering(key))
  }
}

extension Diagnostic {
  /// A variable that is needed for its own value.
  static func cycle(_ chain: EvaluationChain, _ name: String) -> Diagnostic {
    let links = chain.links
    let start = links.firstIndex { $0.name == name && $0.host == chain.host } ?? 0
    let again = EvaluationChain.Link(name: name, host: chain.host, below: 0)
    let names = (links[start...] + [again]).map { $0.description }
    return Diagnostic(
      .cycle, "the variable '\(name)' needs itself: \(names.joined(separator: " → "))",
      at: start < links.count ? links[start].position : nil)
  }
}
