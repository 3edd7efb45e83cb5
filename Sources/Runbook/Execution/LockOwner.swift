import Glibc

/// Who holds a host: written into the lock, so that the run it turns away can say by whom, and a run that died
/// is known as dead.
struct LockOwner: Sendable, Hashable {
  var run: String
  /// The control machine, its boot and its process namespace.
  var machine: String
  var boot: String
  var namespace: String
  var process: Int
  /// When the process began, in ticks since the boot: process ids come round again.
  var started: String
  var name: String
  var time: Int

  /// This process, for a run.
  static func current(run: String) -> LockOwner {
    var name = [CChar](repeating: 0, count: 256)
    gethostname(&name, name.count - 1)
    let host = String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return LockOwner(
      run: run, machine: firstLine("/etc/machine-id") ?? host,
      boot: firstLine("/proc/sys/kernel/random/boot_id") ?? "", namespace: link("/proc/self/ns/pid"),
      process: Int(getpid()), started: startTime(of: Int(getpid())) ?? "", name: host, time: Glibc.time(nil))
  }

  /// One word, the target of a symbolic link: made whole or not at all.
  var text: String {
    let fields = [run, machine, boot, namespace, String(process), started, name, String(time)]
    return "runbook;"
      + fields.map { $0.replacing(";", with: "_").replacing("/", with: "_") }.joined(separator: ";")
  }

  /// nil: not written by this program.
  init?(_ text: String) {
    let fields = text.split(separator: ";", omittingEmptySubsequences: false).map(String.init)
    guard fields.count == 9, fields[0] == "runbook", let process = Int(fields[5]), let time = Int(fields[8])
    else {
      return nil
    }
    self.init(
      run: fields[1], machine: fields[2], boot: fields[3], namespace: fields[4], process: process,
      started: fields[6], name: fields[7], time: time)
  }

  private init(
    run: String, machine: String, boot: String, namespace: String, process: Int, started: String,
    name: String,
    time: Int
  ) {
    (self.run, self.machine, self.boot, self.namespace) = (run, machine, boot, namespace)
    (self.process, self.started, self.name, self.time) = (process, started, name, time)
  }

  /// Whether the run `run` of this process may take a lock over: its owner ran on this very machine and has ended,
  /// or it is this process's own.
  func yields(to run: String) -> Bool {
    let mine = LockOwner.current(run: run)
    guard machine == mine.machine else { return false }
    if boot != mine.boot { return true }
    guard namespace == mine.namespace.replacing("/", with: "_") else { return false }
    if process == mine.process, started == mine.started { return self.run == run }
    return LockOwner.startTime(of: process) != started
  }

  /// The 22nd field of `/proc/PID/stat`; nil where there is no such process.
  private static func startTime(of process: Int) -> String? {
    guard let text = firstLine("/proc/\(process)/stat"), let end = text.lastIndex(of: ")") else { return nil }
    let fields = text[text.index(after: end)...].split(separator: " ")
    return fields.count > 19 ? String(fields[19]) : nil
  }

  private static func firstLine(_ path: String) -> String? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = read(descriptor, &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer[..<count].prefix { $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  private static func link(_ path: String) -> String {
    var buffer = [CChar](repeating: 0, count: 256)
    let count = readlink(path, &buffer, buffer.count)
    return String(decoding: buffer.prefix(max(0, count)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }
}
