import Runbook
import Support
import Testing

private let hosts = ["a", "b"]

private func graph(_ marked: MarkedText, _ selection: GraphBuilder.Selection = .init()) throws(Diagnostics)
  -> Graph
{
  let document = try RunbookReader(registry: SampleKinds.registry, projectFolder: "/nowhere").read(
    marked.file)
  return try GraphBuilder { (pattern, _) in hosts.contains(pattern) ? [pattern] : hosts }.build(
    document, selection)
}

private func faults(
  _ marked: MarkedText, _ values: ValueMap = [:], only: [String: ValueMap] = [:],
  _ selection: GraphBuilder.Selection = .init()
) throws -> [Diagnostic] {
  let check = StaticCheck(registry: SampleKinds.registry, environment: TemplateEnvironment()) {
    host, promises in
    var own = values
    for (name, value) in only[host] ?? [:] { own[name] = value }
    own["inventory_hostname"] = .string(host)
    let pending = promises.merging(["facts": "the facts of \(host)"]) { first, _ in first }
    return LayeredScope(
      [
        VariableLayer(.hostVars, title: "host", own),
        VariableLayer(.assigned, title: "assigned", [Variable](), pending: { pending[$0] }),
      ], keyring: EmptyKeyring())
  }
  return check.faults(in: try graph(marked, selection))
}

private func steps(_ lines: String...) -> MarkedText {
  MarkedText("hosts: all\nsteps:\n" + lines.map { "  - \($0)\n" }.joined())
}

@Suite struct StaticCheckTests {
  @Test func whatIsRightHasNoFaults() throws {
    let text = steps(
      "{ directory: \"/srv/{{ name }}\", register: made }", "{ directory: \"/x/{{ made.path }}\" }",
      "{ set: { colour: red } }", "{ directory: \"/{{ colour }}\", when: facts.os.id == 'debian' }",
      "{ directory: \"/{{ item }}\", for_each: \"{{ made.list }}\" }",
      "{ directory: \"/{{ own }}\", vars: { own: \"{{ name }}2\" } }")
    #expect(try faults(text, ["name": "app"]) == [])
  }

  @Test func aFaultOfAllHostsIsToldOnce() throws {
    let found = try faults(steps("{ directory: \"/srv/{{ gone }}\" }", "{ directory: srv }"))
    #expect(found.map { $0.code } == [.undefined, .invalidValue])
    #expect(found.allSatisfy { note in !note.notes.contains { $0.hasPrefix("on ") } })
  }

  @Test func aFaultOfSomeHostsNamesThem() throws {
    let found = try faults(
      steps("{ directory: \"{{ path }}\" }"), only: ["a": ["path": "/srv"], "b": ["path": "srv"]])
    #expect(found.map { $0.message } == ["'srv' is not an absolute path"])
    #expect(found.first?.notes == ["on b"])
  }

  @Test func aStepThatDoesNotRunIsNotDecoded() throws {
    #expect(try faults(steps("{ directory: \"/{{ gone }}\", when: inventory_hostname == 'c' }")) == [])
    #expect(try faults(steps("{ directory: \"/{{ gone }}\", when: [gone is defined] }")) == [])
    #expect(try faults(steps("{ directory: \"/{{ gone }}\", tags: [never, x] }")) == [])
  }

  @Test func anOpenConditionExcusesUndefinedNamesOnly() throws {
    let text = steps("{ directory: \"/{{ gone }}\", when: facts.x }", "{ directory: srv, when: facts.x }")
    #expect(try faults(text).map { $0.message } == ["'srv' is not an absolute path"])
  }

  @Test(arguments: [
    ("{ directory: /srv, when: ①x == }", 1), ("{ command: x, until: ①x ==, changed_when: false }", 1),
    ("{ command: x, failed_when: ①x | }", 1), ("{ directory: /srv, for_each: ①words }", 1),
    ("{ directory: /srv, name: ①\"{{ gone }}\" }", 1),
  ])
  func expressionsAreCompiledBeforeAHostIsContacted(_ line: String, _ count: Int) throws {
    let text = steps(line)
    let found = try faults(text)
    #expect(found.count == count)
    #expect(found.first?.position?.line == text["①"]?.line)
  }

  @Test func everyItemOfALoopIsChecked() throws {
    let found = try faults(steps("{ directory: \"{{ item }}\", for_each: [/a, b, /c, d] }"))
    #expect(found.map { $0.message } == ["'b' is not an absolute path", "'d' is not an absolute path"])
  }

  @Test func aThousandStepsAreCheckedInTime() throws {
    let lines = (0..<1000).map {
      "  - { id: s\($0), directory: \"/srv/{{ name }}/\($0)\", when: name != 'x' }"
    }
    let text = MarkedText("hosts: a\nsteps:\n" + lines.joined(separator: "\n"))
    let started = ContinuousClock.now
    #expect(try faults(text, ["name": "app"]) == [])
    // Generous for a debug build on a busy machine; the release build takes a fraction of this.
    #expect(ContinuousClock.now - started < .seconds(20))
  }
}

@Suite struct LintTests {
  @Test(arguments: [
    ("hosts: a\nvars: { country: ①NO }\nsteps: []", "'country' is false, not the text 'NO'"),
    (
      "hosts: a\nsteps: [{ directory: /srv, when: ①\"{{ x }}\" }]",
      "a condition is an expression already: it needs no braces"
    ),
    (
      "hosts: a\nsteps: [{ file: { path: /x, content: a, db_password: ①hunter2 } }]",
      "'db_password' stands here in clear"
    ),
    (
      "hosts: a\nsteps: [{ file: { path: /x, image: ①\"nginx:latest\" } }]",
      "the image 'nginx:latest' names no version"
    ),
    ("hosts: a\nsteps: []\nhandlers: [①{ id: idle, command: x }]", "no step notifies the handler 'idle'"),
    (
      "hosts: a\nsteps: [①{ directory: /srv, become: false, become_user: app }]",
      "'become_user' has no effect: 'become' is false here"
    ),
  ])
  func aHabitThatHurtsIsFound(_ text: String, _ message: String) throws {
    let marked = MarkedText(text)
    let document = try RunbookReader(registry: SampleKinds.registry, projectFolder: "/nowhere").read(
      marked.file)
    let findings = Lint.findings(document, SampleKinds.registry)
    #expect(findings.map { $0.message } == [message])
    #expect(findings.first?.position == marked["①"])
  }

  @Test func aSoundRunbookHasNoFindings() throws {
    let marked = MarkedText(
      """
      hosts: a
      vars: { on: true, words: [yes please] }
      steps:
        - { directory: /srv, when: x, notify: again }
        - { file: { path: /x, image: "nginx:1.27", password: "{{ vault_password }}" } }
      handlers: [{ id: again, command: x }]
      """)
    let document = try RunbookReader(registry: SampleKinds.registry, projectFolder: "/nowhere").read(
      marked.file)
    #expect(Lint.findings(document, SampleKinds.registry) == [])
  }
}
