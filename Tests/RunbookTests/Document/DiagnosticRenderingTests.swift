import Runbook
import Support
import Testing

@Suite struct DiagnosticRenderingTests {
  @Test func faultShowsItsLineWithCaretsNotesAndHint() {
    let file = SourceFile(path: "site.yml", text: "a: 1\n    directory: /srv\n")
    let fault = Diagnostic(
      .conflict, "'/srv' exists and is not a directory",
      at: SourcePosition(file: file, line: 2, column: 16, length: 4),
      notes: ["on host01", "two\nlines"], hint: "move it away")
    #expect(
      fault.rendered() == """
        site.yml:2:16: error: '/srv' exists and is not a directory [conflict]
            2 |     directory: /srv
              |                ^~~~
          note: on host01
          note: two
                lines
          hint: move it away
        """)
  }

  @Test func faultWithoutAPlaceIsOneLine() {
    #expect(Diagnostic(.usage, "no runbook given").rendered() == "error: no runbook given [usage]")
  }

  @Test func caretsStandUnderWideCharactersAndTabs() {
    let file = SourceFile(path: "t", text: "名前:\tok")
    let fault = Diagnostic(.syntax, "x", at: SourcePosition(file: file, line: 1, column: 5, length: 2))
    #expect(fault.rendered() == "t:1:5: error: x [syntax]\n    1 | 名前: ok\n      |       ^~")
  }

  @Test func lengthNeverRunsPastTheLine() {
    let file = SourceFile(path: "t", text: "abc")
    let fault = Diagnostic(.syntax, "x", at: SourcePosition(file: file, line: 1, column: 3, length: 50))
    #expect(fault.rendered().hasSuffix("    1 | abc\n      |   ^"))
    let end = Diagnostic(.syntax, "x", at: SourcePosition(file: file, line: 1, column: 9, length: 5))
    #expect(end.rendered().hasSuffix("    1 | abc\n      |    ^"))
  }

  @Test func longLineIsShownAroundThePlace() {
    let text = String(repeating: "a", count: 500) + "BAD" + String(repeating: "b", count: 500)
    let fault = Diagnostic(
      .syntax, "x",
      at: SourcePosition(file: SourceFile(path: "t", text: text), line: 1, column: 501, length: 3))
    let lines = fault.rendered().split(separator: "\n")
    #expect(lines[1].count < 140)
    let caret = lines[2].firstIndex(of: "^").map { lines[2].distance(from: lines[2].startIndex, to: $0) }
    let bad = lines[1].firstIndex(of: "B").map { lines[1].distance(from: lines[1].startIndex, to: $0) }
    #expect(caret != nil && caret == bad)
  }

  @Test func controlCharactersCannotReachTheTerminal() {
    let fault = Diagnostic(.failed, "bad \u{1B}[31m", notes: ["\u{7}bell"])
    #expect(!fault.rendered().unicodeScalars.contains("\u{1B}"))
    #expect(!fault.rendered().unicodeScalars.contains("\u{7}"))
  }

  @Test func decryptedTextIsNeverShown() throws {
    let file = SourceFile(path: "vault.yml", text: "password: {{ hunter2 }} x\n", isSecret: true)
    let faults = try #require(throws: Diagnostics.self) { try YAMLReader.read(file) }
    #expect(!faults.rendered().contains("hunter2"))
    #expect(faults.rendered().contains("vault.yml:1:11"))
  }

  @Test func faultsAreSortedByPlaceAndSaidOnce() {
    let (a, b) = (SourceFile(path: "a", text: ""), SourceFile(path: "b", text: ""))
    func fault(_ file: SourceFile?, _ line: Int, _ message: String) -> Diagnostic {
      Diagnostic(.syntax, message, at: file.map { SourcePosition(file: $0, line: line, column: 1) })
    }
    let all = Diagnostics([
      fault(b, 1, "4"), fault(a, 10, "3"), fault(a, 2, "2"), fault(nil, 0, "1"), fault(a, 2, "2"),
    ])
    #expect(all.sorted.all.map { $0.message } == ["1", "2", "3", "4"])
  }

  @Test func colourChangesNoWord() {
    let fault = Diagnostic(.failed, "no", hint: "yes")
    #expect(fault.rendered(color: true).contains("\u{1B}[1;31merror:\u{1B}[0m"))
  }

  @Test func linesOfAFileEndByAnyLineEnd() {
    let file = SourceFile(path: "t", text: "\u{FEFF}one\r\ntwo\rthree\n\nfive")
    #expect((0...6).map { file.line($0) } == [nil, "one", "two", "three", "", "five", nil])
    #expect(SourceFile(path: "t", text: "").line(1) == "")
  }
}
