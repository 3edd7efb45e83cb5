/// What happens in a run, as it happens; the reporters draw from these and from nothing else.
public enum Event: Sendable {
  case runStarted(id: String, name: String, hosts: [String])
  case hostConnecting(String)
  case hostConnected(String, after: Duration)
  case hostFailed(String, Diagnostic)
  case stepStarted(StepLabel)
  /// Lines that a running step prints, without their ends.
  case stepOutput(StepLabel, isError: Bool, lines: [String])
  case stepRetrying(StepLabel, attempt: Int, of: Int, after: Duration, why: String)
  /// A `show` step, or a question's text.
  case message(StepLabel, Text)
  case warning(Diagnostic)
  case stepFinished(StepLabel, StepOutcome, took: Duration)
  case runFinished(RunSummary)
}

/// Who an event is about.
public struct StepLabel: Sendable, Hashable {
  public var reference: StepReference
  public var title: Text
  public var item: Text?
  public var phases: [String]

  public init(reference: StepReference, title: Text, item: Text? = nil, phases: [String] = []) {
    self.reference = reference
    self.title = title
    self.item = item
    self.phases = phases
  }
}

/// How a step ended.
public enum StepOutcome: Sendable {
  case ok
  case changed(Change)
  /// `when` is false, tags leave it out, or the run before this one did it.
  case skipped(String)
  /// A step that it needs failed: which.
  case blocked(by: StepReference)
  case failed(Diagnostic)
  /// Failed, and `allow_failure` lets the run go on.
  case tolerated(Diagnostic)
  case interrupted
}

/// The end of a run.
public struct RunSummary: Sendable {
  /// `unverified`: only `verify:` steps failed. `locked`: another run holds a host, nothing was done there.
  public enum Result: String, Sendable { case done, failed, unreachable, unverified, locked, interrupted }
  public struct HostCounts: Sendable, Hashable {
    public var ok = 0
    public var changed = 0
    public var skipped = 0
    public var failed = 0
    public var blocked = 0
    public init() {}
  }

  public var id: String
  public var result: Result
  public var hosts: [(name: String, counts: HostCounts)]
  public var failures: [(label: StepLabel, diagnostic: Diagnostic)]
  public var took: Duration
  /// Round trips made with all hosts.
  public var roundTrips: Int

  public init(
    id: String, result: Result, hosts: [(name: String, counts: HostCounts)],
    failures: [(label: StepLabel, diagnostic: Diagnostic)], took: Duration, roundTrips: Int
  ) {
    self.id = id
    self.result = result
    self.hosts = hosts
    self.failures = failures
    self.took = took
    self.roundTrips = roundTrips
  }
}
