import Runbook
import Support
import Testing

/// What people write by mistake, where it must be pointed at (①), and what must be said.
struct MalformedYAML: Sendable, CustomTestStringConvertible {
  var text: String
  var message: String
  var hint: String?
  var length: Int

  init(_ text: String, _ message: String, hint: String? = nil, length: Int = 1) {
    (self.text, self.message, self.hint, self.length) = (text, message, hint, length)
  }

  var testDescription: String { text }

  static let all: [MalformedYAML] = [
    .init(
      "msg: ①{{ x }}", "a value that starts with '{{' must be in quotes",
      hint: #"put quotes around it: "{{ x }}""#, length: 7),
    .init(
      "a: 1\nmsg: ①{{ x }}/foo # why\nb: 2", "a value that starts with '{{' must be in quotes",
      hint: #"put quotes around it: "{{ x }}/foo""#, length: 11),
    .init(
      "- ①{{ x }}\n- b", "a value that starts with '{{' must be in quotes",
      hint: #"put quotes around it: "{{ x }}""#, length: 7),
    .init(
      "- ①{{ x }} b", "a value that starts with '{{' must be in quotes",
      hint: #"put quotes around it: "{{ x }} b""#, length: 9),
    .init(
      "①{{ x }}: 1", "a value that starts with '{{' must be in quotes",
      hint: #"put quotes around it: "{{ x }}: 1""#, length: 10),
    .init(
      #"m: ①{{ a["b"] }}"#, "a value that starts with '{{' must be in quotes",
      hint: #"put quotes around it: '{{ a["b"] }}'"#, length: 12),
    .init(
      #"m: ①{{ a["b"] ~ 'c' }}"#, "a value that starts with '{{' must be in quotes",
      hint: #"put quotes around it: '{{ a["b"] ~ ''c'' }}'"#, length: 18),
    .init(
      "m:\n  ①{{ x }} y", "a value that starts with '{{' must be in quotes",
      hint: #"put quotes around it: "{{ x }} y""#, length: 9),
    .init(
      "a: 1\n①{% if x %}\nb: 2", "a template statement between lines of YAML",
      hint: "YAML is read before templates are: use 'when' or 'for_each', or make this a .j2 file", length: 10
    ),
    .init(
      "a: ①{% if x %}", "a value that starts with '{%' must be in quotes",
      hint: #"put quotes around it: "{% if x %}""#, length: 10),
    .init(
      "msg: done①: fine", "': ' inside a value without quotes", hint: #"put quotes around it: "done: fine""#),
    .init(
      #"run: echo {"a"①: 1}"#, "': ' inside a value without quotes",
      hint: #"put quotes around it: 'echo {"a": 1}'"#),
    .init("name①:foo\nhosts: all", "a space is missing after this ':'"),
    .init("a: 1\nb①:2\nc: 3", "a space is missing after this ':'"),
    .init("a: 1\nb①:2", "a space is missing after this ':'"),
    .init("- a①:1\n  b: 2", "a space is missing after this ':'"),
    .init("\"a\": 1\n\"b\"①:2", "a space is missing after this ':'"),
    .init(
      "a: 1\n①b\nc: 3", "a key without ':'", hint: "write 'b:', or indent it if it goes on the line before"),
    .init(
      "①foo\nbar: 1", "a key without ':'", hint: "write 'foo:', or indent it if it goes on the line before",
      length: 3),
    .init(
      "a: ①: b", "a value without quotes cannot start with ':'", hint: #"put quotes around it: ": b""#,
      length: 3),
    .init("①: b", "a key is missing before this ':'"),
    .init(
      "a: ①@x", "a value without quotes cannot start with '@'", hint: #"put quotes around it: "@x""#,
      length: 2),
    .init(
      "a: ①`x`", "a value without quotes cannot start with '`'", hint: #"put quotes around it: "`x`""#,
      length: 3),
    .init(
      "a: ①%x y", "a value without quotes cannot start with '%'", hint: #"put quotes around it: "%x y""#,
      length: 4),
    .init(
      "- ①*.log", "a value without quotes cannot start with '*'", hint: #"put quotes around it: "*.log""#,
      length: 5),
    .init(
      "a: ①& b", "a value without quotes cannot start with '&'", hint: #"put quotes around it: "& b""#,
      length: 3),
    .init(
      "a: ①, b", "a value without quotes cannot start with ','", hint: #"put quotes around it: ", b""#,
      length: 3),
    .init(
      "a: ①? b", "a value without quotes cannot start with '?'", hint: #"put quotes around it: "? b""#,
      length: 3),
    .init("a: ①]", "a value without quotes cannot start with ']'", hint: #"put quotes around it: "]""#),
    .init(
      "a: ①- b", "a list must start on a line of its own", hint: "put the '- ' on the next line, indented"),
    .init("a: ①[1, 2\nb: 3", "this '[' is never closed"),
    .init("a: ①{x: 1\nb: 3", "this '{' is never closed"),
    .init("a: [1, [2], \"3\" ①4]", "a ',' or ']' is missing here"),
    .init("a: {b}①}", "'}' is not expected here"),
    .init("a: ①\"abc\nb: 1\n", "this quote is never closed"),
    .init("a: ①'abc", "this quote is never closed"),
    .init(
      "a: 'it'①s'", "text after the closing quote", hint: "put the quotes around the whole value", length: 2),
    .init("a: \"x\" ①y", "text after the closing quote", hint: "put the quotes around the whole value"),
    .init(
      "a: \"{{ b }}\"①/c\nd: 1", "text after the closing quote",
      hint: "put the quotes around the whole value", length: 2),
    .init("key: \"ok\"①😨", "text after the closing quote", hint: "put the quotes around the whole value"),
    .init(
      #"a: "C:①\data""#, #"'\d' means nothing in double quotes"#,
      hint: #"write '\\d', or put the value in single quotes"#, length: 2),
    .init("a:\n①\t- b", "a tab in the indentation", hint: "indent with spaces"),
    .init("名前: 日本語\n①\tb: 1", "a tab in the indentation", hint: "indent with spaces"),
    .init("a:\n  b: 1\n  ①\tc: 2", "a tab in the indentation", hint: "indent with spaces"),
    .init("a: 1\n  ①b: 2", "this key is indented deeper than those it belongs to"),
    .init("a:\n  b: 1\n ①c: 2", "the indentation of this line fits no line above it"),
    .init("- a\n①b: 1", "a key among list items", hint: "start it with '- ', or check the indentation"),
    .init("a: 1\n①- b", "a list item among keys", hint: "check the indentation"),
    .init("a: |\n    one\n  ①two\n", "the indentation of this line fits no line above it"),
    .init("a: ①\u{01}", "control character 0x1 in the text"),
    .init(
      "a: 1\n①---\nb: 2", "a second document starts here",
      hint: "remove the '---', or put what follows into a file of its own", length: 3),
    .init("a: 1\nb: 2\n①a: 3", "the key 'a' is given twice in one mapping"),
    .init(
      "a: ①!foo x", "unknown tag '!foo'", hint: "put quotes around the value if '!' belongs to it", length: 4),
    .init("a: ①!vaut x", "unknown tag '!vaut'", hint: "did you mean '!vault'?", length: 5),
    .init(
      "a: ①!!binary x", "unknown tag '!!binary'", hint: "put quotes around the value if '!' belongs to it",
      length: 8),
    .init("a: ①!vault [x]", "'!vault' takes text", hint: "write it as a block: !vault |"),
    .init(
      "a: ①*nothing", "there is no anchor '&nothing' before this alias",
      hint: #"put quotes around it if it is text: "*nothing""#, length: 8),
    .init(
      "a: &one 1\nb: ①*oen", "there is no anchor '&oen' before this alias", hint: "did you mean '*one'?",
      length: 4),
    .init("a: &a\n  - ①*a", "the alias '*a' stands inside what it stands for", length: 2),
    .init("①<<: 1\na: 2", "'<<' takes a mapping or a list of mappings", length: 2),
    .init("? ①[a, b]\n: 1", "a key must be text"),
  ]
}

@Suite struct YAMLFaultTests {
  @Test(arguments: MalformedYAML.all) func mistakeIsNamedWhereItStands(_ test: MalformedYAML) throws {
    let marked = MarkedText(test.text)
    let faults = try #require(throws: Diagnostics.self) { try YAMLReader.read(marked.file) }
    let fault = try #require(faults.all.first)
    #expect(faults.all.count == 1)
    #expect(fault.message == test.message)
    #expect(fault.position == marked["①"], "\(fault.position?.description ?? "nowhere")")
    #expect(fault.position?.length == test.length)
    #expect(fault.hint == test.hint)
    #expect(fault.code == .syntax)
  }

  @Test func everyDuplicateAndTagOfAFileIsReportedInOneGo() throws {
    let marked = MarkedText("a: 1\n①a: 2\nb: ②!x 1\nc:\n  d: 1\n  ③d: 2\n")
    let faults = try #require(throws: Diagnostics.self) { try YAMLReader.read(marked.file) }
    #expect(faults.all.map { $0.position } == [marked["①"], marked["②"], marked["③"]])
    #expect(faults.all.first?.notes == ["it is given first at test.yml:1:1"])
  }

  @Test func nestingIsRefusedPastAHundred() throws {
    let fine = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    _ = try YAMLReader.read(SourceFile(path: "t", text: fine))
    let deep = SourceFile(path: "t", text: "[\(fine)]")
    let faults = try #require(throws: Diagnostics.self) { try YAMLReader.read(deep) }
    #expect(faults.all.first?.message == "this is nested more than 100 deep")
    #expect(faults.all.first?.position == SourcePosition(file: deep, line: 1, column: 101))
  }

  @Test func nestingThroughAliasesIsRefusedToo() throws {
    var text = "a0: &a0 [x]\n"
    for level in 1...100 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
    let file = SourceFile(path: "t", text: text)
    let faults = try #require(throws: Diagnostics.self) { try YAMLReader.read(file) }
    #expect(faults.all.first?.message == "this is nested more than 100 deep")
  }

  @Test func aliasBombIsRefusedBeforeItGrows() throws {
    var text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    for level in 1...12 {
      let items = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(items)]\n"
    }
    let file = SourceFile(path: "t", text: text)
    let faults = try #require(throws: Diagnostics.self) { try YAMLReader.read(file) }
    #expect(faults.all.first?.message == "aliases repeat more than 100000 nodes in this document")
  }

  @Test func hugeTextIsRefused() throws {
    let file = SourceFile(path: "t", text: String(repeating: "#", count: (16 << 20) + 1))
    let faults = try #require(throws: Diagnostics.self) { try YAMLReader.read(file) }
    #expect(faults.all.first?.message == "'t' is larger than 16 MiB")
  }
}
