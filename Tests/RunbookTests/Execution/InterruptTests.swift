import Glibc
import Testing

@testable import Runbook

@Suite struct InterruptTests {
  static let runbook = """
    name: Interrupted
    hosts: all
    steps:
      - id: a
        note: { path: "{{ root }}/a", text: one }
      - id: long
        on_interrupt: rerun
        do: "test -e {{ root }}/go && exit 0; echo $$ > {{ root }}/new; mv {{ root }}/new {{ root }}/pid; sleep 3600"
      - id: b
        note: { path: "{{ root }}/b", text: two }
    """

  @Test func aCancelledRunEndsItsScriptAndIsResumed() async throws {
    let site = try Site()
    let engine = Engine(try site.input(Self.runbook))
    let run = Task { await engine.apply() }
    try await wait { try site.file("pid") != nil }
    run.cancel()
    let summary = await run.value
    #expect(summary.result == .interrupted)
    let text = try #require(try site.file("pid"))
    let process = try #require(pid_t(text.filter { $0.isNumber }))
    #expect(isGone(process))
    #expect(site.ends == ["a@alpha changed", "long@alpha interrupted"])
    #expect(try site.file("b") == nil)
    #expect(try LocalFile.list("\(site.folder)/host-state").contains("lock") == false)
    #expect(try site.journals().split(separator: "\n").last?.contains("interrupted") == true)

    try site.write("go", "")
    #expect(try await site.resume(Self.runbook).result == .done)
    #expect(try site.file("b") == "two")
  }
}
