public import Runbook

/// Stops where a condition does not hold.
public struct AssertStep: StepKind {
  public static let key = "assert"
  public static let summary =
    "Fails where one of some conditions does not hold, and says which. Changes nothing."
  public static let shorthand: String? = "that"
  public static let example = """
    - assert: { that: [facts.memory_mb >= 2000, "'docker' in group_names"], message: this host is too small }
    """

  let conditions: [Condition]
  let message: Text?

  public init(_ parameters: inout Parameters) {
    conditions = parameters.conditions("that", "One condition, or a list.")
    message = parameters.optional("message", "What to say where one does not hold.")
    if !parameters.has("that") { parameters.reject("'that' is missing") }
  }

  public var title: String { "assert \(conditions.map { $0.text }.joined(separator: " and "))" }

  public func change(from observed: Void) throws(Diagnostic) -> Change? {
    let broken = conditions.filter { !$0.holds }
    guard let first = broken.first else { return nil }
    let words = broken.map { "'\($0.text)' does not hold" }
    throw Diagnostic(
      .failed, message?.description ?? words.joined(separator: ", "), at: first.position,
      notes: message == nil ? [] : words)
  }
}
