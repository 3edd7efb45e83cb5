import Runbook

/// `runbook exec`
struct ExecCommand: Command {
  static let name = "exec"
  static let summary = "Run a command on hosts and show what it prints, with the host before each line."
  static let forms = ["PATTERN -- COMMAND [WORD...]", "PATTERN -- 'SHELL TEXT'"]
  static let words = """
    Several words are a command with its arguments, taken as they are. One word is text for sh.
    Ends with 3 where the command failed on a host, with 4 where a host could not be reached.
    """
  static let examples = [
    "runbook exec 'all:!test' -- docker --version", "runbook exec web -- 'df -h / | tail -1'",
  ]
  static let options: [Option] = Option.forProject + Option.forHosts + [timeout]
  static let operands = 2...Int.max

  private static let timeout = Option(
    "timeout", value: "SECONDS", "How long the command may take; 3600 where not given.")

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let words = Array(invocation.arguments.operands.dropFirst())
    let seconds = invocation.arguments.text(timeout) ?? "3600"
    guard let limit = Int(seconds), limit > 0 else {
      throw .one(Diagnostic(.usage, "'\(seconds)' is not a number of seconds", hint: "--timeout 60"))
    }
    let work = try AdHoc(invocation, pattern: invocation.operand(0) ?? "")
    let script = Script(words.count == 1 ? words[0] : shellLine(words), timeout: .seconds(limit))
    let lines = HostLines(work.hosts, invocation.console)
    let results = await invocation.interrupts.cancelling {
      await work.onEach { (host, session) async throws(MachineFault) -> ScriptOutcome in
        let outcomes = try await session.run([script], onOutput: { lines.take($0, from: host) })
        lines.finish(host)
        return outcomes[0]
      }
    }
    return summarize(results, invocation)
  }

  private static func summarize(
    _ results: [(host: String, outcome: AdHoc.Outcome<ScriptOutcome>)], _ invocation: Invocation
  ) -> ExitStatus {
    var words: [String] = []
    var faults: [Diagnostic] = []
    for (host, outcome) in results {
      switch outcome {
      case .done(.finished(status: 0, _, _)): continue
      case .done(.finished(let status, _, _)):
        faults.append(Diagnostic(.failed, ""))
        words.append("\(host): status \(status)")
      case .done(.timedOut):
        faults.append(Diagnostic(.timedOut, ""))
        words.append("\(host): stopped, as it took too long")
      case .done(.skipped): continue
      case .fault(let diagnostic):
        faults.append(diagnostic)
        words.append("\(host): \(diagnostic.rendered(color: invocation.console.errorPalette.isOn))")
      }
    }
    words.append("\(results.count - faults.count) of \(results.count) hosts ok")
    invocation.console.complain(words.joined(separator: "\n"))
    return faults.isEmpty ? .done : ExitStatus(Diagnostics(faults))
  }
}
