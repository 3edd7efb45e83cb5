/// One line of a journal.
public enum JournalRecord: Sendable, Hashable {
  case runStarted(RunHeader)
  /// The run goes on in another process.
  case runResumed(time: Int, version: String)
  case stepStarted(StepKey, fingerprint: String, time: Int)
  case stepFinished(StepRecord)
  /// Files on a host that hold secrets for the time of a phase.
  case secretsHeld(SecretFiles)
  case secretsRemoved(host: String, paths: [String])
  case runFinished(result: String, time: Int)
}

/// What a step is known by from one run to the next: never a line number, never a place in a list.
public struct StepKey: Sendable, Hashable {
  public var id: String
  public var host: String
  /// A keyed digest of its item's label, and which of several equal ones it is; nil outside of a loop.
  public var item: String?

  public init(id: String, host: String, item: String? = nil) {
    self.id = id
    self.host = host
    self.item = item
  }
}

/// The first line: what the run was asked to do.
public struct RunHeader: Sendable, Hashable {
  public var id: String
  public var name: String
  public var version: String
  public var time: Int
  public var hosts: [String]
  /// SHA-256 of the runbook's text and of all that it includes.
  public var digest: String
  /// As `RunArguments`, without the extra variables.
  public var arguments: RunArguments
  /// `-e`, vaulted; nil where there were none, or no vault password to seal them with.
  public var sealedExtras: String?
  /// The keyed digest of each extra variable, by name.
  public var extraDigests: [String: String]
}

/// How a step ended.
public struct StepRecord: Sendable, Hashable {
  public enum Status: String, Sendable { case ok, changed, skipped, failed, tolerated }

  public var key: StepKey
  public var status: Status
  public var fingerprint: String
  /// A keyed digest of each parameter, to say which one changed.
  public var parameters: [String: String]
  public var outputs: SealedValue
  /// The ids of handlers that it asks for.
  public var notifies: [String]
  public var time: Int
}

/// A value in the journal: in the clear where nothing in it is secret.
public enum SealedValue: Sendable, Hashable {
  case clear(Value)
  /// Vaulted JSON, with the label of its secrets.
  case vaulted(String, label: String)
  /// Secret, and there was no vault password: the step must run again to know it.
  case withheld
}

/// Files that are to be removed from a host when their phase is over.
public struct SecretFiles: Sendable, Hashable {
  public var host: String
  /// The user whose shell made them; nil for the login's own.
  public var user: String?
  public var method: String?
  public var isDelegated: Bool
  public var paths: [String]
}
