import Glibc
import Synchronization

/// The journal of one run: appended to, and on the disk before the next thing happens.
///
/// After its first failure every further call throws the same: nothing is done that cannot be written down.
public final class Journal: Sendable {
  /// Where a test stops the engine as a SIGKILL would: before or after the record with this number, from 0.
  public enum CrashPoint: Sendable, Hashable {
    case before(Int)
    case after(Int)
  }

  private struct State {
    var descriptor: Int32
    var fault: Diagnostic?
    var count = 0
    var isDirty = false
  }

  public let path: String
  private let crashPoint: CrashPoint?
  private let state: Mutex<State>

  private init(path: String, descriptor: Int32, crashPoint: CrashPoint?) {
    self.path = path
    self.crashPoint = crashPoint
    state = Mutex(State(descriptor: descriptor))
  }

  deinit { state.withLock { _ = Glibc.close($0.descriptor) } }

  /// Starts the journal of a new run.
  public static func create(
    run id: String, in stateFolder: String, crashPoint: CrashPoint? = nil
  ) throws(Diagnostic) -> Journal {
    let folder = LocalFile.join(stateFolder, "runs/\(id)")
    try LocalFile.makeFolder(stateFolder, mode: 0o700)
    try LocalFile.makeFolder(LocalFile.join(stateFolder, "runs"), mode: 0o700)
    try LocalFile.makeFolder(folder, mode: 0o700)
    return try open(folder + "/journal.jsonl", O_CREAT | O_EXCL, crashPoint)
  }

  /// Goes on with the journal of a run; a torn last line is dropped.
  public static func reopen(_ path: String, crashPoint: CrashPoint? = nil) throws(Diagnostic) -> Journal {
    let bytes = try LocalFile.read(path)
    let journal = try open(path, 0, crashPoint)
    let whole = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
    guard whole < bytes.count else { return journal }
    let status = journal.state.withLock { ftruncate($0.descriptor, whole) }
    guard status == 0 else { throw .unwritable(path) }
    return journal
  }

  private static func open(
    _ path: String, _ flags: Int32, _ crashPoint: CrashPoint?
  ) throws(Diagnostic) -> Journal {
    let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW | flags, 0o600)
    guard descriptor >= 0 else { throw .unwritable(path) }
    let folder = Glibc.open(LocalFile.parent(of: path), O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if folder >= 0 {
      fsync(folder)
      _ = Glibc.close(folder)
    }
    return Journal(path: path, descriptor: descriptor, crashPoint: crashPoint)
  }

  /// Appends a record. Where `isDurable`, it and all before it are on the disk when this returns.
  public func append(_ record: JournalRecord, isDurable: Bool = true) throws(Diagnostic) {
    let line = Array((record.line + "\n").utf8)
    try guarded { (state) throws(Diagnostic) in
      if crashPoint == .before(state.count) { throw .halted }
      try write(line, to: state.descriptor)
      state.isDirty = true
      if isDurable { try sync(&state) }
      state.count += 1
      if crashPoint == .after(state.count - 1) { throw .halted }
    }
  }

  /// Brings what was appended to the disk.
  public func sync() throws(Diagnostic) {
    try guarded { (state) throws(Diagnostic) in try sync(&state) }
  }

  private func guarded(_ body: (inout State) throws(Diagnostic) -> Void) throws(Diagnostic) {
    let fault: Diagnostic? = state.withLock { state in
      if let fault = state.fault { return fault }
      do throws(Diagnostic) { try body(&state) } catch { state.fault = error }
      return state.fault
    }
    if let fault { throw fault }
  }

  private func sync(_ state: inout State) throws(Diagnostic) {
    guard state.isDirty else { return }
    guard fdatasync(state.descriptor) == 0 else { throw .unwritable(path) }
    state.isDirty = false
  }

  private func write(_ bytes: [UInt8], to descriptor: Int32) throws(Diagnostic) {
    var start = 0
    while start < bytes.count {
      let count = bytes[start...].withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .unwritable(path) }
      start += count
    }
  }
}

extension Diagnostic {
  /// The message of a halt that a test asked for.
  static let haltMessage = "the engine was halted"

  fileprivate static var halted: Diagnostic { Diagnostic(.interrupted, haltMessage) }

  fileprivate static func unwritable(_ path: String) -> Diagnostic {
    Diagnostic(
      .failed, "cannot write the journal '\(path)': \(String(cString: strerror(errno)))",
      notes: ["nothing is done that cannot be written down first"])
  }
}
