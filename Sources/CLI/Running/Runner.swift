import Runbook

/// Applies what an engine was given, shows it, and says how it ended.
enum Runner {
  static func apply(_ engine: Engine, _ observer: RunObserver, _ invocation: Invocation) async -> ExitStatus {
    let summary = await observer.watching(invocation.interrupts) { await engine.apply() }
    if !invocation.arguments.has(.json) {
      let renderer = SummaryRenderer(palette: invocation.console.palette)
      invocation.console.print(renderer.text(of: summary, resume: "runbook resume \(summary.id)"))
    }
    return ExitStatus(summary.result)
  }
}
