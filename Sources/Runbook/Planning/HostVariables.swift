/// What the run knows about one host beyond the inventory.
public struct HostVariables: Sendable {
  public var host: String
  /// nil: not asked for yet, so that every fact is pending.
  public var facts: ValueMap?
  /// What `register` and `set` gave so far: the rank of registered variables.
  public var assigned: ValueMap
  /// Names that will have a value once an earlier step has run, and what they wait for.
  public var pending: [String: String]

  public init(host: String, facts: ValueMap? = nil, assigned: ValueMap = [:], pending: [String: String] = [:])
  {
    self.host = host
    self.facts = facts
    self.assigned = assigned
    self.pending = pending
  }
}
