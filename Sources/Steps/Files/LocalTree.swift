import Glibc
import Runbook

/// A folder of the control machine with all that is in it, read when a step is decoded.
struct LocalTree: Sendable {
  enum Content: Sendable {
    case folder
    case file(digest: String, size: Int)
    case link(String)
  }

  struct Item: Sendable {
    /// Below the folder: "conf.d/site.conf".
    var path: String
    var mode: Int
    var content: Content
  }

  let folder: String
  /// A folder before what is in it; sorted by their bytes.
  let items: [Item]

  /// Reads a folder; names that one of the patterns matches are left out, with all below them.
  static func read(_ folder: String, leavingOut patterns: [String]) throws(Diagnostic) -> LocalTree {
    var items: [Item] = []
    try read(folder, below: "", leavingOut: patterns, into: &items)
    return LocalTree(folder: folder, items: items)
  }

  private static func read(
    _ folder: String, below prefix: String, leavingOut patterns: [String], into items: inout [Item]
  ) throws(Diagnostic) {
    for name in try LocalFile.list(folder) where !patterns.contains(where: { fnmatch($0, name, 0) == 0 }) {
      let (path, relative) = ("\(folder)/\(name)", prefix + name)
      var status = stat()
      guard lstat(path, &status) == 0 else { throw .cannotRead(path) }
      let mode = Int(status.st_mode & 0o7777)
      switch status.st_mode & S_IFMT {
      case S_IFDIR:
        items.append(Item(path: relative, mode: mode, content: .folder))
        try read(path, below: relative + "/", leavingOut: patterns, into: &items)
      case S_IFREG:
        let bytes = try LocalFile.read(path)
        let digest = Digest.hex(Digest.sha256(bytes))
        items.append(Item(path: relative, mode: mode, content: .file(digest: digest, size: bytes.count)))
      case S_IFLNK: items.append(Item(path: relative, mode: mode, content: .link(try target(of: path))))
      default: throw Diagnostic(.invalidValue, "'\(path)' is neither a file, a folder nor a link")
      }
    }
  }

  private static func target(of path: String) throws(Diagnostic) -> String {
    var bytes = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = readlink(path, &bytes, bytes.count)
    guard count >= 0 else { throw .cannotRead(path) }
    return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// One digest of all of it, for a step's fingerprint.
  var digest: String {
    let lines = items.map { item -> String in
      switch item.content {
      case .folder: "d \(item.mode) \(item.path)\0"
      case .file(let digest, _): "f \(item.mode) \(item.path)\0\(digest)"
      case .link(let target): "l \(item.path)\0\(target)"
      }
    }
    return Digest.hex(Digest.sha256(Array(lines.joined(separator: "\0").utf8)))
  }
}

extension Diagnostic {
  fileprivate static func cannotRead(_ path: String) -> Diagnostic {
    Diagnostic(.unreadable, "cannot read '\(path)': \(String(cString: strerror(errno)).lowercased())")
  }
}
