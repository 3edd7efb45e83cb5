import Runbook

/// Step kinds for tests of the language, each small and without a host.
enum SampleKinds {
  static let registry = StepRegistry([
    SampleAssert.self, SampleCommand.self, SampleDirectory.self, SampleFile.self, SamplePackages.self,
    SampleSet.self,
    SampleTemplate.self,
  ])
}

struct SamplePackages: StepKind {
  static let key = "apt"
  static let summary = "Packages."
  static let example = "- apt: { packages: [jq] }"
  let packages: [String]
  let refresh: Duration?

  init(_ parameters: inout Parameters) {
    packages = parameters.required("packages", "Names.")
    refresh = parameters.optional("refresh", "Age of the index.")
  }
  var title: String { "packages \(packages.joined(separator: ", "))" }
  func change(from observed: Void) throws(Diagnostic) -> Change? {
    .run(Text(title), .run(["apt-get"] + packages))
  }
}

struct SampleDirectory: StepKind {
  static let key = "directory"
  static let summary = "A directory. With a mode."
  static let shorthand: String? = "path"
  static let example = "- directory: /srv"
  let path: AbsolutePath
  let mode: FileMode?

  init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Absolute path.")
    mode = parameters.optional("mode", "Bits | symbolic.")
  }
  var title: String { "directory \(path)" }
  var probe: Probe<FileStatus?> { .status(of: path.string) }
  func change(from observed: FileStatus?) throws(Diagnostic) -> Change? {
    observed == nil ? .create(Text(title), .run(["mkdir", path.string])) : nil
  }
  func outputs(_ observed: FileStatus?, _ results: [ActionResult]) -> ValueMap {
    ["path": .string(path.string)]
  }
}

struct SampleFile: StepKind {
  static let key = "file"
  static let summary = "A file."
  static let example = "- file: { path: /etc/motd, content: hello }"
  let path: AbsolutePath
  let content: Text?
  let source: LocalFileReference?

  init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Absolute path.")
    content = parameters.optional("content", "Text.")
    source = parameters.localFile("source", "Local file.")
  }
  var title: String { "file \(path)" }
  var probe: Probe<FileStatus?> { .status(of: path.string) }
  func change(from observed: FileStatus?) throws(Diagnostic) -> Change? { nil }
}

struct SampleTemplate: StepKind {
  static let key = "template"
  static let summary = "A rendered file."
  static let example = "- template: { path: /etc/motd, source: motd.j2 }"
  let path: AbsolutePath
  let text: Text?

  init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Absolute path.")
    text = parameters.renderedTemplate("source", "Local template.")
  }
  var title: String { "template \(path): \(text ?? "")" }
  var probe: Probe<FileStatus?> { .status(of: path.string) }
  func change(from observed: FileStatus?) throws(Diagnostic) -> Change? { nil }
}

struct SampleCommand: StepKind {
  static let key = "command"
  static let summary = "A command."
  static let shorthand: String? = "run"
  static let example = "- command: \"true\""
  let run: String
  let creates: String?

  init(_ parameters: inout Parameters) {
    run = parameters.required("run", "What to run.")
    creates = parameters.optional("creates", "A path that it makes.")
  }
  var title: String { "command \(run)" }
  func change(from observed: Void) throws(Diagnostic) -> Change? {
    .run(Text(title), .run(["sh", "-c", run]))
  }
}

struct SampleSet: StepKind {
  static let key = "set"
  static let summary = "Variables."
  static let takesAnyKey = true
  static let example = "- set: { colour: green }"
  let assignments: ValueMap

  init(_ parameters: inout Parameters) {
    var map = ValueMap()
    for entry in parameters.rest() { map[entry.key] = parameters.decode(entry.value) }
    assignments = map
  }
  var title: String { "set" }
  func change(from observed: Void) throws(Diagnostic) -> Change? { nil }
}

struct SampleAssert: StepKind {
  static let key = "assert"
  static let summary = "Conditions that hold."
  static let shorthand: String? = "that"
  static let example = "- assert: 1 == 1"
  let conditions: [Condition]

  init(_ parameters: inout Parameters) { conditions = parameters.conditions("that", "What must hold.") }
  var title: String { "assert \(conditions.map { $0.text }.joined(separator: " and "))" }
  func change(from observed: Void) throws(Diagnostic) -> Change? { nil }
}
