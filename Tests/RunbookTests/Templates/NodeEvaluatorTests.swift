import Runbook
import Testing

@Suite struct NodeEvaluatorTests {
  struct WaitingScope: Scope {
    func value(of name: String) throws(EvaluationFault) -> Value? {
      if name == "later" { throw .pending("what step 'docker' gives") }
      return name == "port" ? .int(80) : name == "go" ? .string("{{.Names}}") : nil
    }
    var names: [String] { ["later", "port", "go"] }
  }

  private func node(_ text: String) throws -> Node {
    try #require(try YAMLReader.read(SourceFile(path: "t.yml", text: text)))
  }

  private var evaluator: NodeEvaluator {
    NodeEvaluator(scope: WaitingScope(), keyring: EmptyKeyring(), folders: [])
  }

  @Test(arguments: [
    ("\"{{ port }}\"", Value.int(80)), ("\"{{ port }}/tcp\"", .string("80/tcp")), ("no", .bool(false)),
    ("'no'", .string("no")), ("!unsafe '{{ port }}'", .string("{{ port }}")),
    ("\"{{ [port] }}\"", .list([.int(80)])),
    ("{ a: 1, b: \"{{ omit }}\", c: \"{{ nope | default(omit) }}\" }", .map(["a": .int(1)])),
    ("\"{{ go }}\"", .string("{{.Names}}")), ("\"{{ '{\\\"a\\\": 1}' }}\"", .string("{\"a\": 1}")),
  ]) func freeVariablesAreNative(_ text: String, _ value: Value) throws {
    var evaluator = evaluator
    #expect(try evaluator.value(node(text)) == value)
  }

  @Test func argumentsKeepTheirTextAndWaitOneByOne() throws {
    var evaluator = evaluator
    let argument = evaluator.argument(
      try node("{ mode: 0644, a: \"x {{ later }}\", b: \"{{ nope }}\", c: \"{{ omit }}\" }"))
    guard case .map(let entries) = argument.content else { throw EvaluationFault.pending("no map") }
    #expect(entries.map { $0.key } == ["mode", "a", "b"])
    guard case .written(let mode, isPlain: true) = entries[0].value.content else {
      throw EvaluationFault.pending("mode")
    }
    #expect(mode == "0644")
    guard case .pending(let why) = entries[1].value.content else { throw EvaluationFault.pending("a") }
    #expect(why == "what step 'docker' gives")
    #expect(evaluator.faults.map { $0.message } == ["'nope' is undefined"])
  }

  @Test(arguments: [
    ("port == 80", true), ("{{ port > 80 }}", false), ("nope is defined", false),
    ("not nope is defined", true),
    ("'yes'", true), ("port == 80 or later", true), ("port", true), ("[]", false),
  ]) func conditionsHoldOrNot(_ text: String, _ holds: Bool) throws {
    let start = SourcePosition(file: SourceFile(path: "t.yml", text: text), line: 1, column: 1)
    #expect(try Expression(text, at: start).isTrue(in: WaitingScope(), TemplateEnvironment()) == holds)
  }

  @Test func textIsNoAnswer() throws {
    let start = SourcePosition(file: SourceFile(path: "t.yml", text: "'x'"), line: 1, column: 1)
    #expect(throws: EvaluationFault.self) {
      try Expression("'x'", at: start).isTrue(in: WaitingScope(), TemplateEnvironment())
    }
  }

  @Test func namesAreThoseThatTheScopeMustGive() throws {
    let text =
      "{% for a in b %}{{ a.c + d[e] }}{% endfor %}{% set f = 1 %}{{ f }}{{ lookup('vars', 'g') }}{{ a }}"
    let start = SourcePosition(file: SourceFile(path: "t.yml", text: text), line: 1, column: 1)
    #expect(try Template(text, at: start).names == ["a", "b", "d", "e", "g"])
  }
}
