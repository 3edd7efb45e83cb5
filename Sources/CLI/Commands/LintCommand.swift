import Runbook
import Steps

/// `runbook lint`
struct LintCommand: Command {
  static let name = "lint"
  static let summary = "Name what a runbook may do and seldom should: unguarded commands and the like."
  static let forms = ["RUNBOOK..."]
  static let words = "Ends with 2 where there is something to name."
  static let options: [Option] = [.project, .json]
  static let operands = 1...Int.max

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let (arguments, console) = (invocation.arguments, invocation.console)
    var findings: [Diagnostic] = []
    for runbook in arguments.operands {
      let folder: String
      do throws(Diagnostic) {
        guard try LocalFile.kind(runbook) == .file else { throw .noRunbook(runbook) }
        folder =
          if let given = arguments.text(.project) { given } else {
            try ProjectRoot.find(from: LocalFile.parent(of: runbook))
          }
      } catch {
        throw .one(error)
      }
      let document = try RunbookReader(registry: .standard, projectFolder: folder).read(runbook)
      findings += Lint.findings(document, .standard)
    }
    if arguments.has(.json) {
      console.print(Value.list(findings.map { $0.jsonValue }).json() + "\n")
    } else if !findings.isEmpty {
      let shown = findings.map { $0.warning(console.palette) }
      console.print(shown.joined(separator: "\n\n") + "\n")
    }
    return findings.isEmpty ? .done : .pending
  }
}
