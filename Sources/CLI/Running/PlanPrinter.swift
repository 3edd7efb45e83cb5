import Runbook

/// Prints a plan as asked for, and says what it comes to.
enum PlanPrinter {
  static func print(_ plan: Plan, _ invocation: Invocation) {
    let (arguments, console) = (invocation.arguments, invocation.console)
    if arguments.has(.json) {
      console.print(plan.jsonValue.json() + "\n")
      return
    }
    let renderer = PlanRenderer(
      palette: console.palette, isVerbose: arguments.has(.verbose), showsDiffs: !arguments.has(.noDiff))
    console.print(renderer.text(of: plan))
  }

  /// A fault says more than a change.
  static func status(of plan: Plan) -> ExitStatus {
    let steps = plan.entries.compactMap { entry -> Diagnostic? in
      if case .failed(let diagnostic) = entry.verdict { diagnostic } else { nil }
    }
    let faults = plan.faults.map { $0.diagnostic } + steps
    if !faults.isEmpty { return ExitStatus(Diagnostics(faults)) }
    return plan.hasChanges ? .pending : .done
  }
}
