/// A text with Jinja's `{{ }}`, `{% %}` and `{# #}` in it, compiled once and evaluated many times.
public struct Template: Sendable {
  /// Where the text stands, which decides how places in it are found again.
  public enum Style: Sendable {
    /// A scalar of a YAML file.
    case scalar
    /// A whole file, `.j2`; may begin with a `#jinja2:` line.
    case file
  }

  private let text: String
  /// nil where there is nothing to evaluate.
  private let program: Program?

  /// Throws where it does not compile: the fault stands where the text has it.
  public init(_ text: String, at position: SourcePosition, style: Style = .scalar) throws(Diagnostic) {
    self.text = text
    // A file may have other marks, by its first line.
    let isLiteral = style == .scalar && !Self.mayHoldExpressions(text)
    program = isLiteral ? nil : try Program(text, at: position, style: style)
  }

  init(_ program: Program) {
    text = program.source.text
    self.program = program
  }

  /// Whether there is nothing to evaluate in it.
  public var isLiteral: Bool { program == nil }
  /// Whether the whole is one expression, whose value stays native.
  public var isOneValue: Bool { program?.expression != nil }
  /// Names that it takes from its scope.
  public var names: Set<String> { program?.names ?? [] }

  /// Whether a text has any of Jinja's opening marks.
  public static func mayHoldExpressions(_ text: String) -> Bool {
    var previous: UInt8 = 0
    for byte in text.utf8 {
      if previous == 0x7b, byte == 0x7b || byte == 0x25 || byte == 0x23 { return true }
      previous = byte
    }
    return false
  }

  /// The text with every expression replaced by its value; secret parts stay marked.
  public func render(
    in scope: any Scope, _ environment: TemplateEnvironment
  ) throws(EvaluationFault) -> Text {
    guard let program else { return Text(text) }
    let interpreter = Interpreter(program.source, in: scope, environment)
    defer { interpreter.dispose() }
    return try interpreter.rendered(program.statements)
  }

  /// The value: native where the whole is one expression, the rendered text where it is not.
  public func evaluate(
    in scope: any Scope, _ environment: TemplateEnvironment
  ) throws(EvaluationFault) -> Value {
    guard let program, let expression = program.expression else {
      return .string(try render(in: scope, environment))
    }
    let interpreter = Interpreter(program.source, in: scope, environment)
    defer { interpreter.dispose() }
    return try interpreter.value(expression)
  }
}
