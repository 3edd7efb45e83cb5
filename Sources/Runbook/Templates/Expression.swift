/// One bare Jinja expression, as `when`, `until` and `assert` take it; one wrapped in `{{ }}` works too.
public struct Expression: Sendable {
  /// Names that it takes from its scope.
  public let names: Set<String>

  public init(_ text: String, at position: SourcePosition) throws(Diagnostic) { names = [] }

  /// The value; an undefined one is a fault.
  public func evaluate(in scope: any Scope, _ environment: TemplateEnvironment) throws(EvaluationFault) -> Value {
    .null
  }

  /// Whether it holds. Text is no answer unless it is one of YAML's words for true and false.
  public func isTrue(in scope: any Scope, _ environment: TemplateEnvironment) throws(EvaluationFault) -> Bool {
    false
  }
}
