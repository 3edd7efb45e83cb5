import Glibc
import Runbook
import Steps
import Testing

/// The project's folder, seen from this file.
private let project = String(#filePath.dropLast("/Tests/StepsTests/ManualTests.swift".count))

private let isRecording = getenv("RECORD_GOLDEN") != nil

/// Nothing is known yet, so that examples may use any variable.
private struct OpenScope: Scope {
  func value(of name: String) throws(EvaluationFault) -> Value? { throw .pending("the variable '\(name)'") }
  var names: [String] { [] }
}

@Suite struct ManualTests {
  @Test(arguments: StepRegistry.standard.keys) func thePageOfAKindIsUpToDate(_ key: String) throws {
    let kind = try #require(StepRegistry.standard[key])
    try compare(StepManual.page(kind), with: "\(project)/docs/steps/\(key).md")
  }

  @Test func theIndexIsUpToDateAndNoPageIsLeftOver() throws {
    try compare(StepManual.index(.standard), with: "\(project)/docs/steps/README.md")
    let pages = try LocalFile.list("\(project)/docs/steps")
    #expect(Set(pages) == Set(StepRegistry.standard.keys.map { "\($0).md" } + ["README.md"]))
  }

  private func compare(_ text: String, with path: String) throws {
    let known = try LocalFile.exists(path) ? String(decoding: LocalFile.read(path), as: UTF8.self) : nil
    if isRecording, known != text {
      try LocalFile.makeFolder(LocalFile.parent(of: path))
      try LocalFile.write(Array(text.utf8), to: path, mode: 0o644)
    }
    #expect(known == text, "\(path) is stale: run this test with RECORD_GOLDEN=1")
  }

  @Test(arguments: StepRegistry.standard.keys) func theExampleOfAKindDecodes(_ key: String) throws {
    let kind = try #require(StepRegistry.standard[key])
    let example = kind.example.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
    let file = SourceFile(
      path: "\(key).yml", text: "hosts: all\nsteps:\n\(example.joined(separator: "\n"))\n")
    let document = try RunbookReader(registry: .standard, projectFolder: ".").read(file)
    #expect(!document.items.isEmpty)
    for item in document.items {
      guard case .step(let spec) = item else { continue }
      let scope = OpenScope()
      let evaluator = NodeEvaluator(scope: scope, environment: TemplateEnvironment())
      let context = DecodingContext(host: "host", scope: scope, folders: [])
      let decoded = StepDecoder.decode(
        spec: spec, kind: try #require(StepRegistry.standard[spec.kind]), evaluator: evaluator,
        context: context)
      // An example may name files that a project would have.
      #expect(decoded.faults.filter { !$0.message.hasPrefix("there is no local ") } == [])
    }
    #expect(document.items.contains { if case .step(let spec) = $0 { spec.kind == key } else { false } })
  }

  @Test func theRegistryIsSortedAndHoldsEveryFile() throws {
    let keys = StepRegistry.standard.keys
    #expect(keys == keys.sorted())
    let files = try swiftFiles(below: "\(project)/Sources/Steps").filter { $0.hasSuffix("Step") }
    #expect(Set(files) == Set(StepRegistry.standard.kinds.map { String(describing: $0) }))
  }

  @Test(arguments: StepRegistry.standard.keys) func theTypeOfAKindIsCalledAfterItsKey(_ key: String) throws {
    let kind = try #require(StepRegistry.standard[key])
    let words = key.split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }
    #expect(String(describing: kind).lowercased() == (words.joined() + "Step").lowercased())
  }

  @Test func theSchemaIsJSONAndKnowsEveryKind() throws {
    let schema = try JSONReader.read(JSONSchema.text(.standard))
    let step = try #require(schema["$defs"]?["step"]?["properties"])
    for key in StepRegistry.standard.keys + CommonKey.step.map({ $0.name }) {
      #expect(step[key] != nil, "\(key)")
    }
  }

  private func swiftFiles(below folder: String) throws -> [String] {
    try LocalFile.list(folder).flatMap { name -> [String] in
      let path = "\(folder)/\(name)"
      if try LocalFile.kind(path) == .folder { return try swiftFiles(below: path) }
      return name.hasSuffix(".swift") ? [String(name.dropLast(6))] : []
    }
  }
}
