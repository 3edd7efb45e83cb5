/// Makes the graph of a runbook: which step runs on which host, and what each waits for.
public struct GraphBuilder: Sendable {
  /// The hosts that a pattern names, in the order of the inventory. Throws where it names none.
  public typealias HostLookup = @Sendable (String, SourcePosition?) throws(Diagnostic) -> [String]

  /// What a person asked to leave out.
  public struct Selection: Sendable {
    /// The only hosts that take part; nil: all of the runbook's.
    public var limit: [String]?
    public var tags: [String]
    public var skipTags: [String]
    /// The id or name of the step to start at; what stands before it is left out.
    public var startAt: String?
    /// The ids or names of the only steps that take part; nil: all.
    public var onlySteps: [String]?

    public init(
      limit: [String]? = nil, tags: [String] = [], skipTags: [String] = [], startAt: String? = nil,
      onlySteps: [String]? = nil
    ) {
      self.limit = limit
      self.tags = tags
      self.skipTags = skipTags
      self.startAt = startAt
      self.onlySteps = onlySteps
    }
  }

  let hosts: HostLookup

  public init(hosts: @escaping HostLookup) { self.hosts = hosts }

  /// Throws every fault of the graph: cycles, unknown ids, steps that run nowhere, names that match nothing.
  public func build(
    _ document: RunbookDocument, _ selection: Selection = Selection()
  ) throws(Diagnostics) -> Graph {
    let building = try GraphBuilding(document, selection, hosts)
    building.place()
    building.choose()
    building.connect()
    guard building.faults.isEmpty else { throw Diagnostics(building.faults) }
    return try building.graph()
  }
}
