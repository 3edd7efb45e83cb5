/// The sessions with one host, each opened when it is first needed and kept.
actor HostConnection {
  private let machine: any Machine
  private let control: any Machine
  private var sessions: [SessionChannel: any ShellSession] = [:]
  /// Of sessions that were given up.
  private var pastRoundTrips = 0

  init(machine: any Machine, control: any Machine) {
    self.machine = machine
    self.control = control
  }

  /// Calls for one channel must not overlap: a host's steps run one after the other.
  func session(_ channel: SessionChannel) async throws(MachineFault) -> any ShellSession {
    if let session = sessions[channel] { return session }
    let session = try await (channel.isDelegated ? control : machine).open(as: channel.account)
    sessions[channel] = session
    return session
  }

  /// Gives up every session with the host: it went away, or is about to.
  func drop() async {
    let dropped = sessions.filter { !$0.key.isDelegated }
    for (channel, session) in dropped {
      sessions[channel] = nil
      pastRoundTrips += await session.roundTrips
    }
    for session in dropped.values { await session.close() }
    await machine.close()
  }

  var roundTrips: Int {
    get async {
      var count = pastRoundTrips
      for session in Array(sessions.values) { count += await session.roundTrips }
      return count
    }
  }

  func close() async {
    let open = Array(sessions.values)
    for session in open { await session.close() }
    await machine.close()
    await control.close()
  }
}
