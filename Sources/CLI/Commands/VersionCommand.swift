import Runbook

/// `runbook version`
struct VersionCommand: Command {
  static let name = "version"
  static let summary = "Print the version."
  static let forms = [""]
  static let operands = 0...0

  /// Also in every journal, so that a resume knows what wrote it.
  static let number = "0.1.0"

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    invocation.console.print("runbook \(number)\n")
    return .done
  }
}
