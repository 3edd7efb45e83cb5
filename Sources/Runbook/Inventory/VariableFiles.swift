import Synchronization

/// The files of variables of a project: found, read and decrypted when a host needs them, each once.
final class VariableFiles: Sendable {
  private static let extensions = ["", ".yml", ".yaml", ".json"]

  private let keyring: any VaultDecrypting
  private let root: String
  private let read = Mutex<[String: Result<[Variable], Diagnostics>]>([:])
  private let found = Mutex<[String: Result<[String], Diagnostics>]>([:])

  init(keyring: any VaultDecrypting, root: String) {
    self.keyring = keyring
    self.root = root
  }

  /// The layers of what a folder has for a name: `name`, `name.yml`, or all files in the folder `name`. As for
  /// Ansible the first of these that is there counts.
  func layers(_ rank: VariableRank, in folder: String, for name: String) throws(Diagnostics)
    -> [VariableLayer]
  {
    var layers: [VariableLayer] = []
    var faults: [Diagnostic] = []
    for path in try paths(in: folder, for: name) {
      do throws(Diagnostics) {
        layers.append(VariableLayer(rank, title: shown(path), try variables(of: path)))
      } catch {
        faults += error.all
      }
    }
    guard faults.isEmpty else { throw Diagnostics(faults) }
    return layers
  }

  /// The path as a person would type it: relative to the project.
  func shown(_ path: String) -> String {
    let prefix = root.hasSuffix("/") ? root : root + "/"
    return path.hasPrefix(prefix) ? String(path.dropFirst(prefix.count)) : path
  }

  private func paths(in folder: String, for name: String) throws(Diagnostics) -> [String] {
    let base = LocalFile.join(folder, name)
    if let known = found.withLock({ $0[base] }) { return try known.get() }
    let result: Result<[String], Diagnostics>
    do throws(Diagnostic) { result = .success(try search(base)) } catch { result = .failure(.one(error)) }
    found.withLock { $0[base] = result }
    return try result.get()
  }

  private func search(_ base: String) throws(Diagnostic) -> [String] {
    for ending in Self.extensions {
      switch try LocalFile.kind(base + ending) {
      case .folder: return try files(below: base + ending)
      case .file, .other: return [base + ending]
      case nil: continue
      }
    }
    return []
  }

  /// Every file of variables below a folder, sorted; hidden ones and backups are none.
  private func files(below folder: String) throws(Diagnostic) -> [String] {
    var files: [String] = []
    for name in try LocalFile.list(folder) where !name.hasPrefix(".") && !name.hasSuffix("~") {
      let path = "\(folder)/\(name)"
      if try LocalFile.kind(path) == .folder {
        files += try self.files(below: path)
      } else if !name.contains(".") || Self.extensions.dropFirst().contains(where: { name.hasSuffix($0) }) {
        files.append(path)
      }
    }
    return files
  }

  private func variables(of path: String) throws(Diagnostics) -> [Variable] {
    if let known = read.withLock({ $0[path] }) { return try known.get() }
    let result: Result<[Variable], Diagnostics>
    do throws(Diagnostics) {
      result = .success(try Self.variables(in: try text(of: path)))
    } catch {
      result = .failure(error)
    }
    read.withLock { $0[path] = result }
    return try result.get()
  }

  /// A file's text, decrypted where it is vaulted as a whole.
  func text(of path: String) throws(Diagnostics) -> SourceFile {
    do throws(Diagnostic) {
      let file = try SourceFile.read(path: path, shownAs: shown(path))
      guard file.text.hasPrefix("$ANSIBLE_VAULT") else { return file }
      let start = SourcePosition(file: file, line: 1, column: 1)
      let plain = try keyring.decrypt(file.text, at: start)
      return SourceFile(path: file.path, text: plain, isSecret: true)
    } catch {
      throw .one(error)
    }
  }

  /// The variables that a file defines.
  static func variables(in file: SourceFile) throws(Diagnostics) -> [Variable] {
    guard let root = try YAMLReader.read(file) else { return [] }
    guard case .mapping(let entries) = root.content else {
      throw .one(.inventory("a file of variables is a mapping of names to values", root.position))
    }
    return entries.map { Variable($0, isSecret: file.isSecret) }
  }
}
