import Glibc
import Testing

@testable import Runbook

/// Bytes that are more than a script: each by a lock, a record, a stream and a proof.
@Suite struct EngineTransferTests {
  @Test func aFileOfMegabytesIsWrittenWholeUnderTheLock() async throws {
    let site = try Site()
    let runbook = """
      name: Large
      hosts: all
      steps:
        - id: large
          note: { path: "{{ root }}/large", text: "{{ 'abcdefgh' * 200000 }}" }
      """
    let summary = try await site.apply(runbook)
    #expect(summary.result == .done, "\(summary.failures)")
    #expect(try site.state().keys.sorted() == ["large"])
    #expect(try site.file("large")?.utf8.count == 1_600_000)
    let records = try LocalFile.list("\(site.folder)/host-state")
    #expect(records.count == 1, "the record is there, and the lock is given back")
    let record = try #require(records.first)
    let text = String(decoding: try LocalFile.read("\(site.folder)/host-state/\(record)"), as: UTF8.self)
    #expect(text.contains("step-started"))
    #expect(text.contains("step-finished"))
    #expect(try await !site.plan(runbook).hasChanges)
  }

  @Test func aHostThatAnotherRunHoldsGetsNoFileOfMegabytes() async throws {
    let site = try Site()
    let state = "\(site.folder)/host-state"
    try LocalFile.makeFolder(state)
    let other = "runbook;20250101-000000-aaaaaa;other-machine;boot;pid;1;1;elsewhere;1700000000"
    #expect(symlink(other, "\(state)/lock") == 0)
    let summary = try await site.apply(
      """
      name: Large
      hosts: all
      steps:
        - note: { path: "{{ root }}/large", text: "{{ 'abcdefgh' * 200000 }}" }
      """)
    #expect(summary.result == .locked)
    #expect(try site.state() == [:])
  }
}
