import Testing

@testable import Runbook

/// The engine over ssh, against a server of the test's own whose connections are cut.
@Suite(.serialized) struct LostConnectionTests {
  private func input(_ site: Site, _ server: LoopbackServer, _ runbook: String) throws -> EngineInput {
    var input = try site.input(runbook)
    let settings = server.settings(name: "alpha")
    input.machine = { (_) throws(Diagnostic) in SSHMachine(settings: settings) }
    return input
  }

  @Test func aStepWhoseConnectionIsCutIsTriedAgainOnANewOne() async throws {
    let (site, server) = (try Site(), try await LoopbackServer())
    let engine = Engine(
      try input(
        site, server,
        """
        name: Cut
        hosts: all
        steps:
          - id: long
            retry: { attempts: 2, delay: 0s }
            do: "test -e {{ root }}/go && exit 0; echo x > {{ root }}/started; sleep 3600"
          - id: after
            note: { path: "{{ root }}/after", text: x }
        """))
    let run = Task { await engine.apply() }
    try await wait { try site.file("started") != nil }
    try site.write("go", "")
    try server.cutConnections()
    let summary = await run.value
    #expect(summary.result == .done, "\(summary.failures)")
    #expect(site.ends == ["long@alpha changed", "after@alpha changed"])
    let why = site.events.compactMap { if case .stepRetrying(_, _, _, _, let why) = $0 { why } else { nil } }
    #expect(why == ["unknown: the host went away during 'do'"])
  }

  @Test func aHostThatWentAwayIsReachedAgainForWhatMustAlwaysRun() async throws {
    let (site, server) = (try Site(), try await LoopbackServer())
    let engine = Engine(
      try input(
        site, server,
        """
        name: Cut
        hosts: all
        steps:
          - phase: Risky
            steps:
              - id: long
                do: "echo x > {{ root }}/started; sleep 3600"
              - id: never
                note: { path: "{{ root }}/never", text: x }
            always:
              - id: sweep
                note: { path: "{{ root }}/swept", text: x }
        """))
    let run = Task { await engine.apply() }
    try await wait { try site.file("started") != nil }
    try server.cutConnections()
    let summary = await run.value
    #expect(summary.result == .failed)
    #expect(summary.failures.first?.diagnostic.code == .wentAway)
    #expect(summary.failures.first?.diagnostic.message == "unknown: the host went away during 'do'")
    #expect(try site.state().keys.sorted() == ["started", "swept"])
    #expect(try LocalFile.list("\(site.folder)/host-state").contains("lock") == false)
  }
}
