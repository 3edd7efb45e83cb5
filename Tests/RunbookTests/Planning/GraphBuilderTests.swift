import Runbook
import Support
import Testing

/// The hosts of the tests: a and b are the group 'web', c is the group 'db'.
private let inventory: [(name: String, groups: Set<String>)] = [
  ("a", ["all", "web"]), ("b", ["all", "web"]), ("c", ["all", "db"]),
]

private func build(_ marked: MarkedText, _ selection: GraphBuilder.Selection = .init()) throws(Diagnostics)
  -> Graph
{
  let document = try RunbookReader(registry: SampleKinds.registry, projectFolder: "/nowhere").read(
    marked.file)
  let builder = GraphBuilder { (pattern, position) throws(Diagnostic) in
    let names = pattern.split(separator: ",").map(String.init)
    let found = inventory.filter { host in names.contains { $0 == host.name || host.groups.contains($0) } }
    if found.isEmpty { throw Diagnostic(.inventory, "no host is called '\(pattern)'", at: position) }
    return found.map { $0.name }
  }
  return try builder.build(document, selection)
}

/// Every node with what it needs: "x@a: y@a z@b".
private func edges(_ graph: Graph) -> [String] {
  graph.nodes.map { node in
    let needs = node.needs.map { graph.nodes[$0].reference.description }
    return needs.isEmpty ? "\(node.reference)" : "\(node.reference): \(needs.joined(separator: " "))"
  }
}

private func step(_ id: String, _ more: String = "") -> String {
  "- { id: \(id), directory: /\(id)\(more.isEmpty ? "" : ", \(more)") }"
}

private func runbook(hosts: String = "a", _ steps: String...) -> MarkedText {
  MarkedText("hosts: \(hosts)\nsteps:\n" + steps.joined(separator: "\n"))
}

@Suite struct GraphBuilderTests {
  @Test func aStepFollowsTheOneBeforeItUnlessItSaysWhatItNeeds() throws {
    let graph = try build(
      runbook(step("one"), step("two"), step("free", "needs: []"), step("late", "needs: [one]"), step("next"))
    )
    #expect(edges(graph) == ["one@a", "two@a: one@a", "free@a", "late@a: one@a", "next@a: late@a"])
  }

  @Test func hostsDoNotWaitForEachOther() throws {
    let graph = try build(runbook(hosts: "web", step("one"), step("two")))
    #expect(edges(graph) == ["one@a", "one@b", "two@a: one@a", "two@b: one@b"])
  }

