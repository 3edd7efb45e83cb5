import Runbook

/// `runbook apply`
struct ApplyCommand: Command {
  static let name = "apply"
  static let summary = "Bring about what a runbook says, with a checkpoint before and after each step."
  static let forms = ["RUNBOOK", "SAVED-PLAN"]
  static let words = """
    Shows the plan, asks, and applies it. With --yes it neither shows nor asks. Stopped in any way, 'runbook resume'
    goes on where it was. A saved plan is applied without asking, exactly as it is, or refused where it no longer holds.
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
    if try SavedRun.isOne(runbook) { return try await SavedRun.apply(runbook, invocation) }
    let prepared = try PreparedRun(invocation, runbook: runbook)
    if let listing = Listing.text(of: prepared.graph, arguments) {
      invocation.console.print(listing)
      return .done
    }
    return try await apply(prepared, invocation)
  }

  /// Asks where it has to, and applies.
  static func apply(_ prepared: PreparedRun, _ invocation: Invocation) async throws(Diagnostics) -> ExitStatus
  {
    let arguments = invocation.arguments
    if !arguments.has(.yes), arguments.has(.json) || !Prompt.isPossible { throw .one(.nobodyToAsk) }
    let observer = try RunObserver(invocation)
    let engine = Engine(prepared.input(invocation, observer: observer))
    if arguments.has(.yes) { return await Runner.apply(engine, observer, invocation) }
    switch try await confirm(engine, observer, invocation) {
    case .goOn(let scanned): return await Runner.apply(engine, scanned, observer, invocation)
    case .end(let status): return status
    }
  }

  private enum Answer {
    case goOn(ScannedRun)
    case end(ExitStatus)
  }

  /// Shows the plan and asks.
  private static func confirm(
    _ engine: Engine, _ observer: RunObserver, _ invocation: Invocation
  ) async throws(Diagnostics) -> Answer {
    let outcome = await observer.watching(invocation.interrupts) { () -> Result<ScannedRun, Diagnostic> in
      do throws(Diagnostic) { return .success(try await engine.scan()) } catch { return .failure(error) }
    }
    let scanned: ScannedRun
    switch outcome {
    case .success(let looked): scanned = looked
    case .failure(let fault): throw .one(fault)
    }
    if invocation.interrupts.hasStopped {
      await scanned.close()
      return .end(.interrupted)
    }
    PlanPrinter.print(scanned.plan, invocation)
    do throws(Diagnostic) {
      if scanned.plan.hasChanges, try Prompt(interrupts: invocation.interrupts).isYes("apply?") {
        return .goOn(scanned)
      }
    } catch {
      await scanned.close()
      throw .one(error)
    }
    await scanned.close()
    if scanned.plan.hasChanges { invocation.console.print("nothing was done\n") }
    return .end(PlanPrinter.status(of: scanned.plan))
  }
}

extension Diagnostic {
  fileprivate static func noCheckMode(_ runbook: String) -> Diagnostic {
    Diagnostic(
      .usage, "'apply' always applies; a plan shows what it would do", hint: "runbook plan \(runbook)")
  }

  fileprivate static var nobodyToAsk: Diagnostic {
    Diagnostic(
      .usage, "there is no terminal to show the plan at and to ask 'apply?'",
      hint: "give --yes to apply without asking, or 'runbook plan' to see what would be done")
  }
}
