import Runbook
import Testing

/// `docs/variables.md` says what the code does.
@Suite struct VariablesPageTests {
  private func page() throws -> String {
    let root = #filePath.split(separator: "/").dropLast(4).joined(separator: "/")
    return try SourceFile.read(path: "/\(root)/docs/variables.md").text
  }

  @Test func everyConnectionVariableIsOnThePage() throws {
    let page = try page()
    for name in ConnectionSettings.variableNames.flatMap({ $0.names }) {
      #expect(page.contains("`\(name)`"), "docs/variables.md does not name \(name)")
    }
  }

  @Test func everyRankHasItsRow() throws {
    let rows = try page().split(separator: "\n").filter {
      $0.hasPrefix("| ") && $0.dropFirst(2).first?.isNumber == true
    }
    #expect(rows.count == VariableRank.allCases.count)
    for (row, rank) in zip(rows, VariableRank.allCases) { #expect(row.hasPrefix("| \(rank.rawValue) |")) }
  }
}
