import Glibc
import Synchronization

/// A program of the control machine, in a session of its own, at the other end of three pipes.
///
/// It is the only place that starts a process. The child inherits no descriptor but its three streams.
final class ChildProcess: Sendable {
  private struct State {
    var status: Int?
    var inputIsOpen = true
  }

  let pid: pid_t
  /// Our ends; none of them blocks.
  let input: Int32
  let output: Int32
  let errors: Int32
  private let state = Mutex(State())

  /// Starts `argv`, its first word looked up on the path. `environment` is `NAME=value`; nil: our own.
  init(_ argv: [String], environment: [String]? = nil, directory: String? = nil) throws(Diagnostic) {
    let name = argv.first ?? ""
    var pipes: [(read: Int32, write: Int32)] = []
    for _ in 0..<3 {
      guard let pipe = openPipe() else {
        let code = errno
        for pipe in pipes { closeBoth(pipe) }
        throw .noPipe(name, code)
      }
      pipes.append(pipe)
    }
    let (inward, outward, errorward) = (pipes[0], pipes[1], pipes[2])
    let started = spawn(
      argv, environment ?? currentEnvironment(), directory,
      streams: [inward.read, outward.write, errorward.write])
    for descriptor in [inward.read, outward.write, errorward.write] { close(descriptor) }
    guard case .success(let pid) = started else {
      for descriptor in [inward.write, outward.read, errorward.read] { close(descriptor) }
      throw .notStarted(name, started.failureCode)
    }
    self.pid = pid
    (input, output, errors) = (inward.write, outward.read, errorward.read)
    for descriptor in [input, output, errors] {
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
  }

  deinit {
    closeInput()
    close(output)
    close(errors)
    if !hasEnded {
      kill(-pid, SIGKILL)
      _ = wait()
    }
  }

  func closeInput() {
    let wasOpen = state.withLock { state in
      defer { state.inputIsOpen = false }
      return state.inputIsOpen
    }
    if wasOpen { close(input) }
  }

  /// Signals the child's whole process group; does nothing once it has been waited for.
  func signal(_ number: Int32) {
    state.withLock { state in
      if state.status == nil { kill(-pid, number) }
    }
  }

  /// Whether the child has ended; does not block.
  var hasEnded: Bool { reap(WNOHANG) != nil }

  /// Blocks until the child has ended. A death by signal is 128 and its number, as shells have it.
  func wait() -> Int {
    while true {
      if let status = reap(0) { return status }
    }
  }

  private func reap(_ options: Int32) -> Int? {
    if let status = state.withLock({ $0.status }) { return status }
    var raw: Int32 = 0
    // A blocking wait takes no lock, so that the child can still be signalled meanwhile.
    let found = waitpid(pid, &raw, options)
    return state.withLock { state in
      if found == pid {
        let signal = raw & 0x7f
        state.status = signal == 0 ? Int(raw >> 8) & 0xff : 128 + Int(signal)
      } else if found == -1, errno == ECHILD, state.status == nil {
        // Another thread reaped it between our two looks.
        state.status = 255
      }
      return state.status
    }
  }
}

/// The words of our own environment.
func currentEnvironment() -> [String] {
  var words: [String] = []
  var next = environ
  while let word = next.pointee {
    words.append(String(cString: word))
    next += 1
  }
  return words
}

/// A pipe whose ends are above the three streams, so that the child's own can be put in place in any order.
private func openPipe() -> (read: Int32, write: Int32)? {
  var ends: [Int32] = [-1, -1]
  guard pipe(&ends) == 0 else { return nil }
  let moved = ends.map { $0 > 2 ? $0 : fcntl($0, F_DUPFD_CLOEXEC, 3) }
  for (old, new) in zip(ends, moved) where old != new { close(old) }
  guard moved.allSatisfy({ $0 > 2 }) else {
    for end in moved where end >= 0 { close(end) }
    return nil
  }
  for end in moved { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
  return (moved[0], moved[1])
}

private func closeBoth(_ pipe: (read: Int32, write: Int32)) {
  close(pipe.read)
  close(pipe.write)
}

private struct SpawnError: Error { var code: Int32 }

extension Result where Success == pid_t, Failure == SpawnError {
  fileprivate var failureCode: Int32 {
    guard case .failure(let error) = self else { return 0 }
    return error.code
  }
}

// glibc has both, behind a switch that Swift's module of it does not turn on.
@_silgen_name("posix_spawn_file_actions_addclosefrom_np")
private func addCloseFrom(_ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ from: Int32) -> Int32
@_silgen_name("posix_spawn_file_actions_addchdir_np")
private func addChangeDirectory(
  _ actions: UnsafeMutablePointer<posix_spawn_file_actions_t>, _ path: UnsafePointer<CChar>
) -> Int32
private let spawnSetsNewSession: Int16 = 0x80

private func spawn(
  _ argv: [String], _ environment: [String], _ directory: String?, streams: [Int32]
) -> Result<pid_t, SpawnError> {
  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  for (target, descriptor) in streams.enumerated() {
    posix_spawn_file_actions_adddup2(&actions, descriptor, Int32(target))
  }
  _ = addCloseFrom(&actions, 3)
  if let directory { _ = addChangeDirectory(&actions, directory) }

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigfillset(&signals)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  let flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | spawnSetsNewSession
  posix_spawnattr_setflags(&attributes, flags)

  var words = argv.map { strdup($0) } + [nil]
  var variables = environment.map { strdup($0) } + [nil]
  defer { for word in words + variables { free(word) } }
  var pid = pid_t()
  let status = posix_spawnp(&pid, argv.first ?? "", &actions, &attributes, &words, &variables)
  return status == 0 ? .success(pid) : .failure(SpawnError(code: status))
}

extension Diagnostic {
  fileprivate static func noPipe(_ name: String, _ code: Int32) -> Diagnostic {
    Diagnostic(
      .failed, "no pipe to '\(name)' can be made: \(String(cString: strerror(code)))",
      hint: code == EMFILE ? "raise the limit of open files (ulimit -n) or use fewer forks" : nil)
  }

  fileprivate static func notStarted(_ name: String, _ code: Int32) -> Diagnostic {
    let isMissing = code == ENOENT
    return Diagnostic(
      isMissing ? .missingCommand : .failed,
      "'\(name)' cannot be run here: \(String(cString: strerror(code)))",
      hint: isMissing ? "install it on this machine" : nil)
  }
}
