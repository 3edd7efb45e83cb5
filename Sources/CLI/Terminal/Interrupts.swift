import Dispatch
import Glibc
import Synchronization

/// What SIGINT, SIGTERM and SIGHUP do: the first stops the work cleanly, the second ends the program at once.
/// Where no work is under way that could be stopped, the first ends it.
final class Interrupts: Sendable {
  private struct State {
    var stop: (@Sendable () -> Void)?
    var restore: (@Sendable () -> Void)?
    var hasStopped = false
    var isAsking = false
  }

  private let state = Mutex(State())
  private let queue = DispatchQueue(label: "interrupts")

  /// Takes the signals over, and ignores SIGPIPE: a reader that goes away is seen when writing.
  init() {
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGINT, SIGTERM, SIGHUP] {
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      // The handler holds its source, which nothing else keeps for the life of the program.
      source.setEventHandler { [self] in withExtendedLifetime(source) { handle() } }
      signal(number, SIG_IGN)
      source.resume()
    }
  }

  /// Whether somebody asked to stop.
  var hasStopped: Bool { state.withLock { $0.hasStopped } }

  /// Runs work that the first signal cancels. `restore` puts the terminal in order before the program ends at once.
  func cancelling<Output: Sendable>(
    restore: @escaping @Sendable () -> Void = {}, _ work: @escaping @Sendable () async -> Output
  ) async -> Output {
    let task = Task { await work() }
    state.withLock { state in
      state.stop = { task.cancel() }
      state.restore = restore
    }
    defer { state.withLock { $0.stop = nil } }
    return await task.value
  }

  /// While a question is asked, the first signal is the question's: it ends by itself, and puts the terminal in
  /// order.
  func beginQuestion() { state.withLock { $0.isAsking = true } }
  func endQuestion() { state.withLock { $0.isAsking = false } }

  private func handle() {
    let (isFirst, now) = state.withLock { state in
      defer { state.hasStopped = true }
      return (!state.hasStopped, state)
    }
    if isFirst, now.stop != nil || now.isAsking {
      now.stop?()
      return
    }
    now.restore?()
    _exit(ExitStatus.interrupted.rawValue)
  }
}
