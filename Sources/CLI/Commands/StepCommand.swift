import Runbook
import Steps

/// `runbook step`
struct StepCommand: Command {
  static let name = "step"
  static let summary = "Do one step on hosts without a runbook: planned, applied and verified as in one."
  static let forms = ["PATTERN KIND [NAME=VALUE...]", "PATTERN KIND VALUE"]
  static let words = """
    'runbook help step KIND' says which parameters a kind has. A value that begins with [ or { is YAML.
    """
  static let examples = [
    "runbook step web apt packages='[jq, curl]' refresh=1h",
    "runbook step host01 directory /srv/stacks --yes",
  ]
  static let options: [Option] =
    Option.forProject + Option.forHosts + [.plan, .yes, .diff, .noDiff, .json, .trace]
  static let operands = 2...Int.max

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let pattern = invocation.operand(0) ?? ""
    let kind = invocation.operand(1) ?? ""
    guard StepRegistry.standard[kind] != nil else { throw .one(.noKind(kind, .standard)) }
    let words = Array(invocation.arguments.operands.dropFirst(2))
    let project = try Project(invocation)
    let text = try runbook(pattern, kind, words)
    let document = try RunbookReader(registry: .standard, projectFolder: project.folder)
      .read(SourceFile(path: "the command line", text: text))
    var arguments = RunArguments(runbook: "step \(kind)", inventory: project.sources)
    arguments.extraVariables = project.extraVariables
    let prepared = try PreparedRun(invocation, document: document, project: project, arguments: arguments)
    if invocation.arguments.has(.plan) { return try await PlanCommand.show(prepared, invocation) }
    return try await ApplyCommand.apply(prepared, invocation)
  }

  /// JSON is YAML, and quotes every value so that nothing in it has a meaning but its own.
  private static func runbook(_ pattern: String, _ kind: String, _ words: [String]) throws(Diagnostics)
    -> String
  {
    var parameters = "{}"
    if words.count == 1, !isPair(words[0]) {
      parameters = value(words[0])
    } else if !words.isEmpty {
      var pairs: [String] = []
      for word in words {
        guard isPair(word), let sign = word.firstIndex(of: "=") else {
          throw .one(
            Diagnostic(
              .usage, "'\(word)' is no parameter", hint: "write NAME=VALUE; 'runbook help step \(kind)'"))
        }
        pairs.append("\(quoted(String(word[..<sign]))): \(value(String(word[word.index(after: sign)...])))")
      }
      parameters = "{\(pairs.joined(separator: ", "))}"
    }
    return """
      name: \(quoted("step \(kind)"))
      hosts: \(quoted(pattern))
      steps:
        - id: \(quoted(kind))
          \(kind): \(parameters)

      """
  }

  private static func isPair(_ word: String) -> Bool {
    guard let sign = word.firstIndex(of: "="), sign != word.startIndex else { return false }
    return word[..<sign].allSatisfy { $0.isLetter || $0.isNumber || $0 == "_" }
  }

  private static func value(_ text: String) -> String {
    (text.hasPrefix("[") || text.hasPrefix("{")) && !text.hasPrefix("{{") ? text : quoted(text)
  }

  private static func quoted(_ text: String) -> String { Value.string(text).json() }
}
