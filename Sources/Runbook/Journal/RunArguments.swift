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
    runbook: String, inventory: [String] = [], limit: String? = nil, tags: [String] = [],
    skipTags: [String] = [],
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
