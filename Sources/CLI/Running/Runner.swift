import Runbook

/// Applies what an engine was given, shows it, and says how it ended.
enum Runner {
  static func apply(
    _ engine: Engine, resuming history: RunHistory? = nil, _ observer: RunObserver, _ invocation: Invocation
  ) async -> ExitStatus {
    await report(observer, invocation) { () throws(Diagnostic) in
      try await engine.apply(try await engine.scan(resuming: history))
    }
  }

  /// Applies what was looked at and shown already.
  static func apply(
    _ engine: Engine, _ scanned: ScannedRun, _ observer: RunObserver, _ invocation: Invocation
  ) async -> ExitStatus {
    await report(observer, invocation) { () throws(Diagnostic) in try await engine.apply(scanned) }
  }

  /// Applies a saved plan, or refuses it.
  static func apply(
    _ engine: Engine, as saved: SavedPlan, _ observer: RunObserver, _ invocation: Invocation
  ) async -> ExitStatus {
    await report(observer, invocation) { () throws(Diagnostic) in
      try await engine.apply(try await engine.scan(), as: saved)
    }
  }

  private static func report(
    _ observer: RunObserver, _ invocation: Invocation,
    _ work: @escaping @Sendable () async throws(Diagnostic) -> RunSummary
  ) async -> ExitStatus {
    let outcome = await observer.watching(invocation.interrupts) { () -> Result<RunSummary, Diagnostic> in
      do throws(Diagnostic) { return .success(try await work()) } catch { return .failure(error) }
    }
    switch outcome {
    case .success(let summary):
      if !invocation.arguments.has(.json) {
        let renderer = SummaryRenderer(palette: invocation.console.palette)
        invocation.console.print(renderer.text(of: summary, resume: "runbook resume \(summary.id)"))
      }
      return ExitStatus(summary.result)
    case .failure(let fault):
      invocation.console.complain(.one(fault))
      return ExitStatus(fault.code)
    }
  }
}
