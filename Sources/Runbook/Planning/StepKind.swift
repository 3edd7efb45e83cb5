/// A kind of step: parameters, probe, change. It is a value and never talks to a host; the engine does that.
///
/// `init` is the one declaration of the parameters: the decoder, the manual and the JSON Schema all run it.
public protocol StepKind: Sendable {
  /// What the probe reads.
  associatedtype State: Sendable = Void

  /// The key in a runbook: `docker_network`.
  static var key: String { get }
  /// One or a few sentences for the manual: what it makes true.
  static var summary: String { get }
  /// Runbook text: a list of one or more steps that use it, each of which must decode.
  static var example: String { get }
  /// The parameter that a bare value goes to (`directory: /srv`); nil where there is none.
  static var shorthand: String? { get }
  /// Whether unknown keys are parameters of the user's own (`set: { name: value }`).
  static var takesAnyKey: Bool { get }

  /// Reads the parameters. It does not throw: `parameters` collects the faults, and the step is only used where
  /// there are none.
  init(_ parameters: inout Parameters)

  /// A few words that name this step where it has no name: "directory /srv/stacks".
  var title: String { get }
  /// Commands of the host that it cannot do without.
  var requires: [String] { get }
  /// The name of what may not be used by two steps at a time on one host: "dpkg".
  var lock: String? { get }
  var probe: Probe<State> { get }
  /// Whether the host, looked at again once the actions have run, must ask for no further change. False for the few
  /// kinds whose probe only guards: `only_if`.
  var isVerified: Bool { get }

  /// nil: already so. Throws where the state is one that it must not or cannot change.
  func change(from observed: State) throws(Diagnostic) -> Change?

  /// What later steps may use by `register`, once it is so. `results` has one entry for each action that ran;
  /// it is empty where nothing had to be done. The engine adds `changed` and `failed`.
  func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap

  /// Variables that it defines for the rest of the run on its host (`set`).
  var assignments: ValueMap { get }
}

extension StepKind {
  public static var shorthand: String? { nil }
  public static var takesAnyKey: Bool { false }
  public var requires: [String] { [] }
  public var lock: String? { nil }
  public var isVerified: Bool { true }
  public var assignments: ValueMap { [:] }
  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap { [:] }
}

extension StepKind where State == Void {
  public var probe: Probe<Void> { .none }
}

/// The step kinds that a program knows, by key.
public struct StepRegistry: Sendable {
  public let kinds: [any StepKind.Type]
  private let byKey: [String: any StepKind.Type]

  /// Keys must be distinct.
  public init(_ kinds: [any StepKind.Type]) {
    self.kinds = kinds
    byKey = Dictionary(uniqueKeysWithValues: kinds.map { ($0.key, $0) })
  }

  public subscript(key: String) -> (any StepKind.Type)? { byKey[key] }
  public var keys: [String] { kinds.map { $0.key } }
}
