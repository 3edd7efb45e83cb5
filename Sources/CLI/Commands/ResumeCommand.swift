import Runbook

/// `runbook resume`
struct ResumeCommand: Command {
  static let name = "resume"
  static let summary = "Go on with a run that was stopped, killed or failed."
  static let forms = ["[RUN]"]
  static let words = """
    Without RUN the newest that is not done. What it did is looked at again, and done again only where it no longer
    holds. The runbook, the inventory and the options are those of the run; the runbook may have been mended since.
    """
  static let options: [Option] = Option.forProject + Option.forHosts + [.yes, .step, .diff, .json, .trace]
  static let operands = 0...1

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let opened = try Project(invocation, inventory: [])
    let history = try find(invocation.operand(0), opened)
    let header = history.header
    let arguments = try opened.restored(
      header.arguments, sealed: header.sealedExtras, digests: header.extraDigests)
    let prepared = try PreparedRun(invocation, going: arguments, in: opened)
    let observer = try RunObserver(invocation)
    let engine = Engine(prepared.input(invocation, observer: observer))
    return await Runner.apply(engine, resuming: history, observer, invocation)
  }

  private static func find(_ id: String?, _ project: Project) throws(Diagnostics) -> RunHistory {
    do throws(Diagnostic) {
      let library = RunLibrary(stateFolder: project.stateFolder)
      guard let id else {
        guard let newest = try library.newestResumable() else { throw .nothingToResume }
        return newest
      }
      let history = try library.history(of: id)
      guard history.isResumable else { throw .isDone(id, history.header) }
      return history
    } catch {
      throw .one(error)
    }
  }
}

extension Diagnostic {
  fileprivate static var nothingToResume: Diagnostic {
    Diagnostic(.usage, "there is no run to resume in this project", hint: "'runbook runs' lists its runs")
  }

  fileprivate static func isDone(_ id: String, _ header: RunHeader) -> Diagnostic {
    Diagnostic(.usage, "run \(id) is done", hint: "to do it again: runbook apply \(header.arguments.runbook)")
  }
}
