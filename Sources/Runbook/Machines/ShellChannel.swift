import Synchronization

/// One `sh` at the other end of a child's streams, ready for calls. Everything here blocks: it belongs on a
/// thread of its own.
final class ShellChannel: Sendable {
  let process: ChildProcess
  private let turn = Mutex(())

  /// The shell must have been given the session's functions.
  init(_ process: ChildProcess) { self.process = process }

  /// Why a call did not come to its end.
  enum Fault: Error {
    /// The connection is gone; with what the child said last.
    case ended(index: Int, errors: String)
    /// It did not even end its scripts when told to.
    case silent(index: Int)
    case interrupted
  }

  /// How long the host may take to end scripts and to say so: its own grace, the KILL, and a slow line.
  private static let patience = Duration.seconds(40)

  /// Runs scripts in one round trip; one more for each that its deadline ends and others follow.
  func call(
    _ scripts: [Script], alarm: Alarm, _ onOutput: (OutputChunk) -> Void
  ) throws(Fault) -> (outcomes: [ScriptOutcome], roundTrips: Int) {
    var (outcomes, trips) = ([ScriptOutcome](repeating: .skipped, count: scripts.count), 0)
    var left = Array(scripts.enumerated())
    while !left.isEmpty {
      trips += 1
      let indices = left.map { $0.offset }
      let part = try exchange(left.map { $0.element }, alarm) { chunk in
        onOutput(OutputChunk(index: indices[chunk.index], isError: chunk.isError, bytes: chunk.bytes))
      }
      for (place, outcome) in zip(indices, part) { outcomes[place] = outcome }
      // Only a deadline ends an exchange early, and that is no success.
      left = left.dropFirst(part.count).filter { !$0.element.needsSuccess }
    }
    return (outcomes, trips)
  }

  private func exchange(
    _ scripts: [Script], _ alarm: Alarm, _ onOutput: (OutputChunk) -> Void
  ) throws(Fault) -> [ScriptOutcome] {
    try turn.withLock { (_) throws(Fault) in
      let mark = FrameMark()
      var exchange = Exchange(
        process: process, mark: mark, record: CallRecord(mark, scripts: scripts.count),
        pump: StreamPump(process, alarm: alarm))
      exchange.pump.send(SessionProgram.call(mark, scripts).utf8)
      return try exchange.finish(scripts, onOutput)
    }
  }

  /// Says goodbye and ends the child; what scripts left in the background lives on. A script that still runs
  /// loses its shell, which ends it.
  func close() {
    let isIdle: Void? = turn.withLockIfAvailable { _ in
      guard !process.hasEnded else { return }
      var pump = StreamPump(process)
      pump.send(SessionProgram.leave.utf8)
      pump.finishSending()
      let deadline = ContinuousClock.now + .seconds(2)
      while case .received = pump.next(until: deadline) { continue }
    }
    if isIdle == nil { process.stop() }
  }

  /// The state of one exchange while it goes on.
  private struct Exchange {
    let process: ChildProcess
    let mark: FrameMark
    var record: CallRecord
    var pump: StreamPump

    mutating func finish(
      _ scripts: [Script], _ onOutput: (OutputChunk) -> Void
    ) throws(Fault) -> [ScriptOutcome] {
      var (index, deadline) = (0, ContinuousClock.now + scripts[0].timeout)
      while !record.isComplete {
        switch pump.next(until: deadline) {
        case .received(let bytes, let isError):
          record.take(bytes, isError: isError, onOutput)
          if record.current != index, record.current < scripts.count {
            index = record.current
            deadline = ContinuousClock.now + scripts[index].timeout
          }
        case .ended: throw .ended(index: record.current, errors: record.lastErrors)
        case .rung:
          pump.ignoreAlarm()
          try endScripts(onOutput)
          throw .interrupted
        case .deadline:
          try endScripts(onOutput)
          guard record.current < scripts.count else { return record.outcomes }
          return record.outcomes + [record.timedOut]
        }
      }
      pump.send(SessionProgram.done.utf8)
      while !pump.isFlushed { _ = pump.next(until: .now + .seconds(5), wantsRoom: true) }
      return record.outcomes
    }

    /// Tells the host to end what runs and waits until it has.
    private mutating func endScripts(_ onOutput: (OutputChunk) -> Void) throws(Fault) {
      pump.send(SessionProgram.kill(mark).utf8)
      let deadline = ContinuousClock.now + ShellChannel.patience
      while !record.isKilled {
        switch pump.next(until: deadline) {
        case .received(let bytes, let isError): record.take(bytes, isError: isError, onOutput)
        case .ended: throw .ended(index: record.current, errors: record.lastErrors)
        case .rung: pump.ignoreAlarm()
        case .deadline:
          process.signal(9)
          throw .silent(index: record.current)
        }
      }
    }
  }
}
