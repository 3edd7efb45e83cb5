import Synchronization

/// Templates and expressions by where they stand, so that each is compiled once for all hosts.
public final class TemplateCache: Sendable {
  private struct Place: Hashable {
    var position: SourcePosition
    var text: String
  }

  private let templates = Mutex<[Place: Template]>([:])
  private let expressions = Mutex<[Place: Expression]>([:])

  private let files = Mutex<[String: (text: String, program: Program)]>([:])

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

  /// The compiled template of a file that another one includes.
  func program(_ file: SourceFile) throws(Diagnostic) -> Program {
    if let known = files.withLock({ $0[file.path] }), known.text == file.text { return known.program }
    let start = SourcePosition(file: file, line: 1, column: 1)
    let program = try Program(file.text, at: start, style: .file)
    files.withLock { $0[file.path] = (file.text, program) }
    return program
  }
}
