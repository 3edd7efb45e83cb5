/// A run whose hosts were looked at: its plan, and the connections that applying it goes on with.
public struct ScannedRun: Sendable {
  public let plan: Plan
  let scans: [(scan: ScanHost, fault: Diagnostic?)]
  let connections: ConnectionPool
  let key: ProjectKey
  /// The run that is to be resumed.
  let history: RunHistory?
  let time: ContinuousClock.Instant

  /// Ends the connections of a run that is not to be applied. How many round trips were made.
  @discardableResult
  public func close() async -> Int { await connections.close() }
}
