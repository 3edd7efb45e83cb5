import Synchronization

/// A machine over the system's ssh: one connection, which the first session opens, and further sessions as
/// channels of it. The user's own configuration, agent and jump hosts are honoured.
public final class SSHMachine: Machine {
  public let name: String
  private let source: SSHSource

  public init(settings: ConnectionSettings) {
    name = settings.host
    source = SSHSource(settings)
  }

  public func open(as account: SessionAccount) async throws(MachineFault) -> any ShellSession {
    let channel = try await interruptibly { [source] (alarm) throws(MachineFault) in
      try source.startChannel(as: account, alarm: alarm)
    }
    return MachineSession(source, account, channel)
  }

  public func close() async {
    await onOwnThread { [source] in source.disconnect() }
  }
}

/// The one connection of a machine. Everything here blocks.
private final class SSHSource: ShellSource {
  private struct Connection {
    var link: SSHLink
    /// The first channel's program carries the others, so it stays until the machine is closed.
    var first: ShellChannel
    /// Whether no session has it.
    var isFree = false
    let account: SessionAccount
  }

  private let settings: ConnectionSettings
  private let connection = Mutex<Connection?>(nil)

  init(_ settings: ConnectionSettings) { self.settings = settings }

  var name: String { settings.host }

  func startChannel(as account: SessionAccount, alarm: Alarm) throws(MachineFault) -> ShellChannel {
    // While one thread connects, the others wait here: there is to be one handshake.
    let found: Result<(SSHLink, ShellChannel?), MachineFault> = connection.withLock { connection in
      if let live = connection, !live.first.process.hasEnded {
        let isTaken = live.isFree && live.account == account
        if isTaken { connection?.isFree = false }
        return .success((live.link, isTaken ? live.first : nil))
      }
      connection = nil
      do throws(MachineFault) {
        let link = try SSHLink(settings)
        let channel = try start(link.firstCommand, link, account, alarm)
        link.isConnected()
        connection = Connection(link: link, first: channel, account: account)
        return .success((link, channel))
      } catch {
        return .failure(error)
      }
    }
    let (link, first) = try found.get()
    if let first { return first }
    return try start(link.furtherCommand, link, account, alarm)
  }

  private func start(
    _ command: [String], _ link: SSHLink, _ account: SessionAccount, _ alarm: Alarm
  ) throws(MachineFault) -> ShellChannel {
    let process: ChildProcess
    do { process = try ChildProcess(command, environment: link.environment) } catch {
      throw .unreachable(error)
    }
    // ssh keeps its own time for the connection; logging in and a slow sudo come on top.
    let deadline = ContinuousClock.now + settings.connectTimeout + .seconds(60)
    let password = settings.become.password?.string
    do throws(ChannelOpening.Fault) {
      try ChannelOpening(account, password: password).start(process, until: deadline, alarm: alarm)
    } catch {
      process.stop()
      if case .ended(255, _, let errors) = error { throw .unreachable(SSHFault(settings, errors).diagnostic) }
      throw error.fault(on: name, account)
    }
    return ShellChannel(process)
  }

  func finish(_ channel: ShellChannel) {
    let isFirst = connection.withLock { connection in
      guard connection?.first === channel else { return false }
      connection?.isFree = true
      return true
    }
    if !isFirst { channel.close() }
  }

  func describe(_ fault: ShellChannel.Fault, during what: String) -> MachineFault {
    switch fault {
    case .interrupted: .interrupted
    case .ended(_, let said): .wentAway(.connectionGone(name, what, said))
    case .silent: .wentAway(.connectionSilent(name, what))
    }
  }

  func disconnect() {
    connection.withLock { connection in
      connection?.first.close()
      connection?.first.process.stop()
      connection = nil
    }
  }
}

extension Diagnostic {
  fileprivate static func connectionGone(_ host: String, _ what: String, _ said: String) -> Diagnostic {
    Diagnostic(.wentAway, "the connection to '\(host)' went away during \(what)", notes: lastLines(said))
  }

  fileprivate static func connectionSilent(_ host: String, _ what: String) -> Diagnostic {
    Diagnostic(.wentAway, "'\(host)' did not end \(what) when it was told to")
  }
}
