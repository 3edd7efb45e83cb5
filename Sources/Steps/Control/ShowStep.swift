public import Runbook

/// Says something to the person.
public struct ShowStep: StepKind {
  public static let key = "show"
  public static let summary = "Shows a message, or a value as JSON. Secrets are shown by their names."
  public static let shorthand: String? = "message"
  public static let example = """
    - show: Log in at https://{{ domain }}
    - show: { value: "{{ groups }}" }
    """

  let text: Text

  public init(_ parameters: inout Parameters) {
    let message: Text? = parameters.optional("message", "What to say.")
    let value: Value? = parameters.optional("value", "A value of any kind.")
    text = message ?? value.map { Text($0.json(pretty: true)) } ?? ""
    switch (parameters.has("message"), parameters.has("value")) {
    case (false, false): parameters.reject("neither 'message' nor 'value' is given")
    case (true, true): parameters.reject("'message' and 'value' exclude each other", at: "value")
    default: break
    }
  }

  public var title: String { "show" }

  public func change(from observed: Void) throws(Diagnostic) -> Change? {
    .run(Text("show \(CommandSummary.firstLine(text))"), .show(text))
  }
}
