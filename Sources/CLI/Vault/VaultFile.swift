import Glibc
import Runbook

/// A file that is, or shall be, vault-encrypted.
struct VaultFile: Sendable {
  let path: String
  let bytes: [UInt8]
  /// Its permission bits, which it keeps.
  let mode: Int

  init(_ path: String) throws(Diagnostic) {
    self.path = path
    bytes = try LocalFile.read(path)
    var status = stat()
    guard stat(path, &status) == 0 else { throw Diagnostic(.unreadable, "cannot look at '\(path)'") }
    mode = Int(status.st_mode & 0o7777)
  }

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var isVaulted: Bool { VaultEnvelope.isVaulted(text) }

  func opened(_ keyring: VaultKeyring) throws(Diagnostic) -> OpenedVault {
    guard isVaulted else { throw Diagnostic(.vault, "'\(path)' is not vault-encrypted") }
    let start = SourcePosition(file: SourceFile(path: path, text: text), line: 1, column: 1)
    return try keyring.opened(text, at: start)
  }

  /// Puts other bytes in its place, whole or not at all.
  func replace(with bytes: [UInt8]) throws(Diagnostic) {
    // A link is followed, so that the file it points to changes and the link stays.
    try LocalFile.write(bytes, to: resolved, mode: mode)
  }

  private var resolved: String {
    guard let real = realpath(path, nil) else { return path }
    defer { free(real) }
    return String(cString: real)
  }
}

/// Several files that change together or not at all.
enum VaultFiles {
  /// Where one cannot be written, those that were are put back.
  static func replace(_ changes: [(file: VaultFile, bytes: [UInt8])]) throws(Diagnostic) {
    var done: [VaultFile] = []
    for (file, bytes) in changes {
      do throws(Diagnostic) {
        try file.replace(with: bytes)
        done.append(file)
      } catch {
        var fault = error
        for file in done {
          do throws(Diagnostic) { try file.replace(with: file.bytes) } catch {
            fault = fault.noting(error.message)
          }
        }
        throw fault.noting("no file was changed")
      }
    }
  }
}
