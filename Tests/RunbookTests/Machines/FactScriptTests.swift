import Glibc
import Testing

@testable import Runbook

@Suite struct FactScriptTests {
  static let shells = LocalMachineTests.shells

  private func ask(
    _ queries: [FactQuery], _ shell: [String] = ["/bin/sh"], before: String = ""
  ) async throws -> FactAnswers {
    let session = try await LocalMachine(shell: shell).open(as: .login)
    let script = Script(before + FactScript.text(for: queries), timeout: .seconds(240))
    let outcomes = try await session.run([script], onOutput: nil)
    await session.close()
    guard case .finished(0, let output, _) = outcomes[0] else { throw Unexpected(outcomes[0]) }
    return try FactScript.parse(output, for: queries)
  }

  @Test(arguments: shells) func pathsAreReadWhateverTheirNames(_ shell: [String]) async throws {
    let folder = try TemporaryFolder()
    let names = ["plain", "a b", "it's", "-rf", "new\nline", "back\\slash", "é", "%n $x `id`"]
    for (index, name) in names.enumerated() {
      try write(Array("content \(index)\n\0".utf8), to: folder.path + "/" + name, mode: 0o640)
    }
    #expect(symlink("-rf\n", folder.path + "/link") == 0)
    #expect(symlink("nowhere", folder.path + "/dangling") == 0)
    let paths = names.map { folder.path + "/" + $0 }
    let queries =
      (paths + [folder.path + "/absent", folder.path + "/no/where"]).flatMap {
        [FactQuery.status($0), .digest($0), .content($0)]
      } + [
        .status(folder.path), .status(folder.path + "/link"), .status(folder.path + "/dangling"),
        .digest(folder.path + "/dangling"), .content(folder.path), .status("/dev/null"), .digest("/dev/zero"),
      ]
    let answers = try await ask(queries, shell)
    for (index, path) in paths.enumerated() {
      let content = Array("content \(index)\n\0".utf8)
      guard case .status(let status?)? = answers[.status(path)] else {
        throw Unexpected(answers[.status(path)] as Any)
      }
      #expect(
        status.kind == .file && status.mode == 0o640 && status.size == content.count && status.owner == "root"
      )
      #expect(status.modified > 1_700_000_000 && status.target == nil)
      #expect(answers[.digest(path)] == .digest(Digest.hex(Digest.sha256(content))))
      #expect(answers[.content(path)] == .content(content))
    }
    for absent in ["/absent", "/no/where"] {
      #expect(answers[.status(folder.path + absent)] == .status(nil))
      #expect(answers[.digest(folder.path + absent)] == .digest(nil))
      #expect(answers[.content(folder.path + absent)] == .content(nil))
    }
    guard case .status(let link?)? = answers[.status(folder.path + "/link")] else {
      throw Unexpected(answers)
    }
    #expect(link.kind == .link && link.target == "-rf\n")
    guard case .status(let dangling?)? = answers[.status(folder.path + "/dangling")] else {
      throw Unexpected(answers)
    }
    #expect(dangling.kind == .link && dangling.target == "nowhere")
    guard case .status(let this?)? = answers[.status(folder.path)] else { throw Unexpected(answers) }
    #expect(this.kind == .directory && this.mode == 0o755)
    #expect(answers[.digest(folder.path + "/dangling")] == .digest(nil))
    #expect(answers[.content(folder.path)] == .content(nil))
    #expect(answers[.digest("/dev/zero")] == .digest(nil))
    guard case .status(let null?)? = answers[.status("/dev/null")] else { throw Unexpected(answers) }
    #expect(null.kind == .other)
  }

  @Test(arguments: shells) func accountsPackagesAndCommandsAreRead(_ shell: [String]) async throws {
    let queries: [FactQuery] = [
      .user("root"), .user("daemon"), .user("no-such-user"), .group("daemon"), .group("no-such-group"),
      .package("dpkg"), .package("no-such-package"), .command("sh"), .command("no-such-command"),
      .command("/bin/sh"),
    ]
    let answers = try await ask(queries, shell)
    guard case .user(let root?)? = answers[.user("root")] else { throw Unexpected(answers) }
    #expect(root.userID == 0 && root.group == "root" && root.home == "/root" && !root.shell.isEmpty)
    #expect(answers[.user("no-such-user")] == .user(nil))
    #expect(answers[.group("daemon")] == .group(AccountGroup(name: "daemon", groupID: 1)))
    #expect(answers[.group("no-such-group")] == .group(nil))
    guard case .package(let dpkg)? = answers[.package("dpkg")] else { throw Unexpected(answers) }
    #expect(dpkg.version?.first?.isNumber == true && !dpkg.isHeld && !dpkg.isBroken)
    #expect(answers[.package("no-such-package")] == .package(PackageState()))
    #expect(answers[.command("sh")] == .command(true))
    #expect(answers[.command("/bin/sh")] == .command(true))
    #expect(answers[.command("no-such-command")] == .command(false))
  }

  @Test(arguments: shells) func scriptsKeepTheirStreamsAndCannotHurtEachOther(_ shell: [String]) async throws
  {
    let scripts = [
      "echo out; echo err >&2; exit 3", "if then (", "printf '\\036x;end\\n'", "rb_w=lost; cd /; exit 0",
      "printf '%s' \"$PWD\"", "exec >/dev/null; echo lost",
    ]
    let answers = try await ask(scripts.map { .script($0) } + [.command("sh")], shell, before: "cd /usr\n")
    #expect(answers[.script(scripts[0])] == .script(ScriptOutput(status: 3, output: "out\n", errors: "err")))
    guard case .script(let broken)? = answers[.script(scripts[1])] else { throw Unexpected(answers) }
    #expect(broken.status != 0 && broken.output.isEmpty && !broken.errors.isEmpty)
    #expect(answers[.script(scripts[4])] == .script(ScriptOutput(output: "/usr")))
    #expect(answers[.script(scripts[5])] == .script(ScriptOutput()))
    #expect(answers[.command("sh")] == .command(true))
  }

  @Test func whatMayNotBeSeenIsNotAbsent() async throws {
    let folder = try TemporaryFolder()
    #expect(mkdir(folder.path + "/closed", 0o700) == 0)
    try write([1], to: folder.path + "/closed/file")
    try write([1], to: folder.path + "/secret", mode: 0o600)
    let queries: [FactQuery] = [
      .status(folder.path + "/closed/file"), .status(folder.path + "/closed/x/y"),
      .status(folder.path + "/absent"),
      .digest(folder.path + "/closed/file"), .digest(folder.path + "/secret"),
      .content(folder.path + "/secret"),
      .content(folder.path + "/closed/file"), .status(folder.path + "/secret"),
    ]
    let session = try await LocalMachine().open(as: .become(user: "nobody", method: .su))
    let outcomes = try await session.run([Script(FactScript.text(for: queries))], onOutput: nil)
    await session.close()
    guard case .finished(0, let output, _) = outcomes[0] else { throw Unexpected(outcomes[0]) }
    let answers = try FactScript.parse(output, for: queries)
    for query in queries
    where query != .status(folder.path + "/absent") && query != .status(folder.path + "/secret") {
      guard case .unreadable? = answers[query] else { throw Unexpected((query, answers[query] as Any)) }
    }
    #expect(answers[.status(folder.path + "/absent")] == .status(nil))
    guard case .status(.some)? = answers[.status(folder.path + "/secret")] else { throw Unexpected(answers) }
  }

  @Test func missingToolsAreSaid() async throws {
    let queries: [FactQuery] = [
      .package("x"), .unit("x"), .status("/etc"), .status("/absent"), .command("x"),
    ]
    let answers = try await ask(queries, before: "PATH=/nothing\n")
    #expect(answers[.package("x")] == .unreadable("no dpkg on this host"))
    #expect(answers[.unit("x")] == .unreadable("no systemctl on this host"))
    #expect(answers[.status("/etc")] == .unreadable("no stat on this host"))
    #expect(answers[.status("/absent")] == .status(nil))
  }

  @Test func unitsAreReadInTheirOrder() async throws {
    let tool = """
      systemctl() { printf 'LoadState=loaded\\nActiveState=active\\nSubState=running\\nUnitFileState=enabled\\n'
      printf 'NeedDaemonReload=yes\\n\\nLoadState=not-found\\nActiveState=inactive\\nSubState=dead\\n'
      printf 'UnitFileState=\\nNeedDaemonReload=no\\n'; }

      """
    let answers = try await ask([.unit("ssh"), .unit("none")], before: tool)
    #expect(
      answers[.unit("ssh")]
        == .unit(
          UnitState(load: "loaded", active: "active", sub: "running", file: "enabled", needsReload: true)))
    #expect(answers[.unit("none")] == .unit(UnitState(load: "not-found", active: "inactive", sub: "dead")))
  }

  @Test func dpkgsLettersAreUnderstood() async throws {
    let tool = """
      dpkg-query() { printf 'a\\tamd64\\thi \\t1\\nb\\tamd64\\trc \\t2\\nc\\tamd64\\tiF \\t3\\n'
      printf 'd\\tamd64\\tiU \\t4\\nd\\ti386\\tii \\t5\\ne\\tamd64\\tit \\t6\\nf\\tall\\tiiR\\t7\\n'; }

      """
    let shell = ["bash"]
    let names = ["a", "b", "c", "d", "d:amd64", "e", "f", "g"]
    let answers = try await ask(names.map { .package($0) }, shell, before: tool)
    let wanted: [PackageState] = [
      PackageState(version: "1", isHeld: true), PackageState(hasLeftovers: true),
      PackageState(isBroken: true),
      PackageState(version: "5"), PackageState(isBroken: true), PackageState(version: "6"),
      PackageState(version: "7", isBroken: true), PackageState(),
    ]
    #expect(names.map { answers[.package($0)] } == wanted.map { .package($0) })
  }

  @Test func outputThatEndsInTheMiddleIsNoAnswer() async throws {
    let session = try await LocalMachine().open(as: .login)
    let queries: [FactQuery] = [.status("/etc"), .command("sh"), .script("echo x")]
    let outcomes = try await session.run([Script(FactScript.text(for: queries))], onOutput: nil)
    await session.close()
    guard case .finished(0, let output, _) = outcomes[0] else { throw Unexpected(outcomes[0]) }
    for length in 0..<(output.count - 1) {
      #expect(throws: Diagnostic.self) { try FactScript.parse(Array(output[..<length]), for: queries) }
    }
  }
}
