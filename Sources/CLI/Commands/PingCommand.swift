import Runbook

/// `runbook ping`
struct PingCommand: Command {
  static let name = "ping"
  static let summary = "Try to reach hosts as a run would, become included, and say how long it took."
  static let forms = ["[PATTERN]"]
  static let options: [Option] = Option.forProject + Option.forHosts + [.json]
  static let operands = 0...1

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let console = invocation.console
    let work = try AdHoc(invocation, pattern: invocation.operand(0) ?? "all")
    let started = ContinuousClock.now
    let results = await invocation.interrupts.cancelling {
      await work.onEach { (_, session) async throws(MachineFault) -> (ready: Duration, trip: Duration) in
        let ready = ContinuousClock.now - started
        let before = ContinuousClock.now
        _ = try await session.run([Script(":", timeout: .seconds(60))], onOutput: nil)
        return (ready, ContinuousClock.now - before)
      }
    }
    var faults: [Diagnostic] = []
    let width = work.hosts.map { $0.count }.max() ?? 0
    for (host, outcome) in results {
      let name = host + String(repeating: " ", count: width - host.count)
      switch outcome {
      case .done(let times):
        guard !invocation.arguments.has(.json) else { continue }
        console.print(
          "\(console.palette.paint(name, .added))  reached in \(times.ready.spoken), answers in \(times.trip.spoken)\n"
        )
      case .fault(let diagnostic):
        faults.append(diagnostic)
        guard !invocation.arguments.has(.json) else { continue }
        console.print(
          "\(console.palette.paint(name, .failed))  \(diagnostic.rendered(color: console.palette.isOn))\n")
      }
    }
    if invocation.arguments.has(.json) { console.print(json(results).json() + "\n") }
    return faults.isEmpty ? .done : ExitStatus(Diagnostics(faults))
  }

  private static func json(
    _ results: [(host: String, outcome: AdHoc.Outcome<(ready: Duration, trip: Duration)>)]
  ) -> Value {
    .list(
      results.map { host, outcome in
        switch outcome {
        case .done: .map(["host": .string(host), "ok": .bool(true)])
        case .fault(let fault):
          .map(["host": .string(host), "ok": .bool(false), "diagnostic": fault.jsonValue])
        }
      })
  }
}
