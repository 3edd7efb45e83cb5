public import Runbook

/// Fails, with words of the user's own.
public struct FailStep: StepKind {
  public static let key = "fail"
  public static let summary = "Fails with a message: for `when`, `rescue` and what must not go on."
  public static let shorthand: String? = "message"
  public static let example = """
    - fail: this runbook is for Debian
      when: facts.distribution != 'debian'
    """

  let message: Text

  public init(_ parameters: inout Parameters) {
    message = parameters.required("message", "What to say.")
  }

  public var title: String { "fail" }

  public func change(from observed: Void) throws(Diagnostic) -> Change? {
    throw Diagnostic(.failed, message.description)
  }
}
