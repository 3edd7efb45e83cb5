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
  static let examples = [
    "runbook plan runbooks/setup.yml --limit host01",
    "runbook plan runbooks/setup.yml --save setup.plan",
  ]
  static let options: [Option] =
    Option.forProject + Option.forHosts + Option.forSelection + [.save, .noDiff, .diff, .json, .trace]
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
  static func show(_ prepared: PreparedRun, _ invocation: Invocation) async throws(Diagnostics) -> ExitStatus
  {
    let observer = try RunObserver(planning: invocation)
    let engine = Engine(prepared.input(invocation, observer: observer))
    let outcome = await observer.watching(invocation.interrupts) { () -> Result<ScannedRun, Diagnostic> in
      do throws(Diagnostic) { return .success(try await engine.scan()) } catch { return .failure(error) }
    }
    let scanned: ScannedRun
    switch outcome {
    case .success(let looked): scanned = looked
    case .failure(let fault): throw .one(fault)
    }
    await scanned.close()
    if invocation.interrupts.hasStopped { return .interrupted }
    let plan = scanned.plan
    if let path = invocation.arguments.text(.save) { try save(engine.savedPlan(of: scanned), to: path, plan) }
    PlanPrinter.print(plan, invocation)
    return PlanPrinter.status(of: plan)
  }

  /// A plan with faults is none that could be applied as it is.
  private static func save(_ saved: SavedPlan, to path: String, _ plan: Plan) throws(Diagnostics) {
    guard plan.faults.isEmpty else {
      throw Diagnostics(
        plan.faults.map { $0.diagnostic } + [Diagnostic(.usage, "the plan was not saved: it has faults")])
    }
    do throws(Diagnostic) { try saved.write(to: path) } catch { throw .one(error) }
  }
}
