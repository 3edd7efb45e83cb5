import Glibc

/// Runs a program of the control machine at the person's terminal, with our own streams and in our own process
/// group (an editor), and waits for its end. Gives its status; 128 and more where a signal ended it.
public func runInForeground(_ argv: [String]) async throws(Diagnostic) -> Int {
  try await onOwnThread { () throws(Diagnostic) -> Int in
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))
    var words = argv.map { strdup($0) } + [nil]
    defer { for word in words { free(word) } }
    var pid = pid_t()
    let code = posix_spawnp(&pid, argv.first ?? "", nil, &attributes, &words, environ)
    guard code == 0 else {
      throw Diagnostic(
        .missingCommand,
        "'\(argv.first ?? "")' cannot be run here: \(String(cString: strerror(code)).lowercased())")
    }
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      guard errno == EINTR else { throw Diagnostic(.failed, "'\(argv.first ?? "")' was lost sight of") }
    }
    let signal = status & 0x7F
    return signal == 0 ? Int((status >> 8) & 0xFF) : 128 + Int(signal)
  }
}
