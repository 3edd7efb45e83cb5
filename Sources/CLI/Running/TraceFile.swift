import Glibc
import Runbook
import Synchronization

/// `--trace`: every event as a line of JSON with its time, mode 0600, without secrets.
final class TraceFile: Sendable {
  private let descriptor: Int32
  private let scrub: @Sendable (String) -> String
  private let started = ContinuousClock.now
  private let turn = Mutex(())

  init(_ path: String, scrub: @escaping @Sendable (String) -> String) throws(Diagnostic) {
    descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    self.scrub = scrub
    guard descriptor >= 0 else {
      let reason = String(cString: strerror(errno)).lowercased()
      throw Diagnostic(.usage, "cannot write the trace '\(path)': \(reason)")
    }
  }

  deinit { close(descriptor) }

  func write(_ event: Event) {
    let line = scrub(event.json(after: ContinuousClock.now - started) + "\n")
    turn.withLock { _ in
      let bytes = Array(line.utf8)
      // A trace that cannot be written must not stop a run.
      _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
    }
  }
}
