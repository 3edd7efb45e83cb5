import Dispatch
import Runbook

/// Shows a run to the person: hands events to the reporter and to the trace, and asks questions.
struct RunObserver: Sendable {
  let reporter: any Reporter
  let trace: TraceFile?
  let prompt: Prompt

  /// The reporter that fits: JSON where asked for, a live list on a terminal, else plain lines.
  init(_ invocation: Invocation) throws(Diagnostics) {
    let (arguments, console) = (invocation.arguments, invocation.console)
    let (isVerbose, showsDiffs) = (arguments.has(.verbose), arguments.has(.diff))
    if arguments.has(.json) {
      reporter = JSONReporter { console.print($0) }
    } else if console.isOutputTerminal {
      reporter = LiveReporter(
        palette: console.palette, isVerbose: isVerbose, showsDiffs: showsDiffs, size: { terminalSize() },
        write: { console.print($0) })
    } else {
      reporter = LineReporter(
        palette: console.palette, isVerbose: isVerbose, showsDiffs: showsDiffs, write: { console.print($0) })
    }
    prompt = Prompt(interrupts: invocation.interrupts)
    trace = try Self.trace(invocation)
  }

  /// While a plan is made only the plan goes to the standard output, where that is no terminal.
  init(planning invocation: Invocation) throws(Diagnostics) {
    let console = invocation.console
    if console.isOutputTerminal, !invocation.arguments.has(.json) {
      reporter = LiveReporter(
        palette: console.palette, size: { terminalSize() }, write: { console.print($0) })
    } else {
      reporter = LineReporter(palette: console.errorPalette, write: { console.complain($0) })
    }
    prompt = Prompt(interrupts: invocation.interrupts)
    trace = try Self.trace(invocation)
  }

  private static func trace(_ invocation: Invocation) throws(Diagnostics) -> TraceFile? {
    guard let path = invocation.arguments.text(.trace) else { return nil }
    do throws(Diagnostic) {
      return try TraceFile(path, scrub: { invocation.console.scrub($0) })
    } catch {
      throw .one(error)
    }
  }

  func receive(_ event: Event) {
    trace?.write(event)
    reporter.receive(event)
  }

  /// A question of a step: false without a terminal.
  func ask(_ label: StepLabel, _ question: Text) async -> Bool {
    reporter.pause()
    defer { reporter.resume() }
    let words = "\(label.reference): \(question)"
    return await offPool {
      do throws(Diagnostic) { return try prompt.isYes(words) } catch { return false }
    }
  }

  /// Does the work with the reporter's clock running, until an interrupt.
  func watching<Output: Sendable>(
    _ interrupts: Interrupts, _ work: @escaping @Sendable () async -> Output
  ) async -> Output {
    let clock = Task {
      while !Task.isCancelled {
        reporter.tick()
        // Only cancellation ends a sleep early, and then the loop ends.
        try? await Task.sleep(for: .milliseconds(100))
      }
    }
    let output = await interrupts.cancelling(restore: { reporter.finish() }, work)
    clock.cancel()
    await clock.value
    reporter.finish()
    return output
  }
}

/// Runs something that waits on a thread of its own, so that it holds none of the pool's.
func offPool<Output: Sendable>(_ work: @escaping @Sendable () -> Output) async -> Output {
  await withCheckedContinuation { continuation in
    DispatchQueue.global().async { continuation.resume(returning: work()) }
  }
}
