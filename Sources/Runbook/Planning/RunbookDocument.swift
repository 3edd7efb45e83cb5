/// A runbook as it was read: includes resolved, nothing evaluated yet.
public struct RunbookDocument: Sendable {
  public var file: SourceFile
  public var name: String
  /// The host pattern of the whole runbook.
  public var hosts: String
  /// Where that stands.
  public var hostsPosition: SourcePosition?
  public var become: BecomeSpec
  public var variables: [Node.Entry]
  /// The nodes of `vars_files`, paths relative to the runbook's folder, evaluated when the run begins.
  public var variableFiles: [Node]
  public var items: [RunbookItem]
  public var handlers: [StepSpec]
  /// Every file that was read: the runbook and what it includes.
  public var files: [SourceFile]

  public init(
    file: SourceFile, name: String, hosts: String, become: BecomeSpec = BecomeSpec(),
    variables: [Node.Entry] = [],
    variableFiles: [Node] = [], items: [RunbookItem], handlers: [StepSpec] = [], files: [SourceFile] = []
  ) {
    self.file = file
    self.name = name
    self.hosts = hosts
    hostsPosition = nil
    self.become = become
    self.variables = variables
    self.variableFiles = variableFiles
    self.items = items
    self.handlers = handlers
    self.files = files
  }
}

public enum RunbookItem: Sendable {
  case step(StepSpec)
  case phase(PhaseSpec)
}

/// `phase:` a heading in the plan and the report, with keys that hold for all its steps; or an `include:`, whose
/// steps are a group in the same way. What its keys say is folded into its steps already.
public struct PhaseSpec: Sendable {
  /// What `needs` calls it, beside its name.
  public var id: String?
  public var name: String
  /// Whether it is a heading; an `include:` without a name is not.
  public var isHeading: Bool
  /// nil: it follows what stands before it in its list.
  public var needs: [NeedSpec]?
  public var position: SourcePosition
  public var steps: [RunbookItem]
  public var rescue: [RunbookItem]
  public var always: [RunbookItem]
  /// `secrets:` steps that fetch before the phase; what they hold is removed after it in every outcome.
  public var secrets: [RunbookItem]
  /// `verify:` steps that assert once the phase is done; where only these fail, the exit code is 2.
  public var verify: [RunbookItem]
  public var handlers: [StepSpec]

  public init(
    name: String, position: SourcePosition, steps: [RunbookItem], rescue: [RunbookItem] = [],
    always: [RunbookItem] = [], secrets: [RunbookItem] = [], verify: [RunbookItem] = [],
    handlers: [StepSpec] = []
  ) {
    id = nil
    self.name = name
    isHeading = true
    needs = nil
    self.position = position
    self.steps = steps
    self.rescue = rescue
    self.always = always
    self.secrets = secrets
    self.verify = verify
    self.handlers = handlers
  }
}

/// One step as written, with what it inherits from its phases, includes and runbook already folded in.
public struct StepSpec: Sendable {
  /// Given, or derived from the kind and its place ("apt-3"); distinct in the runbook.
  public var id: String
  public var hasGivenID: Bool
  public var position: SourcePosition
  /// The node of `name:`; a template.
  public var name: Node?
  /// The step kind's key, and its parameters as written.
  public var kind: String
  public var kindPosition: SourcePosition
  public var parameters: Node
  /// Every condition must hold: its own, and those of its phases and includes, outermost first.
  public var conditions: [Node]
  /// nil: it follows the step before it in its list.
  public var needs: [NeedSpec]?
  /// Host patterns that must all match: of its phases, and its own.
  public var hostPatterns: [(pattern: String, position: SourcePosition)]
  public var runsOnce: Bool
  public var forEach: Node?
  public var loopLabel: Node?
  /// The loop variable's name; `item` where not given.
  public var loopVariable: String
  public var register: String?
  public var retry: RetrySpec?
  public var until: Node?
  public var timeout: Duration?
  public var notify: [(name: String, position: SourcePosition)]
  public var tags: [String]
  public var become: BecomeSpec
  public var environment: [Node.Entry]
  public var allowsFailure: Bool
  public var onInterrupt: InterruptPolicy
  /// `delegate: control`: its actions run on the control machine, for this host.
  public var isDelegated: Bool
  public var changedWhen: Node?
  public var failedWhen: Node?
  /// `vars:` of its includes and phases, outermost first, and its own: each layer may use those before it.
  public var variables: [StepVariables]
  /// Where relative paths of the control machine are looked for, in order: the folder of the file that the step
  /// stands in, of the runbook, the project.
  public var folders: [String]

  public init(
    id: String, position: SourcePosition, kind: String, kindPosition: SourcePosition, parameters: Node
  ) {
    self.id = id
    hasGivenID = false
    self.position = position
    self.kind = kind
    self.kindPosition = kindPosition
    self.parameters = parameters
    conditions = []
    hostPatterns = []
    runsOnce = false
    loopVariable = "item"
    notify = []
    tags = []
    become = BecomeSpec()
    environment = []
    allowsFailure = false
    onInterrupt = .fail
    isDelegated = false
    variables = []
    folders = []
  }
}

/// One `vars:` that holds for a step.
public struct StepVariables: Sendable {
  public var entries: [Node.Entry]
  /// Whether it stands on an `include:`; these are stronger than what `set` and `register` give.
  public var isOfInclude: Bool

  public init(_ entries: [Node.Entry], isOfInclude: Bool = false) {
    self.entries = entries
    self.isOfInclude = isOfInclude
  }
}

/// `become`, `become_user`, `become_method`; nil where not said, so that the inventory's word counts.
public struct BecomeSpec: Sendable, Hashable {
  public var isOn: Bool?
  public var user: String?
  public var method: BecomeMethod?

  public init(isOn: Bool? = nil, user: String? = nil, method: BecomeMethod? = nil) {
    self.isOn = isOn
    self.user = user
    self.method = method
  }
}

/// One entry of `needs:`: `id`, `id@host` or `id@group`.
public struct NeedSpec: Sendable {
  public var id: String
  public var hosts: String?
  public var position: SourcePosition

  public init(id: String, hosts: String?, position: SourcePosition) {
    self.id = id
    self.hosts = hosts
    self.position = position
  }
}

/// `retry: { attempts: 5, delay: 10s }`, or `retry: 5`.
public struct RetrySpec: Sendable, Hashable {
  /// Tries in all.
  public var attempts: Int
  public var delay: Duration

  public init(attempts: Int, delay: Duration) {
    self.attempts = attempts
    self.delay = delay
  }
}

/// What resume does with a step without a probe that was under way.
public enum InterruptPolicy: String, Sendable, CaseIterable { case rerun, fail, ask }
