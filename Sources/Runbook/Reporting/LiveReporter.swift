import Synchronization

/// Draws a run on a terminal: finished lines scroll up, and below them stand the steps that run now, each with
/// its time and the last line that it printed.
public final class LiveReporter: Reporter {
  private struct Running {
    var label: StepLabel?
    var host: String
    var since: ContinuousClock.Instant
    var lastLine: String?
  }

  private struct State {
    var renderer: EventRenderer
    var running: [Running] = []
    /// How many lines of the running part are on the screen.
    var drawn = 0
    var isPaused = false
    var isCursorHidden = false
  }

  private let state: Mutex<State>
  private let palette: Palette
  private let write: TextSink
  private let size: @Sendable () -> (columns: Int, rows: Int)
  private let now: @Sendable () -> ContinuousClock.Instant

  public init(
    palette: Palette, isVerbose: Bool = false, showsDiffs: Bool = false,
    size: @escaping @Sendable () -> (columns: Int, rows: Int), write: @escaping TextSink,
    now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
  ) {
    state = Mutex(
      State(renderer: EventRenderer(palette: palette, isVerbose: isVerbose, showsDiffs: showsDiffs)))
    self.palette = palette
    self.size = size
    self.write = write
    self.now = now
  }

  public func receive(_ event: Event) {
    let now = now()
    state.withLock { state in
      track(event, at: now, in: &state)
      let finished = state.renderer.lines(for: event)
      guard !finished.isEmpty || state.drawn == 0 else { return }
      draw(finished, at: now, in: &state)
    }
  }

  public func tick() {
    let now = now()
    state.withLock { state in
      if !state.running.isEmpty || state.drawn > 0 { draw([], at: now, in: &state) }
    }
  }

  public func finish() {
    state.withLock { state in
      state.running = []
      write(erase(&state) + showCursor(&state))
    }
  }

  /// Clears the running part first.
  public func pause() {
    state.withLock { state in
      write(erase(&state) + showCursor(&state))
      state.isPaused = true
    }
  }

  public func resume() {
    state.withLock { $0.isPaused = false }
  }

  private func track(_ event: Event, at now: ContinuousClock.Instant, in state: inout State) {
    switch event {
    case .runStarted(_, _, let hosts): state.renderer.hostWidth = hosts.map { $0.count }.max() ?? 0
    case .hostConnecting(let host): state.running.append(Running(host: host, since: now))
    case .hostConnected(let host, _), .hostFailed(let host, _):
      state.running.removeAll { $0.label == nil && $0.host == host }
    case .stepStarted(let label):
      state.running.append(Running(label: label, host: label.reference.host, since: now))
    case .stepOutput(let label, _, let lines):
      guard let last = lines.last, let index = state.running.firstIndex(where: { $0.label == label }) else {
        return
      }
      state.running[index].lastLine = ShownText.lastDrawn(last)
    case .stepFinished(let label, _, _): state.running.removeAll { $0.label == label }
    case .stepRetrying, .message, .warning, .runFinished: break
    }
  }

  /// One write for a whole picture, so that nothing flickers.
  private func draw(_ finished: [String], at now: ContinuousClock.Instant, in state: inout State) {
    if state.isPaused {
      if !finished.isEmpty { write(finished.joined(separator: "\n") + "\n") }
      return
    }
    var text = erase(&state)
    for line in finished { text += line + "\n" }
    let (columns, rows) = size()
    let room = max(1, min(rows / 2, rows - 2))
    var lines = state.running.prefix(room).map { line(for: $0, at: now, state.renderer, columns) }
    if state.running.count > room {
      lines[room - 1] = palette.paint("  and \(state.running.count - room + 1) more", .faint)
    }
    if lines.isEmpty {
      text += showCursor(&state)
    } else if !state.isCursorHidden {
      text += "\u{1B}[?25l"
      state.isCursorHidden = true
    }
    for line in lines { text += line + "\n" }
    state.drawn = lines.count
    if !text.isEmpty { write(text) }
  }

  private func line(
    for step: Running, at now: ContinuousClock.Instant, _ renderer: EventRenderer, _ columns: Int
  ) -> String {
    let seconds = (now - step.since).components.seconds
    let host = step.host + String(repeating: " ", count: max(0, renderer.hostWidth - step.host.count))
    var words = step.label.map { "\($0.name): \(ShownText.line($0.title.description))" } ?? "connecting"
    if seconds >= 2 { words += " (\(seconds) s)" }
    if let last = step.lastLine, !last.isEmpty { words += "  | \(last)" }
    return palette.paint(ShownText.fitted("\(host)  * \(words)", to: max(10, columns - 1)), .ran)
  }

  private func erase(_ state: inout State) -> String {
    defer { state.drawn = 0 }
    return state.drawn == 0 ? "" : "\u{1B}[\(state.drawn)A\r\u{1B}[J"
  }

  private func showCursor(_ state: inout State) -> String {
    defer { state.isCursorHidden = false }
    return state.isCursorHidden ? "\u{1B}[?25h" : ""
  }
}
