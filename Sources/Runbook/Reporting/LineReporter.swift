import Synchronization

/// Draws a run as plain lines, for files, pipes and CI: one for each thing that is done, and a sign of life for
/// each step that takes long.
public final class LineReporter: Reporter {
  private struct Running {
    var since: ContinuousClock.Instant
    var nextSign: Duration
    var lastLine: String?
  }

  private struct State {
    var renderer: EventRenderer
    var running: [StepLabel: Running] = [:]
  }

  private let state: Mutex<State>
  private let write: TextSink
  private let now: @Sendable () -> ContinuousClock.Instant

  public init(
    palette: Palette, isVerbose: Bool = false, showsDiffs: Bool = false, write: @escaping TextSink,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    state = Mutex(
      State(renderer: EventRenderer(palette: palette, isVerbose: isVerbose, showsDiffs: showsDiffs)))
    self.write = write
    self.now = now
  }

  public func receive(_ event: Event) {
    let now = now()
    // The text is written under the lock, so that lines of several tasks keep the order of their events.
    state.withLock { state in
      switch event {
      case .runStarted(_, _, let hosts): state.renderer.hostWidth = hosts.map { $0.count }.max() ?? 0
      case .stepStarted(let label): state.running[label] = Running(since: now, nextSign: .seconds(30))
      case .stepOutput(let label, _, let lines):
        if let last = lines.last { state.running[label]?.lastLine = ShownText.lastDrawn(last) }
      case .stepFinished(let label, _, _): state.running[label] = nil
      default: break
      }
      emit(state.renderer.lines(for: event))
    }
  }

  /// Says after 30 seconds, one minute, two, four and so on that a step still runs, and what it printed last.
  public func tick() {
    let now = now()
    state.withLock { state in
      let due = state.running.filter { now - $0.value.since >= $0.value.nextSign }
      for (label, step) in due.sorted(by: { $0.value.since < $1.value.since }) {
        let elapsed = now - step.since
        state.running[label]?.nextSign = step.nextSign * 2
        let last = step.lastLine.map { ": \($0)" } ?? ""
        let output = Event.message(label, Text("\(label.name): running for \(elapsed.spoken)\(last)"))
        emit(state.renderer.lines(for: output))
      }
    }
  }

  public func finish() {}
  public func pause() {}
  public func resume() {}

  private func emit(_ lines: [String]) {
    guard !lines.isEmpty else { return }
    write(lines.joined(separator: "\n") + "\n")
  }
}