  @Test func aNeedMayNameAHostOrAGroup() throws {
    let graph = try build(
      runbook(
        hosts: "all", step("core", "hosts: c"), step("agent", "hosts: web, needs: [core@c]"),
        step("all-agents", "hosts: c, needs: [agent@web]")))
    #expect(
      edges(graph) == ["core@c", "agent@a: core@c", "agent@b: core@c", "all-agents@c: agent@a agent@b"])
  }

  @Test func aStepOfOneHostIsFollowedOnThatHostOnly() throws {
    let graph = try build(runbook(hosts: "web", step("one"), step("only-b", "hosts: b"), step("two")))
    #expect(edges(graph) == ["one@a", "one@b", "only-b@b: one@b", "two@a: one@a", "two@b: only-b@b"])
  }

  @Test func whatRunsOnceIsWaitedForByAll() throws {
    let graph = try build(runbook(hosts: "web", step("one"), step("once", "run_once: true"), step("two")))
    #expect(
      edges(graph) == ["one@a", "one@b", "once@a: one@a", "two@a: once@a", "two@b: one@b once@a"])
  }

  @Test func aLaterStepMayBeNeeded() throws {
    let graph = try build(
      runbook(step("first", "needs: [last]"), step("middle", "needs: []"), step("last", "needs: []")))
    #expect(edges(graph) == ["middle@a", "last@a", "first@a: last@a"])
    #expect(graph.nodes.map { $0.index } == [0, 1, 2])
  }

  @Test func aPhaseIsWaitedForWhole() throws {
    let graph = try build(
      MarkedText(
        """
        hosts: a
        steps:
          - { id: before, directory: /before }
          - phase: Two ways
            steps:
              - { id: left, directory: /l, needs: [] }
              - { id: right, directory: /r, needs: [] }
          - { id: after, directory: /after }
          - { id: named, directory: /named, needs: [Two ways] }
        """))
    #expect(
      edges(graph) == [
        "before@a", "left@a: before@a", "right@a: before@a", "after@a: left@a right@a",
        "named@a: left@a right@a",
      ])
    #expect(graph.nodes[1].phases == ["Two ways"] && graph.nodes[3].phases.isEmpty)
  }

  @Test func aPhaseWithItsOwnNeedsStartsAtThem() throws {
    let graph = try build(
      MarkedText(
        """
        hosts: a
        steps:
          - { id: one, directory: /one }
          - { id: two, directory: /two }
          - phase: Beside
            id: beside
            needs: [one]
            steps:
              - { id: first, directory: /f }
              - { id: second, directory: /s }
          - { id: end, directory: /e, needs: [beside, two] }
        """))
    #expect(
      edges(graph) == [
        "one@a", "two@a: one@a", "first@a: one@a", "second@a: first@a", "end@a: two@a first@a second@a",
      ])
  }

  @Test func thePartsOfAPhaseStandInItsScope() throws {
    let graph = try build(
      MarkedText(
        """
        hosts: web
        steps:
          - phase: Guarded
            secrets: [{ id: fetch, directory: /f }]
            steps: [{ id: work, directory: /w, notify: again }]
            verify: [{ id: check, directory: /c }]
            rescue: [{ id: mend, directory: /m }]
            always: [{ id: clean, directory: /x }]
            handlers: [{ id: again, command: again }]
          - { id: after, directory: /a, hosts: a }
        """))
    let scope = try #require(graph.scopes.first { $0.host == "a" })
    func ids(_ nodes: [Int]) -> [String] { nodes.map { graph.nodes[$0].reference.description } }
    #expect(graph.scopes.count == 3 && scope.parent == 0 && scope.name == "Guarded")
    #expect(
      ids(scope.secrets) == ["fetch@a"] && ids(scope.main) == ["work@a"] && ids(scope.verify) == ["check@a"])
    #expect(
      ids(scope.rescue) == ["mend@a"] && ids(scope.always) == ["clean@a"]
        && ids(scope.handlers) == ["again@a"])
    let work = try #require(graph.nodes.first { $0.reference.description == "work@a" })
    #expect(ids(work.notifies) == ["again@a"] && ids(work.needs) == ["fetch@a"])
    let after = try #require(graph.nodes.last { $0.role == .main })
    #expect(ids(after.needs) == ["check@a", "mend@a", "clean@a", "again@a"])
    #expect(graph.scopes[0].main == [after.index])
  }

  // MARK: What is left out

  private func leftOut(_ graph: Graph) -> [String] {
    graph.nodes.filter { $0.isLeftOut != nil }.map { $0.reference.id }
  }

  private var tagged: MarkedText {
    runbook(
      step("plain"), step("vault", "tags: vault"), step("always", "tags: [always]"),
      step("never", "tags: [never, debug]"),
      step("both", "tags: [vault, debug]"))
  }

  @Test(
    arguments: [
      (["vault"], [], ["plain", "never"]), ([], ["vault"], ["vault", "never", "both"]), ([], [], ["never"]),
      (["debug"], [], ["plain", "vault"]), (["all"], [], ["never"]),
      (["untagged"], [], ["vault", "never", "both"]),
      (["tagged"], [], ["plain", "never"]), (["vault"], ["always"], ["plain", "always", "never"]),
    ] as [([String], [String], [String])])
  func tagsChoose(_ tags: [String], _ skipped: [String], _ expected: [String]) throws {
    let graph = try build(tagged, .init(tags: tags, skipTags: skipped))
    #expect(leftOut(graph) == expected)
    #expect(graph.nodes.count == 5)
  }

  @Test func aTagThatMatchesNothingIsAFault() {
    let error = #expect(throws: Diagnostics.self) { try build(tagged, .init(tags: ["valut"])) }
    #expect(error?.all.map { $0.message } == ["--tags: no step has the tag 'valut'"])
    #expect(error?.all.first?.hint == "did you mean 'vault'?")
  }

  @Test func startAtLeavesOutWhatStandsBefore() throws {
    let graph = try build(tagged, .init(startAt: "always"))
    #expect(leftOut(graph) == ["plain", "vault", "never"])
    let error = #expect(throws: Diagnostics.self) { try build(tagged, .init(startAt: "allways")) }
    #expect(error?.all.first?.message == "--start-at: no step is called 'allways'")
    #expect(error?.all.first?.hint == "did you mean 'always'?")
  }

  @Test func chosenStepsAloneTakePart() throws {
    #expect(leftOut(try build(tagged, .init(onlySteps: ["vault", "both"]))) == ["plain", "always", "never"])
  }

  @Test func whatSurroundsAPhaseTakesPartWhereItsStepsDo() throws {
    let text = MarkedText(
      """
      hosts: a
      steps:
        - phase: One
          secrets: [{ id: fetch, directory: /f }]
          steps: [{ id: tagged, directory: /t, tags: x }, { id: plain, directory: /p }]
          always: [{ id: clean, directory: /c }]
        - phase: Two
          steps: [{ id: other, directory: /o }]
          always: [{ id: sweep, directory: /s }]
      """)
    #expect(leftOut(try build(text, .init(tags: ["x"]))) == ["plain", "other", "sweep"])
  }

  @Test func limitLeavesOtherHostsAndTheirEdgesOut() throws {
    let text = runbook(hosts: "all", step("core", "hosts: c"), step("agent", "hosts: web, needs: [core@c]"))
    let graph = try build(text, .init(limit: ["b"]))
    #expect(edges(graph) == ["agent@b"] && graph.hosts == ["b"])
  }

  // MARK: Faults

  @Test(
    arguments: [
      (runbook(step("one"), step("two", "needs: [①oen]")), "no step has the id 'oen'", "did you mean 'one'?"),
      (
        runbook(hosts: "all", step("core", "hosts: c"), step("agent", "hosts: web, needs: [①core]")),
        "'core' does not run on 'a'", "did you mean 'core@c'?"
      ),
      (
        runbook(hosts: "all", step("core", "hosts: c"), step("agent", "hosts: web, needs: [①core@b]")),
        "'core' does not run on 'b'", "did you mean 'core@c'?"
      ),
      (
        runbook(hosts: "web", step("one", "hosts: ①c")),
        "the step 'one' runs on no host: none that 'c' names is left",
        "widen the 'hosts' of the runbook or the phase, or take the step out"
      ),
      (runbook(step("one", "hosts: ①nowhere")), "no host is called 'nowhere'", nil),
      (
        runbook(step("one", "notify: ①restart")), "no handler is called 'restart'",
        "list it under 'handlers:'"
      ),
    ] as [(MarkedText, String, String?)])
  func aWrongGraphIsNamedWhereItIsWrong(_ text: MarkedText, _ message: String, _ hint: String?) {
    let error = #expect(throws: Diagnostics.self) { try build(text) }
    #expect(error?.all.map { $0.message } == [message])
    #expect(error?.all.first?.position == text["①"] && error?.all.first?.hint == hint)
  }

  @Test func aCircleIsPrintedAsTheCircle() {
    let text = runbook(step("a1", "needs: [①c1]"), step("b1", "needs: [a1]"), step("c1"))
    let error = #expect(throws: Diagnostics.self) { try build(text) }
    #expect(error?.all.map { $0.message } == ["the steps wait for each other: a1 → c1 → b1 → a1"])
    #expect(error?.all.first?.notes == ["'a1' needs 'c1'", "'c1' stands after 'b1'", "'b1' needs 'a1'"])
    #expect(error?.all.first?.position == text["①"])
  }

  @Test func aHandlerCannotBeNeeded() {
    let text = MarkedText(
      "hosts: a\nsteps: [{ id: one, directory: /o, needs: [①again] }]\nhandlers: [{ id: again, command: x }]")
    let error = #expect(throws: Diagnostics.self) { try build(text) }
    #expect(error?.all.map { $0.message } == ["'again' is a handler: no other step can wait for it"])
    #expect(error?.all.first?.hint == "write 'notify: again' on the step that changes something")
  }

  @Test func aThousandStepsOnAHundredHostsAreBuiltInTime() throws {
    let steps = (0..<1000).map { "  - { id: s\($0), directory: /s\($0) }" }.joined(separator: "\n")
    let text = MarkedText("hosts: all\nsteps:\n" + steps)
    let document = try RunbookReader(registry: SampleKinds.registry, projectFolder: "/nowhere").read(
      text.file)
    let hosts = (0..<100).map { "host\($0)" }
    let graph = try GraphBuilder { _, _ in hosts }.build(document)
    #expect(graph.nodes.count == 100_000)
    #expect(graph.nodes[99_999].needs == [99_899])
  }
}
