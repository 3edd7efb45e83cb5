import Runbook

/// A file with a text: what most steps are.
struct NoteStep: StepKind {
  static let key = "note"
  static let summary = "A file that holds a text."
  static let example = "- note: { path: /tmp/x, text: y }"

  let path: AbsolutePath
  let text: Text
  /// Its actions do nothing: a kind that lies.
  let lies: Bool
  let lock: String? = nil

  init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Where.")
    text = parameters.required("text", "What.")
    lies = parameters.value("lies", "Do nothing.", default: false)
  }

  var title: String { "note \(path)" }
  var probe: Probe<[UInt8]?> { .content(of: path.string) }

  func change(from observed: [UInt8]?) throws(Diagnostic) -> Change? {
    if let observed, observed == Array(text.string.utf8) { return nil }
    if lies { return .modify("text of \(path)", .run(["true"])) }
    let write = FileWrite(path: path.string, content: .text(text), mode: 0o600)
    return observed == nil ? .create("note \(path)", .write(write)) : .modify("note \(path)", .write(write))
  }

  func outputs(_ observed: [UInt8]?, _ results: [ActionResult]) -> ValueMap {
    ["text": .string(text), "length": .int(observed?.count ?? 0)]
  }
}

/// A script without a state to look at.
struct DoStep: StepKind {
  static let key = "do"
  static let summary = "Runs a script."
  static let example = "- do: echo"
  static let shorthand: String? = "script"

  let script: Text
  let accepted: [Int]
  let needed: String?

  init(_ parameters: inout Parameters) {
    script = parameters.required("script", "What.")
    accepted = parameters.value("accepted", "Statuses.", default: [0])
    needed = parameters.optional("needed", "A command.")
  }

  var title: String { "do" }
  var requires: [String] { needed.map { [$0] } ?? [] }
  func change(from observed: Void) throws(Diagnostic) -> Change? {
    .run("script", .command(CommandAction(.shell(script), accepted: accepted)))
  }

  func outputs(_ observed: Void, _ results: [ActionResult]) -> ValueMap {
    ["stdout": .string(script.derived(results.last?.output ?? "")), "rc": .int(results.last?.status ?? 0)]
  }
}

/// Variables.
struct LetStep: StepKind {
  static let key = "let"
  static let summary = "Defines variables."
  static let example = "- let: { a: b }"
  static let takesAnyKey = true

  let assignments: ValueMap

  init(_ parameters: inout Parameters) {
    var values = ValueMap()
    for entry in parameters.rest() {
      let value: Value? = parameters.decode(entry.value)
      if let value { values[entry.key] = value }
    }
    assignments = values
  }

  var title: String { "let" }
  func change(from observed: Void) throws(Diagnostic) -> Change? { nil }
}

/// Says something, and asks something.
struct SayStep: StepKind {
  static let key = "say"
  static let summary = "Says a text."
  static let example = "- say: hello"
  static let shorthand: String? = "text"

  let text: Text
  let asks: Bool

  init(_ parameters: inout Parameters) {
    text = parameters.required("text", "What.")
    asks = parameters.value("asks", "Whether it is a question.", default: false)
  }

  var title: String { "say" }
  func change(from observed: Void) throws(Diagnostic) -> Change? {
    .run("say", asks ? .ask(text) : .show(text))
  }
}

extension StepRegistry {
  static let fake = StepRegistry([DoStep.self, LetStep.self, NoteStep.self, SayStep.self])
}
