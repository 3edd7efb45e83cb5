/// A machine that runs scripts: the one over ssh, the local one, a scripted one in tests.
public protocol Machine: Sendable {
  /// The host's name in the inventory.
  var name: String { get }
  /// Opens a session, on the machine's one connection, as an account. The first call connects. May block for
  /// as long as the connect timeout; throws where the host cannot be reached, refuses, or the account may not
  /// be taken.
  func open(as account: SessionAccount) async throws(MachineFault) -> any ShellSession
  /// Ends every session and the connection.
  func close() async
}

/// One `sh` on a machine: scripts in, framed results out, one at a time in order.
public protocol ShellSession: Sendable {
  /// Runs scripts in order, sent together: one round trip. Returns one outcome for each.
  func run(_ scripts: [Script], onOutput: (@Sendable (OutputChunk) -> Void)?) async throws(MachineFault)
    -> [ScriptOutcome]
  /// Streams a file of the control machine to a path on the host (mode 0600, its bytes compared by SHA-256,
  /// synced), to be moved into place by a script.
  func upload(_ localPath: String, to path: String) async throws(MachineFault)
  /// Streams a file of the host to a path of the control machine, mode 0600.
  func download(_ path: String, to localPath: String) async throws(MachineFault)
  /// How many round trips this session has made.
  var roundTrips: Int { get async }
  func close() async
}

/// POSIX sh to run in a subshell of a session, its standard input `/dev/null`.
public struct Script: Sendable, Hashable {
  public var text: String
  /// Past it the whole process group on the host gets TERM, then KILL.
  public var timeout: Duration
  /// Not run where an earlier script of the same call ended with a status that is not 0.
  public var needsSuccess: Bool

  public init(_ text: String, timeout: Duration = .seconds(600), needsSuccess: Bool = false) {
    self.text = text
    self.timeout = timeout
    self.needsSuccess = needsSuccess
  }
}

/// A piece of what a running script prints.
public struct OutputChunk: Sendable, Hashable {
  /// Which script of the call.
  public var index: Int
  public var isError: Bool
  public var bytes: [UInt8]

  public init(index: Int, isError: Bool, bytes: [UInt8]) {
    self.index = index
    self.isError = isError
    self.bytes = bytes
  }
}

/// How a script ended.
public enum ScriptOutcome: Sendable, Hashable {
  case finished(status: Int, output: [UInt8], errors: [UInt8])
  /// Ended by its deadline, with what it had printed.
  case timedOut(output: [UInt8], errors: [UInt8])
  /// Left out because an earlier one failed.
  case skipped
}

/// Why a machine could not do what was asked; a script's own status is not one of these.
public enum MachineFault: Error, Sendable {
  /// Never reached, or refused: nothing ran.
  case unreachable(Diagnostic)
  /// The connection went while something ran: what it did is not known.
  case wentAway(Diagnostic)
  /// The machine was reached, and what was asked of it (a transfer) could not be done: disk full, no
  /// permission.
  case failed(Diagnostic)
  case interrupted
}
