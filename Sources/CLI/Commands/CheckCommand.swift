import Runbook
import Steps

/// `runbook check`
struct CheckCommand: Command {
  static let name = "check"
  static let summary = "Find every fault of a runbook that can be found without a host."
  static let forms = ["RUNBOOK..."]
  static let words = """
    Reads the runbook with all that it includes, the inventory, the variables, the vaults and the templates, and builds
    the graph. Nothing is contacted. 'runbook plan' does the same first.
    """
  static let options: [Option] = Option.forProject + Option.forHosts + Option.forSelection + [.json]
  static let operands = 1...Int.max

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let console = invocation.console
    var faults: [Diagnostic] = []
    for runbook in invocation.arguments.operands {
      do throws(Diagnostics) {
        let prepared = try PreparedRun(invocation, runbook: runbook)
        if let listing = Listing.text(of: prepared.graph, invocation.arguments) {
          console.print(listing)
        } else if !invocation.arguments.has(.json) {
          console.print("\(runbook): \(words(for: prepared.graph))\n")
        }
      } catch {
        faults += error.all
      }
    }
    if invocation.arguments.has(.json) {
      console.print(Value.list(Diagnostics(faults).sorted.all.map { $0.jsonValue }).json() + "\n")
      return faults.isEmpty ? .done : ExitStatus(Diagnostics(faults))
    }
    if !faults.isEmpty { throw Diagnostics(faults) }
    return .done
  }

  private static func words(for graph: Graph) -> String {
    let steps = Set(graph.nodes.map { $0.reference.id }).count
    return "ok, \(steps) \(steps == 1 ? "step" : "steps"), "
      + "\(graph.hosts.count) \(graph.hosts.count == 1 ? "host" : "hosts")"
  }
}
