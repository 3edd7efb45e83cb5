import Glibc
import Testing

@testable import Runbook

/// What the keys that every step may have do to a run.
@Suite struct StepKeyTests {
  @Test func whatAStepGivesThatRunsOnceIsKnownOnEveryHost() async throws {
    let site = try Site(hosts: ["alpha", "beta"])
    let summary = try await site.apply(
      """
      name: Once
      hosts: all
      steps:
        - id: token
          run_once: true
          do: "echo x >> {{ root }}/count; printf secretless"
          register: token
        - id: use
          note: { path: "{{ root }}/token", text: "{{ token.stdout }}" }
      """)
    #expect(summary.result == .done)
    #expect(try site.state(of: "alpha") == ["count": "x\n", "token": "secretless"])
    #expect(try site.state(of: "beta") == ["token": "secretless"])
  }

  @Test func aDelegatedStepRunsOnTheControlMachineAndTakesNoLock() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Delegated
      hosts: all
      steps:
        - id: here
          delegate: control
          do: "printf control > {{ root }}/where"
      """)
    #expect(summary.result == .done)
    #expect(try site.file("where") == "control")
    let scripts = site.hosts[0].calls.flatMap { $0 }
    #expect(!scripts.contains { $0.text.contains("printf control") })
    #expect(try !LocalFile.exists("\(site.folder)/host-state"))
  }

  @Test func environmentReachesTheCommandsOfAStep() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Environment
      hosts: all
      environment: { OUTER: one, BOTH: outer }
      steps:
        - environment: { BOTH: "it's inner" }
          do: "printf '%s/%s' \\"$OUTER\\" \\"$BOTH\\" > {{ root }}/seen"
      """)
    #expect(summary.result == .done)
    #expect(try site.file("seen") == "one/it's inner")
  }

  static let tagged = """
    name: Left out
    hosts: all
    steps:
      - id: first
        tags: base
        note: { path: "{{ root }}/first", text: one }
        register: first
      - id: names
        tags: base
        let: { name: chosen }
      - id: second
        tags: app
        note: { path: "{{ root }}/second", text: "{{ name }} {{ first.length }}" }
    """

  private func apply(_ site: Site, _ selection: GraphBuilder.Selection) async throws -> RunSummary {
    var input = try site.input(Self.tagged)
    let names = site.hosts.map { $0.name }
    input.graph = try GraphBuilder { _, _ throws(Diagnostic) in names }.build(input.document, selection)
    return await Engine(input).apply()
  }

  static let selections = [
    GraphBuilder.Selection(limit: nil, tags: ["app"], skipTags: [], startAt: nil),
    GraphBuilder.Selection(limit: nil, tags: [], skipTags: [], startAt: "second"),
  ]

  @Test(arguments: selections.indices)
  func whatALeftOutStepGivesIsLookedUpAndItIsNotDone(_ index: Int) async throws {
    let site = try Site()
    try site.write("first", "one")
    #expect(try await apply(site, Self.selections[index]).result == .done)
    #expect(try site.state() == ["first": "one", "second": "chosen 3"])
  }

  @Test(arguments: selections.indices)
  func aStepThatWaitsForALeftOutOneSaysSo(_ index: Int) async throws {
    let site = try Site()
    let summary = try await apply(site, Self.selections[index])
    #expect(summary.result == .failed)
    #expect(summary.failures.first?.diagnostic.message.contains("'first'") == true)
    #expect(try site.state() == [:])
  }

  @Test func everyChangeIsAskedForWhereThatIsWanted() async throws {
    let site = try Site()
    site.answer(true, false, true)
    var input = try site.input(ApplyTests.three)
    input.options.asksEachStep = true
    #expect(await Engine(input).apply().result == .done)
    #expect(site.ends == ["a@alpha changed", "b@alpha skipped", "c@alpha changed"])
    #expect(try site.state() == ["a": "one", "c": "three"])
  }

  @Test func aStepRunsAsTheUserThatItNames() async throws {
    try #require(getuid() == 0, "this test becomes another user: run it as root")
    let site = try Site()
    // The folder of the site is root's alone; this one is everybody's.
    let shared = try TemporaryFolder()
    chmod(shared.path, 0o777)
    var input = try site.input(
      """
      name: Become
      hosts: all
      steps:
        - become_user: nobody
          become: true
          become_method: su
          note: { path: "\(shared.path)/mine", text: x }
        - note: { path: "{{ root }}/own", text: x }
      """)
    let machine = LocalMachine(name: "alpha")
    input.machine = { (_) throws(Diagnostic) in machine }
    let summary = await Engine(input).apply()
    #expect(summary.result == .done, "\(summary.failures)")
    var status = stat()
    #expect(stat("\(shared.path)/mine", &status) == 0)
    #expect(status.st_uid == getpwnam("nobody")?.pointee.pw_uid)
    #expect(stat("\(site.folder)/alpha/own", &status) == 0)
    #expect(status.st_uid == 0)
  }
}
