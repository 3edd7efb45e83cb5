import Synchronization

/// A variable that is being evaluated.
struct EvaluationLink: Sendable {
  var name: String
  /// How many higher definitions of the name were passed over.
  var below: Int
  var position: SourcePosition?

  init(_ variable: Variable, below: Int) {
    name = variable.name
    self.below = below
    position = variable.position
    if case .node(let node) = variable.definition { position = node.position }
  }
}

/// The scope that one variable's template is evaluated in: it knows what led there, and notes what is looked at.
final class EvaluationTracker: Scope {
  private let scope: LayeredScope
  private let chain: [EvaluationLink]
  private let seen = Mutex<Set<String>>([])

  init(scope: LayeredScope, chain: [EvaluationLink]) {
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
      guard case .diagnostic(let diagnostic) = error, let user = chain.last else { throw error }
      let place = user.position.map { " at \($0)" } ?? ""
      throw .diagnostic(diagnostic.noting("'\(user.name)' uses '\(name)'\(place)"))
    }
  }

  func scope(of name: String, key: String) throws(EvaluationFault) -> (any Scope)? {
    seen.withLock { _ = $0.insert(name) }
    return try scope.scope(of: name, key: key)
  }
}

extension Diagnostic {
  /// A variable that is needed for its own value.
  static func cycle(_ chain: [EvaluationLink], _ name: String) -> Diagnostic {
    let start = chain.firstIndex { $0.name == name } ?? 0
    let names = chain[start...].map { $0.name } + [name]
    return Diagnostic(
      .cycle, "the variable '\(name)' needs itself: \(names.joined(separator: " → "))",
      at: start < chain.count ? chain[start].position : nil)
  }
}
