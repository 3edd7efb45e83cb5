public import Runbook

/// Defines variables for the rest of the run.
public struct SetStep: StepKind {
  public static let key = "set"
  public static let summary = """
    Variables for the steps that follow on this host; stronger than those of the inventory and of the \
    runbook. Outputs: the variables.
    """
  public static let takesAnyKey = true
  public static let example = """
    - set: { data_folder: /srv/data, ports: [80, 443] }
    """

  public let assignments: ValueMap

  public init(_ parameters: inout Parameters) {
    var assignments = ValueMap()
    for entry in parameters.rest() {
      if !DotenvText.isName(entry.key) {
        parameters.reject(
          Diagnostic(
            .invalidValue, "'\(entry.key)' is not a variable's name: letters, digits and underscores",
            at: entry.keyPosition))
      }
      if let value: Value = parameters.decode(entry.value) { assignments[entry.key] = value }
    }
    if assignments.isEmpty { parameters.reject("no variable is set") }
    self.assignments = assignments
  }

  public var title: String { "set \(assignments.keys.joined(separator: ", "))" }

  public func change(from observed: Void) throws(Diagnostic) -> Change? { nil }

  public func outputs(_ observed: Void, _ results: [ActionResult]) -> ValueMap { assignments }
}
