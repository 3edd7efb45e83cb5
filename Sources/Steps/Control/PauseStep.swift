public import Runbook

/// Waits for a while.
public struct PauseStep: StepKind {
  public static let key = "pause"
  public static let summary =
    "Waits for a fixed time. To wait for something to happen, `wait_for` is quicker and surer."
  public static let shorthand: String? = "for"
  public static let example = """
    - pause: 10s
    - pause: { for: 1m, message: The name servers need a moment }
    """

  let duration: Duration
  let message: Text?

  public init(_ parameters: inout Parameters) {
    duration = parameters.required("for", "How long.")
    message = parameters.optional("message", "What to say meanwhile.")
  }

  public var title: String { "pause \(duration.written)" }

  public func change(from observed: Void) throws(Diagnostic) -> Change? {
    Change(
      .run, Text("wait \(duration.written)"), (message.map { [.show($0)] } ?? []) + [.sleep(duration)])
  }
}
