import Glibc

/// Files of the control machine. Every failure is a diagnostic that names the path; "not there" is never guessed.
public enum LocalFile {
  /// Reads a whole file; `limit` bytes at most.
  public static func read(_ path: String, limit: Int = 256 << 20) throws(Diagnostic) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannot("read", path) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .cannot("read", path) }
    guard status.st_mode & S_IFMT != S_IFDIR else { throw .cannot("read", path, EISDIR) }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(min(max(0, Int(status.st_size)), limit) + 1)
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 {
        guard errno == EINTR else { throw .cannot("read", path) }
        continue
      }
      guard count > 0 else { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= limit else { throw .tooLarge(path, limit: limit) }
    }
  }

  /// Writes a file beside its target, syncs it, renames it into place and syncs the folder: after a crash the old
  /// bytes or the new ones are there, never a part.
  public static func write(_ bytes: [UInt8], to path: String, mode: Int = 0o600) throws(Diagnostic) {
    let temporary = "\(path).\(String(UInt64.random(in: 0 ... .max), radix: 36))"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .cannot("write", path) }
    do throws(Diagnostic) {
      try fill(descriptor, bytes, mode: mode, path: path)
      guard rename(temporary, path) == 0 else { throw .cannot("write", path) }
    } catch {
      unlink(temporary)
      throw error
    }
    try sync(folder: parent(of: path))
  }

  /// Whether something is at the path, following links.
  public static func exists(_ path: String) throws(Diagnostic) -> Bool { try kind(path) != nil }

  /// What stands at a path, following links; nil where there is nothing.
  public static func kind(_ path: String) throws(Diagnostic) -> Kind? {
    var status = stat()
    guard stat(path, &status) == 0 else {
      guard errno == ENOENT || errno == ENOTDIR else { throw .cannot("look at", path) }
      return nil
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return .file
    case S_IFDIR: return .folder
    default: return .other
    }
  }

  public enum Kind: Sendable { case file, folder, other }

  /// The names in a folder, sorted by their bytes, without `.` and `..`.
  public static func list(_ path: String) throws(Diagnostic) -> [String] {
    guard let folder = opendir(path) else { throw .cannot("list", path) }
    defer { closedir(folder) }
    var names: [String] = []
    while true {
      errno = 0
      guard let entry = readdir(folder) else {
        guard errno == 0 else { throw .cannot("list", path) }
        return names.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
      }
      let name = withUnsafeBytes(of: entry.pointee.d_name) {
        String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
  }

  /// Makes a folder and those above it, where they are not there.
  public static func makeFolder(_ path: String, mode: Int = 0o755) throws(Diagnostic) {
    if try kind(path) == .folder { return }
    let above = parent(of: path)
    if above != path { try makeFolder(above, mode: mode) }
    guard mkdir(path, mode_t(mode)) == 0 || errno == EEXIST else { throw .cannot("make the folder", path) }
    guard try kind(path) == .folder else { throw .cannot("make the folder", path, ENOTDIR) }
  }

  /// Removes a file; one that is not there is no fault.
  public static func remove(_ path: String) throws(Diagnostic) {
    guard unlink(path) == 0 || errno == ENOENT else { throw .cannot("remove", path) }
  }

  /// The folder that a path stands in: `.` for a bare name.
  public static func parent(of path: String) -> String {
    var trimmed = Substring(path)
    while trimmed.count > 1, trimmed.hasSuffix("/") { trimmed.removeLast() }
    guard let slash = trimmed.lastIndex(of: "/") else { return "." }
    return slash == trimmed.startIndex ? "/" : String(trimmed[..<slash])
  }

  /// A path below a folder; a path that is absolute stays as it is.
  public static func join(_ folder: String, _ path: String) -> String {
    if path.hasPrefix("/") || folder.isEmpty || folder == "." { return path }
    return folder.hasSuffix("/") ? folder + path : "\(folder)/\(path)"
  }

  /// Writes all bytes, with their mode, to the disk, and closes the file in every outcome.
  private static func fill(_ descriptor: Int32, _ bytes: [UInt8], mode: Int, path: String) throws(Diagnostic)
  {
    var isOpen = true
    defer { if isOpen { close(descriptor) } }
    guard fchmod(descriptor, mode_t(mode)) == 0 else { throw .cannot("write", path) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes {
        Glibc.write(descriptor, $0.baseAddress?.advanced(by: written), $0.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw .cannot("write", path) }
      written += count
    }
    guard fsync(descriptor) == 0 else { throw .cannot("write", path) }
    isOpen = false
    guard close(descriptor) == 0 else { throw .cannot("write", path) }
  }

  /// Brings a rename to the disk.
  private static func sync(folder: String) throws(Diagnostic) {
    let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .cannot("sync", folder) }
    defer { close(descriptor) }
    // Some file systems cannot sync a folder and say EINVAL: the rename is all there is to be had.
    guard fsync(descriptor) == 0 || errno == EINVAL else { throw .cannot("sync", folder) }
  }
}

extension SourceFile {
  /// Reads a text file, UTF-8 of at most 16 MiB. `shownAs` is the path that people see.
  public static func read(path: String, shownAs: String? = nil) throws(Diagnostic) -> SourceFile {
    let bytes = try LocalFile.read(path, limit: 16 << 20)
    if let text = String(validating: bytes, as: UTF8.self) {
      return SourceFile(path: shownAs ?? path, text: text)
    }
    throw .notUTF8(bytes, path: shownAs ?? path)
  }
}

extension Diagnostic {
  fileprivate static func cannot(_ verb: String, _ path: String, _ code: Int32 = errno) -> Diagnostic {
    let reason =
      code == ENOENT ? "there is no such file or folder" : String(cString: strerror(code)).lowercased()
    return Diagnostic(code == ENOENT ? .missing : .unreadable, "cannot \(verb) '\(path)': \(reason)")
  }

  fileprivate static func tooLarge(_ path: String, limit: Int) -> Diagnostic {
    Diagnostic(.invalidValue, "'\(path)' is larger than \(limit >> 20) MiB")
  }

  fileprivate static func notUTF8(_ bytes: [UInt8], path: String) -> Diagnostic {
    let good = validPrefix(bytes)
    let before = String(decoding: bytes[..<good], as: UTF8.self)
    let file = SourceFile(path: path, text: String(decoding: bytes, as: UTF8.self))
    let lines = before.split(separator: "\n", omittingEmptySubsequences: false)
    let column = (lines.last?.unicodeScalars.count ?? 0) + 1
    return Diagnostic(
      .syntax, "this is not UTF-8 text: byte 0x\(String(bytes[good], radix: 16))",
      at: SourcePosition(file: file, line: max(1, lines.count), column: column),
      hint: bytes.contains(0) ? "is this a binary or encrypted file?" : "save the file as UTF-8")
  }
}

/// How many bytes at the start are whole UTF-8 characters.
private func validPrefix(_ bytes: [UInt8]) -> Int {
  var decoder = UTF8()
  var iterator = bytes.makeIterator()
  var count = 0
  while true {
    switch decoder.decode(&iterator) {
    case .scalarValue(let scalar): count += UTF8.width(scalar)
    case .emptyInput, .error: return min(count, bytes.count - 1)
    }
  }
}
