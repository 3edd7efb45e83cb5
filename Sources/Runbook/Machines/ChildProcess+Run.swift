import Glibc

extension ChildProcess {
  /// What a command of the control machine gave.
  struct Outcome: Sendable {
    var status: Int
    var output: [UInt8]
    var errors: [UInt8]

    var text: String { String(decoding: output, as: UTF8.self) }
  }
}

/// Runs a short command of the control machine to its end: never through a shell, its input given whole.
///
/// Past `timeout`, or when the task is cancelled, its process group gets TERM, and KILL five seconds later.
public func runLocally(
  _ argv: [String], input: [UInt8] = [], environment: [String: String]? = nil, directory: String? = nil,
  timeout: Duration = .seconds(60)
) async throws(MachineFault) -> (status: Int, output: [UInt8], errors: [UInt8]) {
  let alarm = Alarm()
  let outcome: Result<ChildProcess.Outcome, MachineFault> = await withTaskCancellationHandler {
    await onOwnThread {
      do throws(MachineFault) {
        return .success(
          try runBlocking(argv, input, environment, directory, deadline: .now + timeout, alarm: alarm))
      } catch {
        return .failure(error)
      }
    }
  } onCancel: {
    alarm.ring()
  }
  let ended = try outcome.get()
  return (ended.status, ended.output, ended.errors)
}

/// The same for callers that may block: on a thread of their own, or before anything else runs.
public func runLocallyBlocking(
  _ argv: [String], timeout: Duration = .seconds(60)
) throws(MachineFault) -> (status: Int, output: [UInt8], errors: [UInt8]) {
  let ended = try runBlocking(argv, [], nil, nil, deadline: .now + timeout, alarm: Alarm())
  return (ended.status, ended.output, ended.errors)
}

private func runBlocking(
  _ argv: [String], _ input: [UInt8], _ environment: [String: String]?, _ directory: String?,
  deadline: ContinuousClock.Instant, alarm: Alarm
) throws(MachineFault) -> ChildProcess.Outcome {
  let process: ChildProcess
  do {
    process = try ChildProcess(argv, environment: environment?.map { "\($0)=\($1)" }, directory: directory)
  } catch {
    throw .failed(error)
  }
  var pump = StreamPump(process, alarm: alarm)
  pump.send(input)
  pump.finishSending()
  var (output, errors): ([UInt8], [UInt8]) = ([], [])
  while true {
    switch pump.next(until: deadline) {
    case .received(let bytes, let isError):
      if isError { errors += bytes } else { output += bytes }
    case .ended:
      // Both streams may be closed well before the end.
      while !process.hasEnded {
        guard ContinuousClock.now < deadline else {
          process.stop()
          throw .failed(.tookTooLong(argv))
        }
        poll(nil, 0, 5)
      }
      return ChildProcess.Outcome(status: process.wait(), output: output, errors: errors)
    case .deadline:
      process.stop()
      throw .failed(.tookTooLong(argv))
    case .rung:
      process.stop()
      throw .interrupted
    }
  }
}

extension ChildProcess {
  /// Ends the process group: TERM, and KILL where it is still there five seconds later. Blocks.
  func stop() {
    signal(SIGTERM)
    let deadline = ContinuousClock.now + .seconds(5)
    while !hasEnded, ContinuousClock.now < deadline { poll(nil, 0, 10) }
    signal(SIGKILL)
    _ = wait()
  }
}

extension Diagnostic {
  fileprivate static func tookTooLong(_ argv: [String]) -> Diagnostic {
    Diagnostic(.timedOut, "'\(argv.first ?? "")' did not end in time")
  }
}
