/// All that a run is made of: what shall be so, where, and how the engine reaches the hosts and the person.
public struct EngineInput: Sendable {
  public var document: RunbookDocument
  public var graph: Graph
  public var registry: StepRegistry
  /// The variables of a host, with what the run has learnt about it so far in its place among them.
  public var scope: @Sendable (HostVariables) -> any Scope
  /// `-e`: stronger than every other variable, those of a step included.
  public var extraVariables: ValueMap
  /// The machine of a host. Called once for each.
  public var machine: @Sendable (String) throws(Diagnostic) -> any Machine
  /// The control machine, on behalf of a host, for `delegate: control`.
  public var control: @Sendable (String) -> any Machine
  /// Whether and how steps of a host become another user where they do not say so themselves.
  public var become: @Sendable (String) throws(Diagnostic) -> BecomeSettings
  public var keyring: any VaultDecrypting
  /// What seals secret values in the journal; nil where no vault password is known.
  public var journalPassword: @Sendable () -> [UInt8]?
  public var options: EngineOptions
  /// What the journal keeps so that the run can be resumed by its number alone.
  public var arguments: RunArguments
  /// Where the project stands.
  public var projectFolder: String
  /// Where runs are kept: `.runbook` in the project.
  public var stateFolder: String
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
    extraVariables = [:]
    self.machine = machine
    self.control = control
    become = { _ in BecomeSettings() }
    self.keyring = keyring
    journalPassword = { nil }
    options = EngineOptions()
    self.arguments = arguments
    self.projectFolder = projectFolder
    self.stateFolder = stateFolder
    events = { _ in }
    ask = { _, _ in false }
  }
}

/// What the run knows about one host beyond the inventory.
public struct HostVariables: Sendable {
  public var host: String
  /// nil: not asked for yet, so that every fact is pending.
  public var facts: ValueMap?
  /// What `register` and `set` gave so far: weaker than `-e` and the variables of steps, stronger than all else.
  public var assigned: ValueMap
  /// Names that will have a value once an earlier step has run, and what they wait for.
  public var pending: [String: String]

  public init(host: String, facts: ValueMap? = nil, assigned: ValueMap = [:], pending: [String: String] = [:]) {
    self.host = host
    self.facts = facts
    self.assigned = assigned
    self.pending = pending
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

  public init() {}
}

/// What the person asked for: kept in the journal, so that `resume` needs only the run's number.
public struct RunArguments: Sendable, Hashable {
  /// The runbook's path, relative to the project where it is in it.
  public var runbook: String
  public var inventory: [String]
  public var limit: String?
  public var tags: [String]
  public var skipTags: [String]
  public var startAt: String?
  public var extraVariables: ValueMap

  public init(
    runbook: String, inventory: [String] = [], limit: String? = nil, tags: [String] = [], skipTags: [String] = [],
    startAt: String? = nil, extraVariables: ValueMap = [:]
  ) {
    self.runbook = runbook
    self.inventory = inventory
    self.limit = limit
    self.tags = tags
    self.skipTags = skipTags
    self.startAt = startAt
    self.extraVariables = extraVariables
  }
}
