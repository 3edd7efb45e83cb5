import Glibc
import Testing

@testable import Runbook

/// Logging in and becoming somebody, with users that the tests make and remove: they need root and say so.
@Suite(.serialized) struct AccountTests {
  /// A user of this machine for one test.
  final class TestUser: Sendable {
    let name: String

    init(shell: String = "/bin/sh", password: String? = nil) async throws {
      guard getuid() == 0 else { throw Unexpected("these tests make users: run them as root") }
      name = "rbtest" + Digest.hex(Digest.random(4))
      try await run(["useradd", "-m", "-s", shell, name])
      // sshd takes a user without any password for a locked one.
      try await run(["chpasswd"], input: "\(name):\(password ?? Digest.hex(Digest.random(8)))\n")
    }

    deinit {
      if let removal = try? ChildProcess(["userdel", "-rf", name]) { _ = removal.wait() }
      unlink("/etc/sudoers.d/\(name)")
    }

    func allowSudo(_ rule: String) throws {
      try write(Array("\(name) \(rule)\n".utf8), to: "/etc/sudoers.d/\(name)", mode: 0o440)
    }
  }

  private func whoami(_ machine: any Machine, _ account: SessionAccount) async throws -> String {
    let session = try await machine.open(as: account)
    let got = try await session.run(
      [Script("id -un; echo $HOME; pwd; printf '%s\\n' \"$LC_ALL\"")], onOutput: nil)
    await session.close()
    guard case .finished(0, let output, _) = got[0] else { throw Unexpected(got) }
    return String(decoding: output, as: UTF8.self)
  }

  private func refusal(_ machine: any Machine, _ account: SessionAccount) async throws -> Diagnostic {
    let fault = await #expect(throws: MachineFault.self) { try await machine.open(as: account) }
    guard case .unreachable(let diagnostic)? = fault else { throw Unexpected(fault as Any) }
    return diagnostic
  }

  static let passwords = [#"a"b"#, "a;id", "a'b", "$(id)", "pä ß", " leading", "plain"]
  static let shells = (["/bin/bash", "/usr/bin/fish", "/usr/bin/tcsh", "/bin/dash"] as [String])
    .filter { access($0, X_OK) == 0 }

  @Test(arguments: shells) func everyLoginShellWillDo(_ shell: String) async throws {
    let user = try await TestUser(shell: shell)
    let server = try await LoopbackServer(["Banner /etc/hostname"])
    for file in [".bashrc", ".cshrc", ".profile", ".config/fish/config.fish"] {
      let path = "/home/\(user.name)/" + file
      try await run(["install", "-D", "-m", "644", "/dev/stdin", path], input: "echo noise from \(file)\n")
    }
    let machine = SSHMachine(settings: server.settings(user: user.name))
    let home = "/home/\(user.name)"
    #expect(try await whoami(machine, .login) == "\(user.name)\n\(home)\n\(home)\nC\n")
    await machine.close()
  }

  @Test func aLoginWithoutAShellIsNamed() async throws {
    let user = try await TestUser(shell: "/usr/sbin/nologin")
    let server = try await LoopbackServer()
    let machine = SSHMachine(settings: server.settings(user: user.name))
    let diagnostic = try await refusal(machine, .login)
    #expect(diagnostic.code == .refused)
    #expect(diagnostic.message == "the login shell on 'box' does not run commands (status 1)")
    await machine.close()
  }

  @Test(arguments: passwords) func passwordsOfAnyLettersLogIn(_ password: String) async throws {
    let user = try await TestUser(password: password)
    let server = try await LoopbackServer()
    var settings = server.settings(user: user.name)
    settings.privateKeyFile = nil
    settings.password = Text(secret: password, label: "password")
    settings.become.password = settings.password
    let machine = SSHMachine(settings: settings)
    #expect(try await whoami(machine, .login).hasPrefix(user.name + "\n"))
    try user.allowSudo("ALL=(ALL) ALL")
    #expect(try await whoami(machine, .become(user: "root", method: .sudo)) == "root\n/root\n/root\nC\n")
    await machine.close()
    settings.password = Text(secret: "wrong", label: "password")
    let other = SSHMachine(settings: settings)
    let diagnostic = try await refusal(other, .login)
    #expect(diagnostic.code == .refused)
    #expect(
      diagnostic.message == "'box' refused user '\(user.name)': neither a key nor the password was accepted")
    await other.close()
  }

