/// A text with Jinja's `{{ }}`, `{% %}` and `{# #}` in it, compiled once and evaluated many times.
public struct Template: Sendable {
  /// Where the text stands, which decides how places in it are found again.
  public enum Style: Sendable {
    /// A scalar of a YAML file.
    case scalar
    /// A whole file, `.j2`; may begin with a `#jinja2:` line.
    case file
  }

  /// Whether there is nothing to evaluate in it.
  public let isLiteral: Bool
  /// Whether the whole is one expression, whose value stays native.
  public let isOneValue: Bool
  /// Names that it takes from its scope.
  public let names: Set<String>
  private let text: String

  public init(_ text: String, at position: SourcePosition, style: Style = .scalar) throws(Diagnostic) {
    self.text = text
    isLiteral = !Self.mayHoldExpressions(text)
    isOneValue = false
    names = []
  }

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
  ) throws(EvaluationFault) -> Text { Text(text) }

  /// The value: native where the whole is one expression, the rendered text where it is not.
  public func evaluate(
    in scope: any Scope, _ environment: TemplateEnvironment
  ) throws(EvaluationFault) -> Value { .string(try render(in: scope, environment)) }
}
