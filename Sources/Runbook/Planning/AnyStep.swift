/// A decoded step of any kind: what the engine works with.
public struct AnyStep: Sendable {
  /// The kind's key.
  public let kind: String
  /// A few words that name it where the runbook gives no name.
  public let title: String
  /// What must be asked of the host before it can be planned.
  public let queries: [FactQuery]
  /// Commands of the host that it cannot do without.
  public let requires: [String]
  /// What may not be used by two steps at a time on one host.
  public let lock: String?
  /// Variables that it defines for the rest of the run on its host.
  public let assignments: ValueMap
  /// Whether there is a state to look at that tells whether it is done, so that the step can be verified and safely
  /// tried again. False for kinds without a probe, and for those whose probe only guards.
  public let isObservable: Bool
  private let change: @Sendable (FactAnswers) throws(Diagnostic) -> Change?
  private let values: @Sendable (FactAnswers, [ActionResult]) throws(Diagnostic) -> ValueMap

  public init<Kind: StepKind>(_ step: Kind) {
    kind = Kind.key
    title = step.title
    requires = step.requires
    lock = step.lock
    assignments = step.assignments
    let probe = step.probe
    queries = probe.queries
    isObservable = step.isVerified && !probe.queries.isEmpty
    change = { (answers) throws(Diagnostic) in try step.change(from: try probe.read(answers)) }
    values = { (answers, results) throws(Diagnostic) in step.outputs(try probe.read(answers), results) }
  }

  /// What is to be done, seen from these answers; nil: already so.
  public func plan(_ answers: FactAnswers) throws(Diagnostic) -> Change? { try change(answers) }

  /// What later steps may use by `register`; `results` are those of the actions that ran.
  public func outputs(_ answers: FactAnswers, _ results: [ActionResult]) throws(Diagnostic) -> ValueMap {
    try values(answers, results)
  }
}
