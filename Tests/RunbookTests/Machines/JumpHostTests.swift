import Testing

@testable import Runbook

/// Hosts behind a jump host, by the user's own ssh configuration.
@Suite struct JumpHostTests {
  /// A configuration that knows both servers by names of its own.
  private func settings(_ jump: LoopbackServer, _ target: LoopbackServer, jumpPort: Int) throws
    -> ConnectionSettings
  {
    let path = target.folder.path + "/ssh_config"
    let known = [jump, target].map { $0.folder.path + "/known" }.joined(separator: " ")
    let text = """
      Host bastion
        HostName 127.0.0.1
        Port \(jumpPort)
        IdentityFile \(jump.folder.path)/user
      Host inner
        HostName 127.0.0.1
        Port \(target.port)
        ProxyJump bastion
        IdentityFile \(target.folder.path)/user
      Host *
        User root
        IdentitiesOnly yes
        UserKnownHostsFile \(known)

      """
    try write(Array(text.utf8), to: path)
    var settings = ConnectionSettings(host: "box", address: "inner")
    settings.sshOptions = ["-F", path]
    settings.connectTimeout = .seconds(60)
    return settings
  }

  @Test func aHostBehindAnotherIsReachedByTheUsersConfiguration() async throws {
    let (jump, target) = (try await LoopbackServer(), try await LoopbackServer())
    let machine = SSHMachine(settings: try settings(jump, target, jumpPort: jump.port))
    let check = SessionConformance(machine: machine)
    try await check.keepsStreamsAndStatusesApart()
    try await check.movesFiles()
    await machine.close()
  }

  @Test func aJumpHostThatCannotBeReachedIsNotTakenForTheHost() async throws {
    let (jump, target) = (try await LoopbackServer(), try await LoopbackServer())
    let machine = SSHMachine(settings: try settings(jump, target, jumpPort: freePort()))
    let fault = await #expect(throws: MachineFault.self) { try await machine.open(as: .login) }
    guard case .unreachable(let diagnostic)? = fault else { throw Unexpected(fault as Any) }
    #expect(diagnostic.message == "'box' cannot be reached through its jump host")
    #expect(diagnostic.notes.contains { $0.contains("Connection refused") })
    await machine.close()
  }

  @Test func aJumpHostThatRefusesTheLoginIsNotTakenForTheHost() async throws {
    let (jump, target) = (try await LoopbackServer(["AllowUsers nobody"]), try await LoopbackServer())
    let machine = SSHMachine(settings: try settings(jump, target, jumpPort: jump.port))
    let fault = await #expect(throws: MachineFault.self) { try await machine.open(as: .login) }
    guard case .unreachable(let diagnostic)? = fault else { throw Unexpected(fault as Any) }
    #expect(diagnostic.message == "the jump host of 'box' refused the login")
    await machine.close()
  }
}
