import Testing

@testable import Runbook

@Suite struct SavedPlanTests {
  private func save(_ site: Site, _ secrets: ValueMap = [:]) async throws -> SavedPlan {
    let engine = Engine(try site.input(ApplyTests.three, secrets: secrets))
    let scanned = try await engine.scan()
    await scanned.close()
    let path = "\(site.folder)/saved.plan"
    try engine.savedPlan(of: scanned).write(to: path)
    return try SavedPlan.read(path)
  }

  @Test func aSavedPlanThatStillHoldsIsApplied() async throws {
    let site = try Site()
    let saved = try await save(site)
    let engine = Engine(try site.input(ApplyTests.three))
    let summary = try await engine.apply(try await engine.scan(), as: saved)
    #expect(summary.result == .done)
    #expect(try site.state() == ["a": "one", "b": "two", "c": "three"])
  }

  @Test func aSavedPlanIsRefusedWhereSomethingMoved() async throws {
    let site = try Site()
    let saved = try await save(site)
    try site.write("b", "moved")
    let engine = Engine(try site.input(ApplyTests.three))
    let scanned = try await engine.scan()
    let refusal = await #expect(throws: Diagnostic.self) { try await engine.apply(scanned, as: saved) }
    #expect(refusal?.code == .stalePlan)
    #expect(refusal?.notes == ["b@alpha (note \(site.folder)/alpha/b) was 'create' and is now 'modify'"])
    #expect(try site.state() == ["b": "moved"])
  }
}
