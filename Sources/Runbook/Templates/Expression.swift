/// One bare Jinja expression, as `when`, `until` and `assert` take it; one wrapped in `{{ }}` works too.
public struct Expression: Sendable {
  private let program: Program
  private let syntax: Syntax

  /// Throws where it does not compile: the fault stands where the text has it.
  public init(_ text: String, at position: SourcePosition) throws(Diagnostic) {
    let bare = stripped(text)
    let isWrapped = bare.utf8.starts(with: "{{".utf8) || bare.utf8.starts(with: "{%".utf8)
    program =
      isWrapped
      ? try Program(bare, at: position, style: .scalar) : try Program(expression: text, at: position)
    guard let syntax = program.expression else {
      throw Diagnostic(
        .template, "expected one expression", at: position, hint: "write it bare, without '{{ }}' or '{% %}'")
    }
    self.syntax = syntax
  }

  /// Names that it takes from its scope.
  public var names: Set<String> { program.names }

  /// The value; an undefined one is a fault.
  public func evaluate(in scope: any Scope, _ environment: TemplateEnvironment) throws(EvaluationFault)
    -> Value
  {
    let interpreter = Interpreter(program.source, in: scope, environment)
    defer { interpreter.dispose() }
    return try interpreter.value(syntax)
  }

  /// Whether it holds. Text is no answer, unless it is one of YAML's words for true and false.
  public func isTrue(in scope: any Scope, _ environment: TemplateEnvironment) throws(EvaluationFault) -> Bool
  {
    let value = try evaluate(in: scope, environment)
    guard case .string(let text) = value else { return value.isTruthy }
    switch text.string.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default:
      throw .diagnostic(
        program.source.diagnostic(
          .invalidValue, "expected true or false, found text", at: syntax.place,
          hint: "compare it with something, ask for '| length > 0', or convert it by '| bool'"))
    }
  }
}
