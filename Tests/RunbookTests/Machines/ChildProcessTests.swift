import Glibc
import Testing

@testable import Runbook

@Suite struct ChildProcessTests {
  @Test func aCommandReadsItsInputAndIsReadWhole() async throws {
    let input = [UInt8](repeating: 97, count: 1_000_000)
    let ended = try await runLocally(["sh", "-c", "cat; echo err >&2; exit 4"], input: input)
    #expect(ended.status == 4 && ended.output == input && ended.errors == Array("err\n".utf8))
  }

  @Test func wordsAndEnvironmentAreHandedOnAsTheyAre() async throws {
    let ended = try await runLocally(
      ["sh", "-c", #"printf '%s|' "$@" "$X" "$PWD""#, "sh", "a b", "it's", "$X", ""],
      environment: ["X": "é\n"],
      directory: "/usr")
    #expect(String(decoding: ended.output, as: UTF8.self) == "a b|it's|$X||é\n|/usr|")
  }

  @Test func aChildInheritsNoDescriptor() async throws {
    let file = open("/etc/passwd", O_RDONLY)
    defer { close(file) }
    let ended = try await runLocally(["sh", "-c", "ls /proc/$$/fd"])
    #expect(file > 2)
    #expect(String(decoding: ended.output, as: UTF8.self) == "0\n1\n2\n")
  }

  @Test func aCommandThatIsNotThereIsNamed() async throws {
    let fault = await #expect(throws: MachineFault.self) { try await runLocally(["no-such-command"]) }
    guard case .failed(let diagnostic)? = fault else { throw Unexpected(fault as Any) }
    #expect(diagnostic.code == .missingCommand)
  }

  @Test func aCommandEndsAtItsDeadlineWithItsChildren() async throws {
    let folder = try TemporaryFolder()
    let fault = await #expect(throws: MachineFault.self) {
      try await runLocally(
        ["sh", "-c", "sleep 906 & echo $! >\(folder.path)/pid; wait"], timeout: .milliseconds(500))
    }
    guard case .failed(let diagnostic)? = fault else { throw Unexpected(fault as Any) }
    #expect(diagnostic.code == .timedOut)
    let pid = try #require(pid_t(String(decoding: try bytes(folder.path + "/pid"), as: UTF8.self).dropLast()))
    try await wait { isGone(pid) }
  }

  @Test func aGrandchildThatHoldsTheStreamsDoesNotHoldTheCommand() async throws {
    let started = ContinuousClock.now
    let ended = try await runLocally(["sh", "-c", "sleep 300 & echo $!"], timeout: .seconds(240))
    #expect(ContinuousClock.now - started < .seconds(200))
    let pid = try #require(pid_t(String(decoding: ended.output, as: UTF8.self).dropLast()))
    kill(pid, SIGKILL)
  }

  @Test func aCommandThatDoesNotReadIsNotAnError() async throws {
    let ended = try await runLocally(["true"], input: [UInt8](repeating: 0, count: 1_000_000))
    #expect(ended.status == 0)
  }

  @Test func deathBySignalIsToldAsShellsTellIt() async throws {
    #expect(try await runLocally(["sh", "-c", "kill -9 $$"]).status == 137)
  }

  @Test func cancellingEndsTheCommand() async throws {
    let folder = try TemporaryFolder()
    let task = Task { try await runLocally(["sh", "-c", "echo $$ >\(folder.path)/pid; exec sleep 907"]) }
    try await wait { access(folder.path + "/pid", F_OK) == 0 }
    task.cancel()
    guard case .failure(let error) = await task.result, case MachineFault.interrupted = error else {
      throw Unexpected("not interrupted")
    }
  }
}
