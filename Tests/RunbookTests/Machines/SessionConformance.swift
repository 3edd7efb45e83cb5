import Glibc
import Synchronization
import Testing

@testable import Runbook

/// What every session must hold to, whatever lies between: each check opens sessions of the machine it is
/// given.
struct SessionConformance {
  let machine: any Machine

  static let deadline = Duration.seconds(240)

  private func outcomes(_ scripts: [Script]) async throws -> [ScriptOutcome] {
    let session = try await machine.open(as: .login)
    let outcomes = try await session.run(scripts, onOutput: nil)
    await session.close()
    return outcomes
  }

  private func finished(_ status: Int, _ output: String = "", _ errors: String = "") -> ScriptOutcome {
    .finished(status: status, output: Array(output.utf8), errors: Array(errors.utf8))
  }

  private func text(_ outcome: ScriptOutcome) -> String {
    guard case .finished(_, let output, _) = outcome else { return "\(outcome)" }
    return String(decoding: output, as: UTF8.self)
  }

  func keepsStreamsAndStatusesApart() async throws {
    let got = try await outcomes([
      Script("echo out; echo err >&2; exit 7"), Script("printf 'no newline'"),
      Script("printf '%s' \"$LC_ALL\" >&2"),
      Script(""),
    ])
    #expect(
      got == [finished(7, "out\n", "err\n"), finished(0, "no newline"), finished(0, "", "C"), finished(0)])
  }

  func makesOneRoundTripForACall() async throws {
    let session = try await machine.open(as: .login)
    #expect(await session.roundTrips == 0)
    _ = try await session.run((0..<50).map { Script("echo \($0)") }, onOutput: nil)
    #expect(await session.roundTrips == 1)
    await session.close()
  }

  func leavesOutWhatNeedsSuccess() async throws {
    let got = try await outcomes([
      Script("true"), Script("echo a", needsSuccess: true), Script("exit 3"),
      Script("echo b", needsSuccess: true),
      Script("echo c"), Script("echo d", needsSuccess: true),
    ])
    #expect(got == [finished(0), finished(0, "a\n"), finished(3), .skipped, finished(0, "c\n"), .skipped])
  }

  func survivesWhatScriptsDo() async throws {
    let got = try await outcomes([
      Script("if then ((( '"), Script("echo still here"), Script("cat; read -r line || echo no input"),
      Script("set -e; false; echo never"), Script("kill -9 $(exec sh -c 'echo $PPID')"),
      Script("echo $#: \"$*\""),
      Script("trap 'echo bye' EXIT; exit 4"), Script("exec >/dev/null; echo lost"), Script("echo end"),
    ])
    guard case .finished(let status, _, let errors) = got[0] else { throw Unexpected(got) }
    #expect(status != 0 && !errors.isEmpty)
    #expect(got[1] == finished(0, "still here\n"))
    #expect(got[2] == finished(0, "no input\n"))
    #expect(got[3] == finished(1))
    #expect(got[5] == finished(0, "0: \n"))
    #expect(got[6] == finished(4, "bye\n"))
    #expect(got[7] == finished(0))
    #expect(got[8] == finished(0, "end\n"))
  }

  func carriesEveryByte() async throws {
    let text = (1...255).map { $0 == 10 ? "\n" : String(UnicodeScalar(UInt32($0)) ?? " ") }.joined()
    let got = try await outcomes([
      Script("printf '%s' " + shellWord(text)), Script(#"printf 'a\000b\377\036c'"#),
      Script("printf '%s' " + shellWord("it's \\ \"$HOME\" `id` é\n\n")),
    ])
    #expect(got[0] == finished(0, text))
    #expect(got[1] == .finished(status: 0, output: [97, 0, 98, 255, 30, 99], errors: []))
    #expect(got[2] == finished(0, "it's \\ \"$HOME\" `id` é\n\n"))
  }

  func carriesMegabytes() async throws {
    let big = String(repeating: "0123456789abcdef", count: 20_000)
    let got = try await outcomes([
      Script("yes 0123456 | head -c 5000000; yes 7654321 | head -c 3000000 >&2"),
      Script("printf '%s' " + shellWord(big)),
    ])
    guard case .finished(0, let output, let errors) = got[0] else { throw Unexpected(got[0]) }
    #expect(output.count == 5_000_000 && errors.count == 3_000_000)
    #expect(output.prefix(16).elementsEqual("0123456\n0123456\n".utf8))
    #expect(got[1] == finished(0, big))
  }

  func streamsWhileAScriptRuns() async throws {
    let session = try await machine.open(as: .login)
    let folder = try TemporaryFolder()
    let flag = folder.path + "/seen"
    // The script ends only once its first line has been seen here.
    let script = Script(
      "echo first; until [ -e \(shellWord(flag)) ]; do sleep 0.05; done; echo second",
      timeout: SessionConformance.deadline)
    let chunks = Mutex<[OutputChunk]>([])
    let got = try await session.run([Script("echo zero"), script]) { chunk in
      chunks.withLock { $0.append(chunk) }
      if chunk.index == 1 { close(open(flag, O_CREAT | O_WRONLY, 0o600)) }
    }
    #expect(got[1] == finished(0, "first\nsecond\n"))
    let seen = chunks.withLock { $0 }
    #expect(seen.filter { $0.index == 1 }.flatMap { $0.bytes }.elementsEqual("first\nsecond\n".utf8))
    await session.close()
  }

  func isNotHeldByBackgroundChildren() async throws {
    let folder = try TemporaryFolder()
    let session = try await machine.open(as: .login)
    let started = ContinuousClock.now
    let first = try await session.run(
      [Script("sleep 900 & echo $! >\(folder.path)/pid; echo started")], onOutput: nil)
    let second = try await session.run(
      [Script("kill -0 $(cat \(folder.path)/pid) && echo alive")], onOutput: nil)
    #expect(first == [finished(0, "started\n")])
    #expect(second == [finished(0, "alive\n")])
    await session.close()
    let other = try await machine.open(as: .login)
    let third = try await other.run(
      [Script("kill $(cat \(folder.path)/pid) && echo lived on")], onOutput: nil)
    #expect(third == [finished(0, "lived on\n")])
    await other.close()
    #expect(ContinuousClock.now - started < .seconds(600))
  }

  func endsAtDeadlinesWithEverythingBelow() async throws {
    let folder = try TemporaryFolder()
    let session = try await machine.open(as: .login)
    let older = try await session.run([Script("sleep 900 & echo $! >\(folder.path)/older")], onOutput: nil)
    let slow =
      "echo begun; (sleep 901; echo no) & "
      + "sh -c 'trap \"\" TERM; echo $$ >\(folder.path)/deaf; sleep 902; sleep 903'"
    let got = try await session.run(
      [
        Script("echo before"), Script(slow, timeout: .seconds(1)), Script("echo no", needsSuccess: true),
        Script("echo after"),
      ],
      onOutput: nil)
    #expect(
      got == [
        finished(0, "before\n"), .timedOut(output: Array("begun\n".utf8), errors: []), .skipped,
        finished(0, "after\n"),
      ])
    let left = try await session.run(
      [
        // What has ended may stay in the table until its new parent looks.
        Script(
          "p=$(cat \(folder.path)/deaf); ! kill -0 $p || grep '^State:.Z' /proc/$p/status || echo deaf lives"),
        Script("kill $(cat \(folder.path)/older) && echo older lives"),
      ], onOutput: nil)
    #expect(older == [finished(0)])
    #expect(!text(left[0]).contains("deaf lives"))
    #expect(left[1] == finished(0, "older lives\n"))
    await session.close()
  }

  func endsWhenCancelled() async throws {
    let folder = try TemporaryFolder()
    let session = try await machine.open(as: .login)
    let task = Task {
      try await session.run(
        [Script("echo $$ >\(folder.path)/run; echo on; exec sleep 904", timeout: SessionConformance.deadline)]
      ) { _ in }
    }
    try await wait { access(folder.path + "/run", F_OK) == 0 }
    task.cancel()
    let result = await task.result
    guard case .failure(let error) = result, case MachineFault.interrupted = error else {
      throw Unexpected(result)
    }
    let got = try await session.run([Script("echo usable")], onOutput: nil)
    #expect(got == [finished(0, "usable\n")])
    await session.close()
  }

  func closingEndsWhatRuns() async throws {
    let folder = try TemporaryFolder()
    let session = try await machine.open(as: .login)
    let script = Script(
      "sleep 908 & echo $! >\(folder.path)/pid; echo >\(folder.path)/run; wait",
      timeout: SessionConformance.deadline)
    async let running = session.run([script], onOutput: nil)
    try await wait { access(folder.path + "/run", F_OK) == 0 }
    await session.close()
    await machine.close()
    do {
      let got = try await running
      throw Unexpected(got)
    } catch MachineFault.wentAway {}
    let pid = try #require(pid_t(String(decoding: try bytes(folder.path + "/pid"), as: UTF8.self).dropLast()))
    try await wait { isGone(pid) }
  }

  func diesWithTheConnection(cut: () throws -> Void, _ folder: TemporaryFolder) async throws {
    let session = try await machine.open(as: .login)
    let script = Script(
      "sleep 905 & echo $! >\(folder.path)/pid; echo >\(folder.path)/run; wait",
      timeout: SessionConformance.deadline)
    async let running = session.run([script], onOutput: nil)
    try await wait { access(folder.path + "/run", F_OK) == 0 }
    try cut()
    do {
      let got = try await running
      throw Unexpected(got)
    } catch MachineFault.wentAway(let diagnostic) {
      #expect(diagnostic.code == .wentAway)
    }
    let pid = try #require(pid_t(String(decoding: try bytes(folder.path + "/pid"), as: UTF8.self).dropLast()))
    try await wait { isGone(pid) }
  }

  func movesFiles() async throws {
    let folder = try TemporaryFolder()
    var content = [UInt8](repeating: 0, count: 3_000_001)
    for index in content.indices { content[index] = UInt8(truncatingIfNeeded: index &* 31 ^ (index >> 8)) }
    content[content.count - 1] = 0x1e
    for (name, wanted) in [("a b'\n-é", content), ("empty", [])] {
      let (source, target, back) = (folder.path + "/from", folder.path + "/" + name, folder.path + "/back")
      try write(wanted, to: source)
      let session = try await machine.open(as: .login)
      try await session.upload(source, to: target)
      var status = stat()
      #expect(stat(target, &status) == 0 && status.st_mode & 0o7777 == 0o600)
      #expect(try bytes(target) == wanted)
      try await session.download(target, to: back)
      #expect(try bytes(back) == wanted)
      #expect(stat(back, &status) == 0 && status.st_mode & 0o7777 == 0o600)
      #expect(await session.roundTrips == 2 * Transfer.roundTrips)
      await session.close()
    }
  }

  func saysWhyAFileDidNotMove() async throws {
    let folder = try TemporaryFolder()
    let session = try await machine.open(as: .login)
    try write([1], to: folder.path + "/from")
    for (from, to) in [("/from", "/no/such/folder/file"), ("/nothing", "/to"), ("", "/to")] {
      let fault = await #expect(throws: MachineFault.self) {
        try await session.upload(folder.path + from, to: folder.path + to)
      }
      guard case .failed(let diagnostic)? = fault else { throw Unexpected(fault as Any) }
      #expect(diagnostic.message.contains(to == "/to" ? folder.path + from : folder.path + to))
    }
    let fault = await #expect(throws: MachineFault.self) {
      try await session.download(folder.path + "/nothing", to: folder.path + "/to")
    }
    guard case .failed? = fault else { throw Unexpected(fault as Any) }
    #expect(access(folder.path + "/to", F_OK) != 0)
    await session.close()
  }
}
