import Runbook

/// `runbook apply`
struct ApplyCommand: Command {
  static let name = "apply"
  static let summary = "Bring about what a runbook says, with a checkpoint before and after each step."
  static let forms = ["RUNBOOK"]
  static let words = """
    Shows the plan, asks, and applies it. With --yes it neither shows nor asks. Stopped in any way, 'runbook resume'
    goes on where it was.
    """
  static let examples = [
    "runbook apply runbooks/setup.yml --limit host01",
    "runbook apply runbooks/setup.yml --yes --tags vault -e repo_version=main",
  ]
  static let options: [Option] =
    Option.forProject + Option.forHosts + Option.forSelection
    + [.yes, .step, .diff, .noDiff, .json, .trace, .check]
  static let operands = 1...1

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let arguments = invocation.arguments
    let runbook = invocation.operand(0) ?? ""
    if arguments.has(.check) { throw .one(.noCheckMode(runbook)) }
    let prepared = try PreparedRun(invocation, runbook: runbook)
    if let listing = Listing.text(of: prepared.graph, arguments) {
      invocation.console.print(listing)
      return .done
    }
    if !arguments.has(.yes), arguments.has(.json) || !Prompt.isPossible { throw .one(.nobodyToAsk(runbook)) }
    let observer = try RunObserver(invocation)
    if !arguments.has(.yes), let status = try await confirm(prepared, invocation) { return status }
    return await Runner.apply(Engine(prepared.input(invocation, observer: observer)), observer, invocation)
  }

  /// Shows the plan and asks. Where the answer is no, or there is nothing to do, that is the status; nil: go on.
  private static func confirm(
    _ prepared: PreparedRun, _ invocation: Invocation
  ) async throws(Diagnostics) -> ExitStatus? {
    let observer = try RunObserver(planning: invocation)
    let engine = Engine(prepared.input(invocation, observer: observer))
    let plan = await observer.watching(invocation.interrupts) { await engine.plan() }
    if invocation.interrupts.hasStopped { return .interrupted }
    PlanPrinter.print(plan, invocation)
    guard plan.hasChanges else { return PlanPrinter.status(of: plan) }
    do throws(Diagnostic) {
      if try Prompt(interrupts: invocation.interrupts).isYes("apply?") { return nil }
    } catch {
      throw .one(error)
    }
    invocation.console.print("nothing was done\n")
    return .pending
  }
}

extension Diagnostic {
  fileprivate static func noCheckMode(_ runbook: String) -> Diagnostic {
    Diagnostic(.usage, "'apply' always applies; a plan shows what it would do", hint: "runbook plan \(runbook)")
  }

  fileprivate static func nobodyToAsk(_ runbook: String) -> Diagnostic {
    Diagnostic(
      .usage, "there is no terminal to show the plan at and to ask 'apply?'",
      hint: "runbook apply \(runbook) --yes, or runbook plan \(runbook) first")
  }
}
