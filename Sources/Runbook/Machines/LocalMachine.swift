/// The machine that the program runs on, by the same session protocol as all others.
public final class LocalMachine: Machine {
  public let name: String
  private let source: LocalSource

  /// `shell` is the argv of the `sh` to speak to, where it is not the system's own.
  public init(
    name: String = "localhost", become: BecomeSettings = BecomeSettings(), shell: [String] = ["/bin/sh"]
  ) {
    self.name = name
    source = LocalSource(name: name, password: become.password?.string, shell: shell)
  }

  public func open(as account: SessionAccount) async throws(MachineFault) -> any ShellSession {
    let channel = try await interruptibly { [source] (alarm) throws(MachineFault) in
      try source.startChannel(as: account, alarm: alarm)
    }
    return MachineSession(source, account, channel)
  }

  /// There is no connection; each session ends by its own `close`.
  public func close() async {}
}

private struct LocalSource: ShellSource {
  let name: String
  let password: String?
  let shell: [String]

  func startChannel(as account: SessionAccount, alarm: Alarm) throws(MachineFault) -> ShellChannel {
    let process: ChildProcess
    do {
      process = try ChildProcess(
        shell, environment: currentEnvironment().filter { !$0.hasPrefix("RUNBOOK_") })
    } catch {
      throw .unreachable(error)
    }
    do throws(ChannelOpening.Fault) {
      try ChannelOpening(account, password: password).start(
        process, until: .now + .seconds(120), alarm: alarm)
    } catch {
      process.stop()
      throw error.fault(on: name, account)
    }
    return ShellChannel(process)
  }

  func finish(_ channel: ShellChannel) { channel.close() }

  func describe(_ fault: ShellChannel.Fault, during what: String) -> MachineFault {
    switch fault {
    case .interrupted: .interrupted
    case .ended(_, let said): .wentAway(.shellGone(name, what, said))
    case .silent: .wentAway(.shellSilent(name, what))
    }
  }
}

extension Diagnostic {
  fileprivate static func shellGone(_ name: String, _ what: String, _ said: String) -> Diagnostic {
    Diagnostic(.wentAway, "the shell on '\(name)' ended during \(what)", notes: said.isEmpty ? [] : [said])
  }

  fileprivate static func shellSilent(_ name: String, _ what: String) -> Diagnostic {
    Diagnostic(.wentAway, "'\(name)' did not end \(what) when it was told to")
  }
}
