import Glibc
import Runbook
import Synchronization

/// A host that is a folder of this machine: its scripts run in a local `sh`, and every call is counted.
final class FakeHost: Machine {
  let name: String
  let folder: String
  private let inner: LocalMachine
  private let log = Mutex<[[Script]]>([])
  /// Fails the first opening calls where it is not 0.
  private let refusals: Mutex<Int>

  init(_ name: String, folder: String, refusals: Int = 0) {
    self.name = name
    self.folder = folder
    self.refusals = Mutex(refusals)
    inner = LocalMachine(name: name)
  }

  /// One entry for each round trip.
  var calls: [[Script]] { log.withLock { $0 } }

  func open(as account: SessionAccount) async throws(MachineFault) -> any ShellSession {
    let isRefused = refusals.withLock { count in
      defer { count = max(0, count - 1) }
      return count > 0
    }
    if isRefused { throw .unreachable(Diagnostic(.unreachable, "'\(name)' cannot be reached")) }
    return Session(inner: try await inner.open(as: .login), host: self)
  }

  func close() async { await inner.close() }

  private func note(_ scripts: [Script]) { log.withLock { $0.append(scripts) } }

  private struct Session: ShellSession {
    let inner: any ShellSession
    let host: FakeHost

    func run(
      _ scripts: [Script], onOutput: (@Sendable (OutputChunk) -> Void)?
    ) async throws(MachineFault) -> [ScriptOutcome] {
      host.note(scripts)
      return try await inner.run(scripts, onOutput: onOutput)
    }

    func upload(_ localPath: String, to path: String) async throws(MachineFault) {
      try await inner.upload(localPath, to: path)
    }

    func download(_ path: String, to localPath: String) async throws(MachineFault) {
      try await inner.download(path, to: localPath)
    }

    var roundTrips: Int { get async { await inner.roundTrips } }
    func close() async { await inner.close() }
  }
}
