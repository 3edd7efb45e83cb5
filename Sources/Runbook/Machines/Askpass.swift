import Glibc
import Synchronization

/// Hands ssh a password by the program it asks: a small script that reads it from a pipe with a name, mode
/// 0600. The password is in no argv, no environment and no file.
final class Askpass: Sendable {
  let program: String
  private let pipe: String
  private let descriptor: Mutex<Int32>

  init(_ password: String, in folder: String) throws(Diagnostic) {
    program = folder + "/ask"
    pipe = folder + "/p"
    guard mkfifo(pipe, 0o600) == 0 else { throw .noAskpass(errno) }
    // Open for both: neither side waits for the other, and what is written stays until it is read.
    let opened = open(pipe, O_RDWR | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else { throw .noAskpass(errno) }
    descriptor = Mutex(opened)
    // ssh may ask twice: by keyboard-interactive, then by password.
    let lines = Array((password + "\n" + password + "\n").utf8)
    guard write(opened, lines, lines.count) == lines.count else { throw .noAskpass(errno) }
    try writeProgram()
  }

  /// It answers no question but the one for the host's own password: not one for a passphrase or a host key,
  /// and none that comes from the ssh which leads to a jump host.
  private func writeProgram() throws(Diagnostic) {
    let script = """
      #!/bin/sh
      case $1 in *assword*) ;; *) exit 1 ;; esac
      if tr '\\000' '\\n' <"/proc/$PPID/cmdline" | grep -qx -e -W; then exit 1; fi
      IFS= read -r password <\(shellWord(pipe)) || exit 1
      printf '%s\\n' "$password"

      """
    let file = open(program, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o700)
    guard file >= 0 else { throw .noAskpass(errno) }
    defer { close(file) }
    let bytes = Array(script.utf8)
    guard write(file, bytes, bytes.count) == bytes.count else { throw .noAskpass(errno) }
  }

  /// The pipe is emptied and gone; a second call does nothing.
  func remove() {
    descriptor.withLock { descriptor in
      guard descriptor >= 0 else { return }
      close(descriptor)
      descriptor = -1
      unlink(pipe)
      unlink(program)
    }
  }
}

extension Diagnostic {
  fileprivate static func noAskpass(_ code: Int32) -> Diagnostic {
    Diagnostic(.failed, "the password cannot be handed to ssh: \(String(cString: strerror(code)))")
  }
}
