import Glibc
import Runbook
import Steps
import Support
import Testing

/// Every case under `Fixtures/<key>/`.
@Suite struct FixtureTests {
  static let folder = LocalFile.parent(of: #filePath) + "/Fixtures"

  @Test(arguments: try Fixture.all(below: folder).map { Case(key: $0.key, path: $0.path) })
  func stepMakesOfItWhatTheCaseExpects(_ test: Case) throws {
    let kind = try #require(StepRegistry.standard[test.key], "no step kind '\(test.key)'")
    let fixture = try Fixture(path: test.path, key: test.key)
    let outcome = try FixtureOutcome(of: fixture, kind: kind)
    for problem in outcome.problems { Issue.record("\(fixture.name): \(problem)") }
    guard outcome.rendered != fixture.expectation else { return }
    if getenv("RECORD_GOLDEN") != nil {
      try fixture.record(outcome.rendered)
      Issue.record("\(fixture.name): recorded, read it and run again")
    } else {
      Issue.record(
        "\(fixture.name): expected\n\(fixture.expectation ?? "nothing yet")\nbut it is\n\(outcome.rendered)")
    }
  }

  @Test func everyKindHasCasesAndEveryCaseAKind() throws {
    let counts = Dictionary(grouping: try Fixture.all(below: Self.folder)) { $0.key }.mapValues { $0.count }
    for key in StepRegistry.standard.keys {
      #expect(counts[key, default: 0] >= 4, "'\(key)' needs four cases or more")
    }
    #expect(Set(counts.keys).subtracting(StepRegistry.standard.keys).isEmpty)
  }

  /// Where a case is.
  struct Case: Sendable, CustomTestStringConvertible {
    var key: String
    var path: String
    var testDescription: String { "\(key): \(path.split(separator: "/").last ?? "")" }
  }
}
