public import Runbook

/// Answers a question that a package asks when it is configured.
public struct DebconfStep: StepKind {
  public static let key = "debconf"
  public static let summary = """
    An answer in debconf's database, given before the package that asks is installed or reconfigured.
    """
  public static let example = """
    - debconf: { package: tzdata, question: tzdata/Areas, type: select, value: Europe }
    """

  let package: String
  let question: String
  let type: String
  let answer: Text

  public init(_ parameters: inout Parameters) {
    package = parameters.required("package", "The package that asks.")
    question = parameters.required("question", "The question: `postfix/mailname`.")
    type = parameters.value(
      "type", "`string`, `boolean`, `select`, `multiselect`, `password`, `note`.", default: "string")
    answer = parameters.required("value", "The answer; it may be secret.")
    let words = [package, question, type]
    if words.contains(where: { $0.isEmpty || $0.contains(where: { $0.isWhitespace }) }) {
      parameters.reject("'package', 'question' and 'type' are one word each")
    }
    if answer.string.contains(where: { $0.isNewline }) {
      parameters.reject("an answer is one line", at: "value")
    }
  }

  public var title: String { "debconf answer \(question)" }
  public var requires: [String] { ["debconf-set-selections"] }
  public var lock: String? { "dpkg" }

  /// The answer itself stays on the host: the probe gives its digest. nil: the question has none.
  public var probe: Probe<String?> {
    Probe<ScriptOutput>.script(
      """
      reply=$(echo \(shellWord("GET \(question)")) |
        debconf-communicate -fnoninteractive \(shellWord(package))) || reply=
      case $reply in
        "0"*) reply=${reply#0}; printf %s "${reply# }" | sha256sum | cut -c 1-64 ;;
        "10"*) ;;
        *) exit 1 ;;
      esac
      """
    ).map { (output) throws(Diagnostic) in
      guard output.status == 0 else { throw .unreadableDatabase(output.errors) }
      return output.output.split(separator: "\n").first.map(String.init)
    }
  }

  public func change(from observed: String?) throws(Diagnostic) -> Change? {
    guard observed != Digest.hex(Digest.sha256(Array(answer.string.utf8))) else { return nil }
    let script: Text = """
      set -eu
      debconf-set-selections <<'end of answer'
      \(package) \(question) \(type) \(answer)
      end of answer
      """
    return Change(
      observed == nil ? .create : .modify, "answer \(question) of \(package): \(answer)", [.script(script)])
  }
}

extension Diagnostic {
  fileprivate static func unreadableDatabase(_ errors: String) -> Diagnostic {
    Diagnostic(
      .unreadable, "debconf does not answer", notes: errors.split(separator: "\n").suffix(3).map(String.init),
      hint: nil)
  }
}
