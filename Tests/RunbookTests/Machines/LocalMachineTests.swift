import Glibc
import Testing

@testable import Runbook

/// The session protocol with every `sh` that a host is likely to have, without a network between.
@Suite struct LocalMachineTests {
  static let shells = [["dash"], ["bash", "--posix"], ["busybox", "sh"]]

  private func conformance(_ shell: [String]) -> SessionConformance {
    SessionConformance(machine: LocalMachine(shell: shell))
  }

  @Test(arguments: shells) func streamsAndStatusesAreKeptApart(_ shell: [String]) async throws {
    try await conformance(shell).keepsStreamsAndStatusesApart()
  }

  @Test(arguments: shells) func aCallIsOneRoundTrip(_ shell: [String]) async throws {
    try await conformance(shell).makesOneRoundTripForACall()
  }

  @Test(arguments: shells) func whatNeedsSuccessIsLeftOutAfterAFailure(_ shell: [String]) async throws {
    try await conformance(shell).leavesOutWhatNeedsSuccess()
  }

  @Test(arguments: shells) func aScriptCannotBreakTheSession(_ shell: [String]) async throws {
    try await conformance(shell).survivesWhatScriptsDo()
  }

  @Test(arguments: shells) func everyByteComesThrough(_ shell: [String]) async throws {
    try await conformance(shell).carriesEveryByte()
  }

  @Test(arguments: shells) func megabytesComeThrough(_ shell: [String]) async throws {
    try await conformance(shell).carriesMegabytes()
  }

  @Test(arguments: shells) func outputStreamsWhileAScriptRuns(_ shell: [String]) async throws {
    try await conformance(shell).streamsWhileAScriptRuns()
  }

  @Test(arguments: shells) func backgroundChildrenHoldNothingUp(_ shell: [String]) async throws {
    try await conformance(shell).isNotHeldByBackgroundChildren()
  }

  @Test(arguments: shells) func aDeadlineEndsAScriptAndAllBelowIt(_ shell: [String]) async throws {
    try await conformance(shell).endsAtDeadlinesWithEverythingBelow()
  }

  @Test(arguments: shells) func cancellingEndsTheScriptAndNotTheSession(_ shell: [String]) async throws {
    try await conformance(shell).endsWhenCancelled()
  }

  @Test(arguments: shells) func closingEndsWhatRuns(_ shell: [String]) async throws {
    try await conformance(shell).closingEndsWhatRuns()
  }

  @Test(arguments: shells) func filesMoveWhole(_ shell: [String]) async throws {
    try await conformance(shell).movesFiles()
  }

  @Test(arguments: shells) func aFileThatCannotMoveIsNamed(_ shell: [String]) async throws {
    try await conformance(shell).saysWhyAFileDidNotMove()
  }

  @Test func aShellThatIsNotThereIsNamed() async throws {
    let fault = await #expect(throws: MachineFault.self) {
      try await LocalMachine(shell: ["/no/such/sh"]).open(as: .login)
    }
    guard case .unreachable(let diagnostic)? = fault else { throw Unexpected(fault as Any) }
    #expect(diagnostic.code == .missingCommand)
    #expect(diagnostic.message.contains("'/no/such/sh'"))
  }

  @Test func aShellThatDiesIsNotMistakenForAResult() async throws {
    let session = try await LocalMachine().open(as: .login)
    let fault = await #expect(throws: MachineFault.self) {
      try await session.run([Script("kill -9 $$; sleep 30")], onOutput: nil)
    }
    guard case .wentAway? = fault else { throw Unexpected(fault as Any) }
  }
}
