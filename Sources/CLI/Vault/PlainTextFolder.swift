import Glibc
import Runbook

/// Where plain text is for as long as an editor needs it: a private folder on memory-backed storage.
final class PlainTextFolder: Sendable {
  let path: String

  /// Throws where this machine has no memory-backed file system to offer.
  init(_ environment: [String: String]) throws(Diagnostic) {
    let places = ["/dev/shm", environment["XDG_RUNTIME_DIR"] ?? ""].filter { !$0.isEmpty }
    var place: String?
    for candidate in places where place == nil {
      if try Self.isInMemory(candidate) { place = candidate }
    }
    guard let place else {
      throw Diagnostic(
        .vault, "there is no memory-backed folder for the plain text: neither /dev/shm nor XDG_RUNTIME_DIR",
        hint: "runbook vault decrypt, an editor of your own, and runbook vault encrypt write it to the disk")
    }
    Self.removeLeftovers(in: place)
    path = "\(place)/\(Self.prefix)\(getpid())"
    guard mkdir(path, 0o700) == 0 else {
      throw Diagnostic(
        .vault, "cannot make the folder '\(path)': \(String(cString: strerror(errno)).lowercased())")
    }
  }

  deinit { remove() }

  /// Also what the editor left beside the file. May be called more than once.
  func remove() { Self.remove(path) }

  private static let prefix = "runbook-vault-"

  /// By the mount that the folder is in: the one with the longest path, of those the last.
  private static func isInMemory(_ folder: String) throws(Diagnostic) -> Bool {
    guard try LocalFile.kind(folder) == .folder else { return false }
    let mounts = String(decoding: try LocalFile.read("/proc/self/mounts"), as: UTF8.self)
    var best = (path: "", type: "")
    for line in mounts.split(separator: "\n") {
      let fields = line.split(separator: " ").map { String($0) }
      guard fields.count > 2, fields[1].count >= best.path.count else { continue }
      let isAbove = fields[1] == "/" || folder == fields[1] || folder.hasPrefix(fields[1] + "/")
      if isAbove { best = (fields[1], fields[2]) }
    }
    return ["tmpfs", "ramfs"].contains(best.type)
  }

  /// What a killed process of this user left.
  private static func removeLeftovers(in place: String) {
    for name in (try? LocalFile.list(place)) ?? [] where name.hasPrefix(prefix) {
      guard let process = Int32(name.dropFirst(prefix.count)), kill(process, 0) != 0, errno == ESRCH else {
        continue
      }
      remove("\(place)/\(name)")
    }
  }

  private static func remove(_ folder: String) {
    for name in (try? LocalFile.list(folder)) ?? [] { unlink("\(folder)/\(name)") }
    rmdir(folder)
  }
}
