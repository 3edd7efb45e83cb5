import Runbook

/// `runbook facts`
struct FactsCommand: Command {
  static let name = "facts"
  static let summary = "Print what hosts say of themselves, under the names that templates use."
  static let forms = ["PATTERN"]
  static let options: [Option] = Option.forProject + Option.forHosts
  static let operands = 1...1

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let console = invocation.console
    let work = try AdHoc(invocation, pattern: invocation.operand(0) ?? "")
    let results = await invocation.interrupts.cancelling {
      await work.onEach { (_, session) async throws(MachineFault) -> ScriptOutcome in
        try await session.run([Script(FactScript.hostFacts, timeout: .seconds(60))], onOutput: nil)[0]
      }
    }
    var facts = ValueMap()
    var faults: [Diagnostic] = []
    for (host, outcome) in results {
      do throws(Diagnostic) { facts[host] = .map(try read(outcome, host)) } catch { faults.append(error) }
    }
    let shown = work.hosts.count == 1 ? facts[work.hosts[0]] : .map(facts)
    if let shown { console.print(shown.json(pretty: true) + "\n") }
    guard !faults.isEmpty else { return .done }
    console.complain(Diagnostics(faults))
    return ExitStatus(Diagnostics(faults))
  }

  private static func read(
    _ outcome: AdHoc.Outcome<ScriptOutcome>, _ host: String
  ) throws(Diagnostic) -> ValueMap {
    switch outcome {
    case .done(.finished(_, let output, _)):
      return ["facts": .map(try FactScript.parseHostFacts(output).facts)]
    case .done: throw Diagnostic(.timedOut, "'\(host)' did not say its facts in time")
    case .fault(let diagnostic): throw diagnostic
    }
  }
}
