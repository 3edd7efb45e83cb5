import Glibc
import Runbook

/// `runbook runs`
struct RunsCommand: Command {
  static let name = "runs"
  static let summary = "List the runs of this project, or what one of them did."
  static let forms = ["[RUN]"]
  static let options: [Option] = [.project, .json]
  static let operands = 0...1

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    do throws(Diagnostic) {
      let library = RunLibrary(stateFolder: try stateFolder(invocation))
      if let id = invocation.operand(0) {
        RunPage.show(try library.history(of: id), invocation)
        return .done
      }
      var histories: [RunHistory] = []
      for id in try library.ids() {
        do throws(Diagnostic) {
          histories.append(try library.history(of: id))
        } catch {
          // One damaged journal must not hide the others.
          invocation.console.complain(error.warning(invocation.console.errorPalette))
        }
      }
      list(histories, invocation)
      return .done
    } catch {
      throw .one(error)
    }
  }

  /// The state folder of the project, which needs neither its inventory nor its vault.
  static func stateFolder(_ invocation: Invocation) throws(Diagnostic) -> String {
    let root =
      if let given = invocation.arguments.text(.project) { given } else { try ProjectRoot.find(from: ".") }
    do throws(Diagnostics) {
      return try Configuration(
        root: root, arguments: invocation.arguments, environment: invocation.environment
      )
      .text(.stateFolder)
    } catch {
      throw error.all.first ?? Diagnostic(.usage, "the configuration cannot be read")
    }
  }

  private static func list(_ histories: [RunHistory], _ invocation: Invocation) {
    if invocation.arguments.has(.json) {
      return invocation.console.print(Value.list(histories.map { RunPage.json($0) }).json() + "\n")
    }
    guard !histories.isEmpty else { return invocation.console.print("no run yet\n") }
    let lines = histories.map { history in
      let header = history.header
      let hosts = header.hosts.count == 1 ? header.hosts[0] : "\(header.hosts.count) hosts"
      return "\(header.id)  \(RunPage.result(history)), \(header.arguments.runbook), \(hosts)\n"
    }
    invocation.console.print(lines.joined())
  }
}

/// `runbook show`
struct ShowCommand: Command {
  static let name = "show"
  static let summary = "Print what a run did, step by step."
  static let forms = ["RUN"]
  static let options: [Option] = [.project, .json]
  static let operands = 1...1

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    try await RunsCommand.run(invocation)
  }
}

/// One run as its journal tells it.
enum RunPage {
  static func result(_ history: RunHistory) -> String { history.result ?? "not finished" }

  static func show(_ history: RunHistory, _ invocation: Invocation) {
    if invocation.arguments.has(.json) {
      return invocation.console.print(json(history).json(pretty: true) + "\n")
    }
    let header = history.header
    var lines = [
      "run \(header.id): \(header.name)", "runbook: \(header.arguments.runbook)",
      "began: \(utc(header.time))", "hosts: \(header.hosts.joined(separator: ", "))",
      "result: \(result(history))",
    ]
    let records = history.finished.values.sorted {
      ($0.time, $0.key.host, $0.key.id) < ($1.time, $1.key.host, $1.key.id)
    }
    if !records.isEmpty { lines.append("") }
    for record in records {
      lines.append("\(utc(record.time))  \(record.key.host)  \(record.key.id)  \(record.status.rawValue)")
    }
    for key in history.started.keys.sorted(by: { ($0.host, $0.id) < ($1.host, $1.id) }) {
      lines.append("under way when it stopped: \(key.id) on \(key.host)")
    }
    if history.isResumable { lines += ["", "to go on: runbook resume \(header.id)"] }
    invocation.console.print(lines.map { $0 + "\n" }.joined())
  }

  static func json(_ history: RunHistory) -> Value {
    let header = history.header
    let steps = history.finished.values.sorted {
      ($0.time, $0.key.host, $0.key.id) < ($1.time, $1.key.host, $1.key.id)
    }
    return .map([
      "run": .string(header.id), "name": .string(header.name), "runbook": .string(header.arguments.runbook),
      "time": .int(header.time), "hosts": .list(header.hosts.map { .string($0) }),
      "result": history.result.map { .string($0) } ?? .null,
      "steps": .list(
        steps.map {
          .map([
            "step": .string($0.key.id), "host": .string($0.key.host), "status": .string($0.status.rawValue),
            "time": .int($0.time),
          ])
        }),
      "under_way": .list(history.started.keys.map { .string("\($0.id)@\($0.host)") }),
    ])
  }

  /// "2026-01-02 03:04:05 UTC"
  private static func utc(_ seconds: Int) -> String {
    var (moment, parts) = (time_t(seconds), tm())
    gmtime_r(&moment, &parts)
    var buffer = [CChar](repeating: 0, count: 40)
    let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S UTC", &parts)
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
