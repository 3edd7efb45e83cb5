import Glibc

/// All that a run is made of: what shall be so, where, and how the engine reaches the hosts and the person.
public struct EngineInput: Sendable {
  public var document: RunbookDocument
  public var graph: Graph
  public var registry: StepRegistry
  /// The variables of a host, with what the run has learnt about it so far in its place among them: a
  /// `LayeredScope`, so that each variable of a step takes its place by rank.
  public var scope: @Sendable (HostVariables) -> any Scope
  /// The machine of a host. Called once for each.
  public var machine: @Sendable (String) throws(Diagnostic) -> any Machine
  /// The control machine, on behalf of a host, for `delegate: control`.
  public var control: @Sendable (String) -> any Machine
  /// Whether and how steps of a host become another user where they do not say so themselves.
  public var become: @Sendable (String) throws(Diagnostic) -> BecomeSettings
  public var keyring: any VaultDecrypting
  /// What seals secret values in the journal; nil where no vault password is known.
  public var journalPassword: @Sendable () -> [UInt8]?
  /// Whether a text holds a secret that the run knows, whoever printed it: a host may say what it was told.
  public var holdsSecret: @Sendable (String) -> Bool
  public var options: EngineOptions
  /// What the journal keeps so that the run can be resumed by its number alone.
  public var arguments: RunArguments
  /// Where the project stands.
  public var projectFolder: String
  /// Where runs are kept: `.runbook` in the project.
  public var stateFolder: String
  /// The program's version, for the journal.
  public var version: String
  public var events: @Sendable (Event) -> Void
  /// Asks the person; false for anything but yes.
  public var ask: @Sendable (StepLabel, Text) async -> Bool

  public init(
    document: RunbookDocument, graph: Graph, registry: StepRegistry,
    scope: @escaping @Sendable (HostVariables) -> any Scope,
    machine: @escaping @Sendable (String) throws(Diagnostic) -> any Machine,
    control: @escaping @Sendable (String) -> any Machine,
    keyring: any VaultDecrypting, arguments: RunArguments, projectFolder: String, stateFolder: String
  ) {
    self.document = document
    self.graph = graph
    self.registry = registry
    self.scope = scope
    self.machine = machine
    self.control = control
    become = { _ in BecomeSettings() }
    self.keyring = keyring
    journalPassword = { nil }
    holdsSecret = { _ in false }
    options = EngineOptions()
    self.arguments = arguments
    self.projectFolder = projectFolder
    self.stateFolder = stateFolder
    version = ""
    events = { _ in }
    ask = { _, _ in false }
  }
}

/// How a run is to be done.
public struct EngineOptions: Sendable {
  /// How many hosts are worked on at a time.
  public var forks = 20
  /// Every question is answered with yes.
  public var saysYes = false
  /// Ask before each step that would change something.
  public var asksEachStep = false
  /// How long an action may take where its step does not say.
  public var stepTimeout: Duration = .seconds(3600)
  /// The folder on the hosts for the lock and the records of runs.
  public var hostStateFolder = "/var/lib/runbook"

  public init() {}
}

/// Seconds since 1970.
func now() -> Int { time(nil) }
