import Runbook

/// `runbook plan`
struct PlanCommand: Command {
  static let name = "plan"
  static let summary = "Show what applying a runbook would do; change nothing."
  static let forms = ["RUNBOOK"]
  static let words = """
    Looks at every host, once, and prints each step that would change something, with the differences of files.
    Marks: + create, ~ change, - remove, > run, ? not known before an earlier step has run, ! a fault.
    """
  static let examples = ["runbook plan runbooks/setup.yml --limit host01"]
  static let options: [Option] =
    Option.forProject + Option.forHosts + Option.forSelection + [.noDiff, .diff, .json, .trace]
  static let operands = 1...1

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let prepared = try PreparedRun(invocation, runbook: invocation.operand(0) ?? "")
    if let listing = Listing.text(of: prepared.graph, invocation.arguments) {
      invocation.console.print(listing)
      return .done
    }
    return try await show(prepared, invocation)
  }

  /// Looks at the hosts and prints the plan.
  static func show(_ prepared: PreparedRun, _ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let observer = try RunObserver(planning: invocation)
    let engine = Engine(prepared.input(invocation, observer: observer))
    let plan = await observer.watching(invocation.interrupts) { await engine.plan() }
    if invocation.interrupts.hasStopped { return .interrupted }
    PlanPrinter.print(plan, invocation)
    return PlanPrinter.status(of: plan)
  }
}
