import Runbook
import Steps
import Testing

private let project = String(#filePath.dropLast("/Tests/StepsTests/LanguageGuideTests.swift".count))

@Suite struct LanguageGuideTests {
  private func guide() throws -> String {
    String(decoding: try LocalFile.read("\(project)/docs/language.md"), as: UTF8.self)
  }

  /// The YAML blocks of the guide, with the line that each begins at.
  private func examples() throws -> [(line: Int, text: String)] {
    var examples: [(line: Int, text: String)] = []
    var current: [Substring]?
    for (index, line) in try guide().split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      if line == "```yaml" {
        current = []
      } else if line == "```", let lines = current {
        examples.append((index - lines.count + 1, lines.joined(separator: "\n")))
        current = nil
      } else {
        current?.append(line)
      }
    }
    return examples
  }

  @Test func everyExampleIsReadWithoutAFault() throws {
    let examples = try examples()
    #expect(examples.count >= 12)
    for (line, text) in examples {
      let isWhole = text.contains("\nhosts:")
      let body = text.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }.joined(
        separator: "\n")
      let file = SourceFile(path: "docs/language.md", text: isWhole ? text : "hosts: all\nsteps:\n\(body)\n")
      do throws(Diagnostics) {
        let document = try RunbookReader(registry: .standard, projectFolder: project).read(file)
        let hosts = ["host01", "ex44"]
        let graph = try GraphBuilder { (pattern, _) in hosts.contains(pattern) ? [pattern] : hosts }.build(
          document)
        #expect(!graph.nodes.isEmpty)
        for node in graph.nodes { try decode(node.spec) }
      } catch {
        Issue.record("the example at line \(line): \(error.rendered())")
      }
    }
  }

  private func decode(_ spec: StepSpec) throws(Diagnostics) {
    guard let kind = StepRegistry.standard[spec.kind] else { return }
    let scope = NothingKnown()
    let decoded = StepDecoder.decode(
      spec: spec, kind: kind, evaluator: NodeEvaluator(scope: scope, environment: TemplateEnvironment()),
      context: DecodingContext(host: "host01", scope: scope, folders: []))
    let faults = decoded.faults.filter { !$0.message.hasPrefix("there is no local ") }
    if !faults.isEmpty { throw Diagnostics(faults) }
  }

  @Test func everyKeyIsInTheGuideAsTheProgramKnowsIt() throws {
    let guide = try guide()
    for keys in [CommonKey.runbook, CommonKey.step, CommonKey.phase, CommonKey.include, CommonKey.part] {
      #expect(
        guide.contains(StepManual.table(of: keys)), "the guide should hold:\n\(StepManual.table(of: keys))")
    }
  }
}

private struct NothingKnown: Scope {
  func value(of name: String) throws(EvaluationFault) -> Value? { throw .pending("the variable '\(name)'") }
  var names: [String] { [] }
}
