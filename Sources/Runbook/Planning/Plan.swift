/// What a run would do, step by step in the order of the graph.
public struct Plan: Sendable {
  public var runbook: String
  public var name: String
  public var hosts: [String]
  public var entries: [PlanEntry]
  /// Hosts that could not be looked at, and why.
  public var faults: [(host: String, diagnostic: Diagnostic)]

  public init(
    runbook: String, name: String, hosts: [String], entries: [PlanEntry],
    faults: [(host: String, diagnostic: Diagnostic)] = []
  ) {
    self.runbook = runbook
    self.name = name
    self.hosts = hosts
    self.entries = entries
    self.faults = faults
  }

  /// Whether applying it would do anything.
  public var hasChanges: Bool {
    entries.contains {
      switch $0.verdict {
      case .change(let change): change.touchesHost
      case .later: true
      case .ok, .skipped, .failed: false
      }
    }
  }
}

/// One step (or one item of its loop) on one host, as the plan sees it.
public struct PlanEntry: Sendable {
  public var reference: StepReference
  public var kind: String
  public var title: Text
  /// The label of its item, where it stands in a loop.
  public var item: Text?
  public var phases: [String]
  public var role: GraphNode.Role
  public var position: SourcePosition
  public var verdict: Verdict

  public init(
    reference: StepReference, kind: String, title: Text, item: Text? = nil, phases: [String] = [],
    role: GraphNode.Role = .main, position: SourcePosition, verdict: Verdict
  ) {
    self.reference = reference
    self.kind = kind
    self.title = title
    self.item = item
    self.phases = phases
    self.role = role
    self.position = position
    self.verdict = verdict
  }
}

public enum Verdict: Sendable {
  /// Already so.
  case ok
  case change(Change)
  /// Not known before something else is done, which is named.
  case later(String)
  /// `when` is false, or tags leave it out.
  case skipped(String)
  /// The state is one that the step cannot change, or it could not be looked at.
  case failed(Diagnostic)
}
