import Glibc
import Runbook
import Synchronization
import Testing

/// A folder of files for one test, gone when the test is.
final class SampleProject {
  let root: String

  init(_ files: [String: String]) throws {
    var template = Array("/tmp/runbook-inventory-XXXXXX".utf8CString)
    root = try #require(mkdtemp(&template).map { String(cString: $0) })
    for (path, text) in files {
      try LocalFile.makeFolder(LocalFile.parent(of: "\(root)/\(path)"))
      try LocalFile.write(Array(text.utf8), to: "\(root)/\(path)")
    }
  }

  deinit { Self.remove(root) }

  private static func remove(_ path: String) {
    for name in (try? LocalFile.list(path)) ?? [] { remove("\(path)/\(name)") }
    if unlink(path) != 0 { rmdir(path) }
  }

  func load(
    _ source: String = "inventory", keyring: any VaultDecrypting = CapitalKeyring(), runbook: String? = nil
  )
    throws -> Inventory
  {
    let folders = ProjectFolders(root: root, runbook: runbook.map { "\(root)/\($0)" })
    return try Inventory.load(
      [source.contains(",") ? source : "\(root)/\(source)"], project: folders, keyring: keyring)
  }

  func faults(_ source: String = "inventory") throws -> [Diagnostic] {
    try #require(throws: Diagnostics.self) { try load(source) }.all
  }
}

/// A keyring whose vaults are their own plain text, in capitals, less the header; it counts.
final class CapitalKeyring: VaultDecrypting {
  private let decrypted = Mutex(0)
  var count: Int { decrypted.withLock { $0 } }

  func decrypt(_ text: String, at position: SourcePosition) throws(Diagnostic) -> String {
    decrypted.withLock { $0 += 1 }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let body =
      lines.first?.hasPrefix("$ANSIBLE_VAULT") == true ? lines.dropFirst().joined(separator: "\n") : text
    return body.split(separator: " ", omittingEmptySubsequences: false)
      .map { $0.hasSuffix(":") ? String($0) : $0.uppercased() }.joined(separator: " ")
  }
}

extension Inventory {
  /// The definition of a variable that counts, as written.
  func written(_ name: String, of host: String) throws -> String? {
    let host = try #require(self.host(named: host))
    let found = try layers(for: host).flatMap { $0.variables }.last { $0.name == name }
    switch found?.definition {
    case .value(let value): return value.json()
    case .node(let node):
      guard case .scalar(let scalar) = node.content else { return "a collection" }
      return scalar.text
    case nil: return nil
    }
  }
}
