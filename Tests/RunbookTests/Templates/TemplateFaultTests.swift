import Runbook
import Support
import Testing

/// A template with ① where its fault stands.
struct FaultCase: Sendable, CustomTestStringConvertible {
  var marked: String
  var message: String
  var hint: String?

  init(_ marked: String, _ message: String, hint: String? = nil) {
    self.marked = marked
    self.message = message
    self.hint = hint
  }

  var testDescription: String { marked }
}

@Suite struct TemplateFaultTests {
  static let faults: [FaultCase] = [
    .init("a {{ ①nope }}", "'nope' is undefined"),
    .init("{{ ①hallo }}", "'hallo' is undefined", hint: "did you mean 'hello'?"),
    .init("{{ ①d.portt }}", "'d' has no 'portt'", hint: "did you mean 'port'?"),
    .init("{{ ①d.x.y }}", "'d' has no 'x'"),
    .init("{{ ①n.x }}", "'n' is null, and so has no 'x'"),
    .init("{{ ①n.x | default(1) }}", "'n' is null, and so has no 'x'"),
    .init("{{ ①l[5] }}", "'l' has no item 5: it has 3"),
    .init("{{ ①hello.x }}", "'hello' is text, and so has no 'x'"),
    .init("{{ 1 | ①uper }}", "no filter is named 'uper'", hint: "did you mean 'upper'?"),
    .init("{{ 1 is ①strng }}", "no test is named 'strng'", hint: "did you mean 'string'?"),
    .init(
      "{{ ①'9' > 8 }}", "'>' cannot compare text with a whole number",
      hint: "convert the text by | int, or compare versions by is version('…', '>')"),
    .init(
      "{{ ①'a' + 1 }}", "'+' cannot work on text and a whole number",
      hint: "join text by '~', or convert it by | int"),
    .init("{{ ①1 / 0 }}", "division by zero"),
    .init(
      "{{①.Names}}", "unexpected '.', expected a value",
      hint: "to keep braces as they are, put {% raw %} and {% endraw %} around them, or tag it !unsafe"),
    .init("{{ 1 ①", "the expression has no end"),
    .init("{{ ①'a }}", "the string has no end"),
    .init("①{# x", "the comment has no end"),
    .init("{% ①if a %}x", "'if' has no 'endif'"),
    .init(
      "{% if hello %}x{% ①endfor %}", "'endfor' cannot end 'if', which began in line 1",
      hint: "close it with 'endif'"),
    .init("{% ①endif %}", "'endif' ends nothing"),
    .init("{% ①fro x in y %}", "there is no block 'fro'", hint: "did you mean 'for'?"),
    .init("{% ①extends 'x' %}", "'extends' is not supported"),
    .init("{% for x in l ①recursive %}{% endfor %}", "recursive loops are not supported"),
    .init("{% for x in ①d.port %}{% endfor %}", "a loop needs a list, found a whole number"),
    .init("{{ l | ①join(1, 2, 3) }}", "filter 'join': too many arguments, it takes at most 2"),
    .init("{{ l | ①join(sep=1) }}", "filter 'join': there is no argument 'sep'"),
    .init(
      "{{ hello | ①regex_replace('(?<=a)b', '') }}",
      "filter 'regex_replace': lookbehind, '(?<=…)', is not supported in regular expressions"),
    .init(
      "{{ ①lookup('pipe', 'date') }}", "'lookup': the lookup 'pipe' is not supported",
      hint: "run a command step with 'delegate: control', and register what it prints"),
    .init(
      "{{ ①lokup('env', 'x') }}", "there is no function or macro 'lokup'", hint: "did you mean 'lookup'?"),
    .init("{{ ①hello.uppr() }}", "text has no method 'uppr'", hint: "did you mean 'upper'?"),
    .init("{{ ①range }}", "'range' is a function: call it with (…)"),
    .init("{{ hello ①hello }}", "unexpected 'hello'"),
    .init("{{ ①9223372036854775807 + 1 }}", "the result is too large"),
    .init("{{ ①99999999999999999999 }}", "'99999999999999999999' is not a number that can be used here"),
    .init("{{ [1, 2①} }}", "'}' closes nothing"),
    .init("x\ny {{ ①nope }}", "'nope' is undefined"),
    .init("{{ ①omit }} x", "'omit' is no text: it must be the whole value"),
    .init(
      "{{ l | ①random }}",
      "filter 'random': give a seed: without one, every run would find something to change"),
  ]

  static let variables: ValueMap = [
    "hello": .string("hello"), "n": .null, "l": .list([.int(1), .int(2), .int(3)]),
    "d": .map(["port": .int(1)]),
  ]

  @Test(arguments: faults) func namesWhatIsWrongWhereItStands(_ test: FaultCase) throws {
    let marked = MarkedText(test.marked, path: "test.j2")
    let diagnostic = try #require(fault(of: marked))
    #expect(diagnostic.message == test.message)
    #expect(diagnostic.position == marked["①"], "\(diagnostic.position.map { $0.description } ?? "nowhere")")
    #expect(diagnostic.hint == test.hint)
  }

  private func fault(of marked: MarkedText) -> Diagnostic? {
    do {
      let start = SourcePosition(file: marked.file, line: 1, column: 1)
      let template = try Template(marked.text, at: start, style: .file)
      _ = try template.render(in: ValueScope(Self.variables), TemplateEnvironment())
      return nil
    } catch EvaluationFault.diagnostic(let diagnostic) {
      return diagnostic
    } catch {
      return error as? Diagnostic
    }
  }

  @Test(arguments: [
    "name: \"x {{ ①nope }}\"", "name: '{{ ①nope }}'", "name: x{{ ①nope }}", "name: \"\\tx {{ ①nope }}\"",
    "name: |\n  first\n  second {{ ①nope }}\n", "name: >\n  folded\n  line {{ ①nope }} more\n",
  ])
  func findsItsPlaceInYAML(_ text: String) throws {
    let marked = MarkedText(text)
    let node = try #require(try YAMLReader.read(marked.file))
    var evaluator = NodeEvaluator(scope: ValueScope([:]), keyring: EmptyKeyring(), folders: [])
    _ = evaluator.argument(node)
    #expect(evaluator.faults.map { $0.position } == [marked["①"]])
  }

  @Test func doesNotRunAwayWithItsStack() throws {
    let deep = String(repeating: "(", count: 5000)
    let file = SourceFile(path: "deep", text: deep)
    #expect(throws: Diagnostic.self) {
      _ = try Template("{{ \(deep)", at: SourcePosition(file: file, line: 1, column: 1))
    }
    let signs = "{{ " + String(repeating: "-", count: 5000) + "1 }}"
    #expect(throws: Diagnostic.self) {
      _ = try Template(signs, at: SourcePosition(file: file, line: 1, column: 1))
    }
  }
}
