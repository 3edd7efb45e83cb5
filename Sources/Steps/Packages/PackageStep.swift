public import Runbook

/// Packages by whatever the distribution's tool is; today that is apt.
public struct PackageStep: StepKind {
  public static let key = "package"
  public static let summary =
    "Packages of the distribution, without a word on its tool. What `apt` does, with fewer parameters."
  public static let shorthand: String? = "names"
  public static let example = """
    - package: { names: [jq, curl] }
    - package: { names: [nano], state: absent }
    """

  let apt: AptStep

  public init(_ parameters: inout Parameters) {
    let names: [PackageName] = parameters.required("names", "Names of packages.")
    let presence: AptStep.Presence = parameters.value(
      "state", "Whether they shall be there.", default: .present)
    let refresh: Duration? = parameters.optional(
      "refresh", "Refresh the index before installing where it is older.")
    apt = AptStep(packages: names, presence: presence, refresh: refresh)
    if names.isEmpty { parameters.reject("'names' is empty", at: "names") }
  }

  public var title: String { apt.title }
  public var requires: [String] { apt.requires }
  public var lock: String? { apt.lock }
  public var probe: Probe<AptState> { apt.probe }
  public func change(from observed: AptState) throws(Diagnostic) -> Change? { try apt.change(from: observed) }
  public func outputs(_ observed: AptState, _ results: [ActionResult]) -> ValueMap {
    apt.outputs(observed, results)
  }
}
