import Testing

@testable import Runbook

@Suite struct TemplateManualTests {
  private static func manual() throws -> String {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return try SourceFile.read(path: "/\(root)/docs/templates.md").text
  }

  /// The lines that the manual must have: generated, so that a new filter shows what to write.
  private static var lines: [String] {
    let filters = Filter.all.filter { $0.key == $0.value.name }.values.sorted { $0.name < $1.name }
    let tests = TestRule.all.filter { $0.key == $0.value.name }.values.sorted { $0.name < $1.name }
    return filters.map { "| `\($0.name)` | \($0.words) |" } + tests.map { "| `\($0.name)` | \($0.words) |" }
      + Function.list.map { "| `\($0.name)` | \($0.words) |" }
      + Lookup.list.map { "| `\($0.name)` | \($0.words) |" }
  }

  @Test func theManualHasEveryFilterTestFunctionAndLookup() throws {
    let written = Set(try Self.manual().split(separator: "\n").map { String($0) })
    #expect(Self.lines.filter { !written.contains($0) } == [])
  }

  @Test func theManualHasNoneThatIsNotThere() throws {
    let rows = try Self.manual().split(separator: "\n").filter { $0.hasPrefix("| `") }.map { String($0) }
    #expect(rows.filter { !Self.lines.contains($0) } == [])
  }

  @Test func aliasesStandForSomething() {
    #expect(Filter.aliases.values.filter { Filter.named($0) == nil } == [])
    #expect(TestRule.aliases.values.filter { TestRule.named($0) == nil } == [])
  }
}
