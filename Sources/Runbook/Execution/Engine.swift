/// Plans and applies a graph: scans the hosts, says what would change, does it, and proves that it is so.
public struct Engine: Sendable {
  let input: EngineInput

  public init(_ input: EngineInput) { self.input = input }

  /// Looks at every host and says what applying would do. Changes nothing.
  public func plan() async -> Plan {
    Plan(
      runbook: input.arguments.runbook, name: input.document.name, hosts: input.graph.hosts, entries: [])
  }

  /// Does what the plan of this moment says, and keeps a journal of it.
  public func apply() async -> RunSummary {
    RunSummary(id: "", result: .done, hosts: [], failures: [], took: .zero, roundTrips: 0)
  }
}
