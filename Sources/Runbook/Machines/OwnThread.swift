import Glibc

/// Runs `body`, which may block, on a thread of its own: the cooperative pool never waits for a pipe.
///
/// The thread takes no SIGPIPE: a write to a program that is gone fails with EPIPE instead.
func onOwnThread<Output: Sendable>(_ body: @escaping @Sendable () -> Output) async -> Output {
  await withCheckedContinuation { continuation in
    startThread { continuation.resume(returning: body()) }
  }
}

/// The same for a body that throws.
func onOwnThread<Output: Sendable, Failure: Error>(
  _ body: @escaping @Sendable () throws(Failure) -> Output
) async throws(Failure) -> Output {
  let result: Result<Output, Failure> = await onOwnThread {
    do throws(Failure) { return .success(try body()) } catch { return .failure(error) }
  }
  return try result.get()
}

private final class ThreadBody: Sendable {
  let run: @Sendable () -> Void
  init(_ run: @escaping @Sendable () -> Void) { self.run = run }
}

private func startThread(_ run: @escaping @Sendable () -> Void) {
  let body = Unmanaged.passRetained(ThreadBody(run))
  var thread = pthread_t()
  var attributes = pthread_attr_t()
  pthread_attr_init(&attributes)
  defer { pthread_attr_destroy(&attributes) }
  pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
  let status = pthread_create(
    &thread, &attributes,
    { argument in
      guard let argument else { return nil }
      var signals = sigset_t()
      sigemptyset(&signals)
      sigaddset(&signals, SIGPIPE)
      pthread_sigmask(SIG_BLOCK, &signals, nil)
      Unmanaged<ThreadBody>.fromOpaque(argument).takeRetainedValue().run()
      return nil
    }, body.toOpaque())
  // Out of threads: nothing can go on without one.
  precondition(status == 0, "no thread can be started: \(String(cString: strerror(status)))")
}
