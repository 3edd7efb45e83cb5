public import Runbook

/// Asks the person whether to go on.
public struct ConfirmStep: StepKind {
  public static let key = "confirm"
  public static let summary = """
    Asks a question at the terminal; anything but yes fails the step. `--yes` answers every question with \
    yes; without a terminal and without it the step fails.
    """
  public static let shorthand: String? = "question"
  public static let example = """
    - confirm: Remove every container of {{ inventory_hostname }}?
    """

  let question: Text

  public init(_ parameters: inout Parameters) {
    question = parameters.required("question", "What to ask; the answer is yes or no.")
  }

  public var title: String { "confirm" }

  public func change(from observed: Void) throws(Diagnostic) -> Change? {
    .run(Text("ask: \(CommandSummary.firstLine(question))"), .ask(question))
  }
}
