import Runbook
import Steps

/// `runbook schema`
struct SchemaCommand: Command {
  static let name = "schema"
  static let summary = "Print a JSON Schema of runbooks, for editors."
  static let forms = [""]
  static let words = """
    In an editor with a YAML language server, keep it as runbook.schema.json and begin a runbook with
    '# yaml-language-server: $schema=../runbook.schema.json'.
    """
  static let operands = 0...0

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let text = JSONSchema.text(.standard)
    invocation.console.print(text.hasSuffix("\n") ? text : text + "\n")
    return .done
  }
}
