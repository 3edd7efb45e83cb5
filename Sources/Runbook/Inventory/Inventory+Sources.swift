/// Reads inventory sources one after the other.
struct InventorySources {
  private static let ignoredEndings = [
    "~", ".orig", ".bak", ".cfg", ".retry", ".pyc", ".pyo", ".swp", ".rpm", ".md", ".txt", ".rst",
  ]

  var builder = InventoryBuilder()
  /// The folders beside which `group_vars` and `host_vars` are looked for, in order.
  private(set) var folders: [String] = []
  private var declared: Set<String> = []
  private let files: VariableFiles

  init(files: VariableFiles) { self.files = files }

  mutating func read(_ sources: [String]) {
    for source in sources {
      do throws(Diagnostics) {
        try read(source)
      } catch {
        builder.faults += error.all
      }
    }
    builder.checkExpectedGroups(declared: declared)
  }

  private mutating func read(_ source: String) throws(Diagnostics) {
    if source.contains(",") {
      for name in source.split(separator: ",") {
        let trimmed = String(name.drop { $0 == " " })
        if !trimmed.isEmpty { try add(trimmed) }
      }
      return
    }
    let kind: LocalFile.Kind?
    do { kind = try LocalFile.kind(source) } catch { throw .one(error) }
    switch kind {
    case nil:
      throw .one(
        Diagnostic(
          .missing, "there is no inventory '\(source)'",
          hint: "for a single host write a comma after it: '\(source),'"))
    case .folder:
      note(folder: source)
      try readFolder(source)
    case .file, .other:
      note(folder: LocalFile.parent(of: source))
      try readFile(source)
    }
  }

  private mutating func note(folder: String) {
    if !folders.contains(folder) { folders.append(folder) }
  }

  private mutating func add(_ name: String) throws(Diagnostics) {
    do throws(HostEntry.RangeFault) {
      let entry = try HostEntry(name)
      for name in entry.names {
        builder.addHost(name, to: "ungrouped")
        if let port = entry.port {
          builder.setVariable(Variable("ansible_port", .value(.int(port))), ofHost: name)
        }
      }
    } catch {
      throw .one(.inventory(error.message, nil))
    }
  }

  private mutating func readFolder(_ folder: String) throws(Diagnostics) {
    let names: [String]
    do { names = try LocalFile.list(folder) } catch { throw .one(error) }
    for name in names where !name.hasPrefix(".") && !["group_vars", "host_vars"].contains(name) {
      if Self.ignoredEndings.contains(where: { name.hasSuffix($0) }) { continue }
      let path = LocalFile.join(folder, name)
      let kind: LocalFile.Kind?
      do { kind = try LocalFile.kind(path) } catch { throw .one(error) }
      if kind == .folder { try readFolder(path) } else { try readFile(path) }
    }
  }

  private mutating func readFile(_ path: String) throws(Diagnostics) {
    let file = try files.text(of: path)
    if file.text.hasPrefix("#!") {
      throw .one(
        .inventory(
          "inventory scripts are not run", SourcePosition(file: file, line: 1, column: 1),
          hint: "save what it prints as a YAML file"))
    }
    if [".yml", ".yaml", ".json"].contains(where: { path.hasSuffix($0) }) {
      guard let root = try YAMLReader.read(file) else { return }
      var reader = YAMLInventory()
      reader.read(root, into: &builder)
      declared.formUnion(reader.declared)
    } else {
      var reader = INIInventory(file)
      reader.read(into: &builder)
      declared.formUnion(reader.declared)
    }
  }
}
