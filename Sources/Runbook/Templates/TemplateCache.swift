import Synchronization

/// Templates and expressions by where they stand, so that each is compiled once for all hosts.
public final class TemplateCache: Sendable {
  private struct Place: Hashable {
    var position: SourcePosition
    var text: String
  }

  private let templates = Mutex<[Place: Template]>([:])
  private let expressions = Mutex<[Place: Expression]>([:])

  public init() {}

  /// The compiled template of a YAML scalar.
  public func template(_ text: String, at position: SourcePosition) throws(Diagnostic) -> Template {
    let place = Place(position: position, text: text)
    if let known = templates.withLock({ $0[place] }) { return known }
    let template = try Template(text, at: position, style: .scalar)
    templates.withLock { $0[place] = template }
    return template
  }

  /// The compiled expression of `when` and the like.
  public func expression(_ text: String, at position: SourcePosition) throws(Diagnostic) -> Expression {
    let place = Place(position: position, text: text)
    if let known = expressions.withLock({ $0[place] }) { return known }
    let expression = try Expression(text, at: position)
    expressions.withLock { $0[place] = expression }
    return expression
  }
}
