import Glibc
import Testing

@testable import Runbook

/// The session protocol over ssh, against a server of the test's own.
@Suite(.serialized) struct SSHMachineTests {
  private func conformance(
    _ check: (SessionConformance, LoopbackServer) async throws -> Void
  ) async throws {
    let server = try await LoopbackServer()
    let machine = SSHMachine(settings: server.settings())
    try await check(SessionConformance(machine: machine), server)
    await machine.close()
  }

  private func refusal(_ settings: ConnectionSettings) async throws -> Diagnostic {
    let machine = SSHMachine(settings: settings)
    let fault = await #expect(throws: MachineFault.self) { try await machine.open(as: .login) }
    await machine.close()
    guard case .unreachable(let diagnostic)? = fault else { throw Unexpected(fault as Any) }
    return diagnostic
  }

  @Test func sessionsHoldToTheProtocol() async throws {
    try await conformance { (check, _) in
      try await check.keepsStreamsAndStatusesApart()
      try await check.makesOneRoundTripForACall()
      try await check.leavesOutWhatNeedsSuccess()
      try await check.survivesWhatScriptsDo()
      try await check.carriesEveryByte()
      try await check.carriesMegabytes()
      try await check.streamsWhileAScriptRuns()
    }
  }

  @Test func scriptsEndWhenTheyAreToldTo() async throws {
    try await conformance { (check, _) in
      try await check.isNotHeldByBackgroundChildren()
      try await check.endsAtDeadlinesWithEverythingBelow()
      try await check.endsWhenCancelled()
      try await check.closingEndsWhatRuns()
    }
  }

  @Test func filesMoveByChannelsOfTheSameConnection() async throws {
    try await conformance { (check, _) in
      try await check.movesFiles()
      try await check.saysWhyAFileDidNotMove()
    }
  }

  @Test func scriptsDieWithTheirConnection() async throws {
    try await conformance { (check, server) in
      // Only the server's half of the connection is killed, not what it started.
      try await check.diesWithTheConnection(cut: { try server.cutConnections() }, TemporaryFolder())
      // The next session makes a new connection.
      try await check.keepsStreamsAndStatusesApart()
    }
  }

  @Test func sessionsShareOneConnection() async throws {
    let server = try await LoopbackServer()
    let machine = SSHMachine(settings: server.settings())
    try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<5 {
        group.addTask {
          let session = try await machine.open(as: .login)
          let got = try await session.run([Script("echo $SSH_CONNECTION")], onOutput: nil)
          guard case .finished(0, let output, _) = got[0] else { throw Unexpected(got) }
          await session.close()
          return String(decoding: output, as: UTF8.self)
        }
      }
      var connections: Set<String> = []
      for try await connection in group { connections.insert(connection) }
      #expect(connections.count == 1)
    }
    await machine.close()
  }

  @Test func aChangedHostKeyIsNamedWithItsRemedy() async throws {
    let server = try await LoopbackServer()
    let known = server.folder.path + "/known"
    let other = String(decoding: try bytes(server.folder.path + "/user.pub"), as: UTF8.self)
    try write(Array("[127.0.0.1]:\(server.port) \(other)".utf8), to: known)
    let diagnostic = try await refusal(server.settings())
    #expect(diagnostic.code == .refused)
    #expect(diagnostic.message.contains("the host key of 'box' has changed"))
    #expect(diagnostic.hint?.hasSuffix("ssh-keygen -f \(known) -R '[127.0.0.1]:\(server.port)'") == true)
    try write([], to: known)
    let unknown = try await refusal(server.settings())
    #expect(unknown.code == .refused && unknown.message == "the host key of 'box' is not known")
  }

  @Test func aFirstSightIsBelievedOnlyWhereThatIsAskedFor() async throws {
    let server = try await LoopbackServer()
    try write([], to: server.folder.path + "/known")
    var settings = server.settings()
    settings.hostKeys = .acceptNew
    let machine = SSHMachine(settings: settings)
    await (try machine.open(as: .login)).close()
    await machine.close()
    #expect(try !bytes(server.folder.path + "/known").isEmpty)
  }

  @Test func eachWayOfNotGettingInIsNamed() async throws {
    let server = try await LoopbackServer()
    var settings = server.settings(user: "no-such-user")
    let denied = try await refusal(settings)
    #expect(
      denied.code == .refused && denied.message == "'box' refused user 'no-such-user': no key was accepted")
    settings = server.settings()
    settings.port = try freePort()
    let closed = try await refusal(settings)
    #expect(closed.code == .unreachable && closed.message.hasPrefix("nothing answers ssh on 'box'"))
    settings = server.settings()
    settings.address = "no-such-name.invalid"
    let unknown = try await refusal(settings)
    #expect(unknown.code == .unreachable)
    #expect(unknown.message == "the name 'no-such-name.invalid' of 'box' cannot be resolved")
    settings = server.settings()
    chmod(server.folder.path + "/user", 0o644)
    #expect(try await refusal(settings).message.contains("can be read by others"))
  }
}