  @Test func sudoSaysWhyItRefuses() async throws {
    let user = try await TestUser(password: "right")
    let server = try await LoopbackServer()
    var settings = server.settings(user: user.name)
    let account = SessionAccount.become(user: "root", method: .sudo)
    func refused() async throws -> Diagnostic {
      let machine = SSHMachine(settings: settings)
      let diagnostic = try await refusal(machine, account)
      #expect(diagnostic.code == .refused)
      await machine.close()
      return diagnostic
    }
    #expect(try await refused().message == "sudo on 'box' asks for a password and none is given")
    settings.become.password = Text(secret: "right", label: "p")
    #expect(try await refused().message == "sudo on 'box' does not let the login user become 'root'")
    try user.allowSudo("ALL=(ALL) ALL")
    settings.become.password = Text(secret: "wrong", label: "p")
    #expect(try await refused().message == "sudo on 'box' does not accept the password")
    try user.allowSudo("ALL=(ALL) NOPASSWD: ALL")
    let machine = SSHMachine(settings: settings)
    #expect(try await whoami(machine, account) == "root\n/root\n/root\nC\n")
    // The session of the login goes on beside it.
    #expect(try await whoami(machine, .login).hasPrefix(user.name + "\n"))
    await machine.close()
  }

  @Test func suTakesThePasswordOfTheUserItBecomes() async throws {
    let (user, other) = (try await TestUser(password: "mine"), try await TestUser(password: "a'b $x"))
    let server = try await LoopbackServer()
    var settings = server.settings(user: user.name)
    settings.become.password = Text(secret: "a'b $x", label: "p")
    let account = SessionAccount.become(user: other.name, method: .su)
    let machine = SSHMachine(settings: settings)
    #expect(try await whoami(machine, account).hasPrefix(other.name + "\n/home/\(other.name)\n"))
    await machine.close()
    settings.become.password = Text(secret: "wrong", label: "p")
    let refusing = SSHMachine(settings: settings)
    #expect(try await refusal(refusing, account).message == "su on 'box' does not accept the password")
    await refusing.close()
  }

  @Test func whoIsThatUserAlreadyNeedsNoTool() async throws {
    let machine = LocalMachine()
    #expect(try await whoami(machine, .become(user: "root", method: .doas)).hasPrefix("root\n"))
    let user = try await TestUser()
    #expect(try await whoami(machine, .become(user: user.name, method: .sudo)).hasPrefix(user.name + "\n"))
  }

  @Test func aMissingToolIsNamed() async throws {
    let user = try await TestUser()
    let server = try await LoopbackServer()
    let machine = SSHMachine(settings: server.settings(user: user.name))
    let account = SessionAccount.become(user: "root", method: .doas)
    guard access("/usr/bin/doas", X_OK) != 0 else {
      #expect(try await refusal(machine, account).message.hasPrefix("doas on 'box' does not make"))
      return
    }
    #expect(try await refusal(machine, account).message == "'doas' is not installed on 'box'")
  }

  @Test func uploadsBelongToTheAccountOfTheirSession() async throws {
    let user = try await TestUser()
    let folder = try TemporaryFolder()
    try write([7], to: folder.path + "/from")
    let session = try await LocalMachine().open(as: .become(user: user.name, method: .sudo))
    try await session.upload(folder.path + "/from", to: "/home/\(user.name)/to")
    await session.close()
    var status = stat()
    #expect(stat("/home/\(user.name)/to", &status) == 0)
    #expect(status.st_uid != 0 && status.st_mode & 0o7777 == 0o600)
  }

  @Test func thePasswordIsNowhereToBeSeen() async throws {
    let password = "secret" + Digest.hex(Digest.random(8))
    let user = try await TestUser(password: password)
    try user.allowSudo("ALL=(ALL) ALL")
    let server = try await LoopbackServer()
    var settings = server.settings(user: user.name)
    settings.privateKeyFile = nil
    settings.password = Text(secret: password, label: "p")
    settings.become.password = settings.password
    let machine = SSHMachine(settings: settings)
    let session = try await machine.open(as: .become(user: "root", method: .sudo))
    let got = try await session.run(
      [
        Script(
          "cat /proc/[0-9]*/cmdline /proc/[0-9]*/environ 2>/dev/null "
            + "| tr '\\000' '\\n' | grep -c \"secret[0-9a-f]\\{16\\}\""
        )
      ],
      onOutput: nil)
    #expect(got == [.finished(status: 1, output: Array("0\n".utf8), errors: [])])
    await machine.close()
  }
}

/// Runs a command of this machine that must succeed.
func run(_ argv: [String], input: String = "") async throws {
  let ended = try await runLocally(argv, input: Array(input.utf8))
  guard ended.status == 0 else { throw Unexpected((argv, String(decoding: ended.errors, as: UTF8.self))) }
}
