import Synchronization

/// What starts shells on one machine, over whatever lies between.
protocol ShellSource: Sendable {
  var name: String { get }
  /// A shell of this account, ready for calls. Blocks.
  func startChannel(as account: SessionAccount, alarm: Alarm) throws(MachineFault) -> ShellChannel
  /// The session is over. Blocks.
  func finish(_ channel: ShellChannel)
  /// What a person is told about a channel that failed.
  func describe(_ fault: ShellChannel.Fault, during what: String) -> MachineFault
}

/// A session of a local machine or one over ssh: the asynchronous face of a channel.
final class MachineSession: ShellSession {
  private let source: any ShellSource
  private let account: SessionAccount
  private let channel: ShellChannel
  private let trips = Mutex(0)

  init(_ source: any ShellSource, _ account: SessionAccount, _ channel: ShellChannel) {
    self.source = source
    self.account = account
    self.channel = channel
  }

  var roundTrips: Int { get async { trips.withLock { $0 } } }

  func run(
    _ scripts: [Script], onOutput: (@Sendable (OutputChunk) -> Void)?
  ) async throws(MachineFault) -> [ScriptOutcome] {
    guard !scripts.isEmpty else { return [] }
    guard !scripts.contains(where: { $0.text.utf8.contains(0) }) else { throw .failed(.nulInScript) }
    return try await interruptibly { [self] (alarm) throws(MachineFault) in
      do throws(ShellChannel.Fault) {
        let (outcomes, made) = try channel.call(scripts, alarm: alarm) { onOutput?($0) }
        trips.withLock { $0 += made }
        return outcomes
      } catch {
        trips.withLock { $0 += 1 }
        throw source.describe(error, during: "a script")
      }
    }
  }

  func upload(_ localPath: String, to path: String) async throws(MachineFault) {
    let transfer = Transfer(source: source, account: account)
    trips.withLock { $0 += Transfer.roundTrips }
    try await interruptibly { (alarm) throws(MachineFault) in
      try transfer.upload(localPath, to: path, alarm: alarm)
    }
  }

  func download(_ path: String, to localPath: String) async throws(MachineFault) {
    let transfer = Transfer(source: source, account: account)
    trips.withLock { $0 += Transfer.roundTrips }
    try await interruptibly { (alarm) throws(MachineFault) in
      try transfer.download(path, to: localPath, alarm: alarm)
    }
  }

  func close() async {
    await onOwnThread { [source, channel] in source.finish(channel) }
  }
}

/// Runs what blocks on its own thread; cancelling the task rings the alarm that it listens to.
func interruptibly<Output: Sendable>(
  _ body: @escaping @Sendable (Alarm) throws(MachineFault) -> Output
) async throws(MachineFault) -> Output {
  let alarm = Alarm()
  let result: Result<Output, MachineFault> = await withTaskCancellationHandler {
    await onOwnThread {
      do throws(MachineFault) { return .success(try body(alarm)) } catch { return .failure(error) }
    }
  } onCancel: {
    alarm.ring()
  }
  return try result.get()
}

extension Diagnostic {
  fileprivate static var nulInScript: Diagnostic {
    Diagnostic(
      .invalidValue, "a script holds a NUL character, which no shell can read", hint: "write it in a file")
  }
}
