import Glibc

/// A file of the control machine on its way to or from a host.
final class TransferFile {
  private let path: String
  private let temporary: String?
  private let descriptor: Int32
  private var isFinished = false

  /// Only a regular file: a pipe or a device could block for ever.
  init(reading path: String) throws(Diagnostic) {
    self.path = path
    temporary = nil
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw .localFault("read", path, errno) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .localFault("read", path, errno) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular(path) }
  }

  /// A new file, mode 0600, that takes the place of what is there when it is finished.
  init(replacing path: String) throws(Diagnostic) {
    self.path = path
    let name = path + ".part-" + Digest.hex(Digest.random(4))
    temporary = name
    descriptor = open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .localFault("write", path, errno) }
  }

  deinit {
    guard descriptor >= 0 else { return }
    close(descriptor)
    if let temporary, !isFinished { unlink(temporary) }
  }

  /// The next piece; nil at the end.
  func read() throws(Diagnostic) -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 256 << 10)
    let count = Glibc.read(descriptor, &buffer, buffer.count)
    guard count >= 0 else { throw .localFault("read", path, errno) }
    return count == 0 ? nil : Array(buffer[..<count])
  }

  func write(_ bytes: [UInt8]) throws(Diagnostic) {
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      guard count >= 0 || errno == EINTR else { throw .localFault("write", path, errno) }
      rest = rest.dropFirst(max(0, count))
    }
  }

  /// Synced, and in its place.
  func finish() throws(Diagnostic) {
    guard let temporary else { return }
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
      throw .localFault("write", path, errno)
    }
    isFinished = true
  }
}

extension Diagnostic {
  fileprivate static func localFault(_ verb: String, _ path: String, _ code: Int32) -> Diagnostic {
    Diagnostic(.failed, "cannot \(verb) '\(path)' on this machine: \(String(cString: strerror(code)))")
  }

  fileprivate static func notRegular(_ path: String) -> Diagnostic {
    Diagnostic(.failed, "'\(path)' on this machine is not a regular file")
  }
}
