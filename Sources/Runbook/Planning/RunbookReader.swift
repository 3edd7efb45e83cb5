/// Reads a runbook with all that it includes.
public struct RunbookReader: Sendable {
  let registry: StepRegistry
  let projectFolder: String

  public init(registry: StepRegistry, projectFolder: String) {
    self.registry = registry
    self.projectFolder = projectFolder
  }

  /// Throws every fault of all its files together.
  public func read(_ path: String) throws(Diagnostics) -> RunbookDocument {
    let file: SourceFile
    do throws(Diagnostic) { file = try SourceFile.read(path: path) } catch { throw .one(error) }
    return try read(file)
  }

  /// Reads a runbook whose text is at hand; what it includes is looked for from its path.
  public func read(_ file: SourceFile) throws(Diagnostics) -> RunbookDocument {
    let reading = RunbookReading(registry: registry, projectFolder: projectFolder, file: file)
    let document = reading.document()
    guard let document, reading.faults.isEmpty else { throw Diagnostics(reading.sortedFaults) }
    return document
  }
}

/// One reading of a runbook: what was found so far. Faults are collected, never thrown, so that all of them are
/// told in one go.
final class RunbookReading {
  let registry: StepRegistry
  let projectFolder: String
  let file: SourceFile
  var files: [SourceFile]
  var faults: [Diagnostic] = []
  /// Files that are being included, outermost first.
  var stack: [String]
  /// Handlers of the scopes that are being read, innermost last.
  var handlers: [[StepSpec]] = []
  /// How many steps without an id there were, by what their derived id begins with.
  var counts: [String: Int] = [:]
  /// Where each id was given.
  var ids: [String: SourcePosition] = [:]

  init(registry: StepRegistry, projectFolder: String, file: SourceFile) {
    self.registry = registry
    self.projectFolder = projectFolder
    self.file = file
    files = [file]
    stack = [LocalPath.normal(file.path)]
  }

  /// By file, in the order of their reading, then by place.
  var sortedFaults: [Diagnostic] {
    let order = Dictionary(files.enumerated().map { ($0.element.path, $0.offset) }) { first, _ in first }
    func place(_ index: Int) -> [Int] {
      guard let position = faults[index].position else { return [-1, 0, 0, index] }
      return [order[position.file.path] ?? Int.max, position.line, position.column, index]
    }
    return faults.indices.sorted { place($0).lexicographicallyPrecedes(place($1)) }.map { faults[$0] }
  }

  func reject(
    _ code: Diagnostic.Code, _ message: String, at position: SourcePosition?, notes: [String] = [],
    hint: String? = nil
  ) {
    faults.append(Diagnostic(code, message, at: position, notes: notes, hint: hint))
  }

  func document() -> RunbookDocument? {
    let top = SourcePosition(file: file, line: 1, column: 1)
    guard let root = parse(file) else {
      if faults.isEmpty {
        reject(.missing, "the file is empty", at: top, hint: "a runbook has 'hosts' and 'steps'")
      }
      return nil
    }
    guard case .mapping(let entries) = root.content else {
      rejectRoot(root)
      return nil
    }
    var keys = KeyReader(entries, of: "a runbook", at: root.position, knowing: CommonKey.runbook, in: self)
    if !keys.has("hosts") {
      reject(
        .missing, "'hosts' is missing", at: root.position, hint: "write 'hosts: all' to run on every host")
    }
    let hosts = keys.pattern("hosts")
    var inherited = Inheritance(folders: folders(of: file))
    keys.inherit(into: &inherited, hosts: false)
    let variables = keys.mapping("vars")
    handlers.append([])
    let items = keys.items("steps", inherited, isRequired: true)
    if let node = keys.take("handlers") { addHandlers(node, inherited) }
    let name = keys.literal("name") ?? LocalPath.normal(file.path)
    let variableFiles = keys.nodes("vars_files")
    keys.finish()
    var document = RunbookDocument(
      file: file, name: name, hosts: hosts ?? "all", become: inherited.become, variables: variables,
      variableFiles: variableFiles, items: items, handlers: handlers.removeLast(), files: files)
    document.hostsPosition = root["hosts"]?.position
    return document
  }

  /// The document of a file; nil where it is empty or does not parse.
  func parse(_ file: SourceFile) -> Node? {
    do throws(Diagnostics) { return try YAMLReader.read(file) } catch {
      faults += error.all
      return nil
    }
  }

  /// Where relative paths of a file's steps are looked for.
  func folders(of file: SourceFile) -> [String] {
    var folders: [String] = []
    for folder in [LocalPath.folder(of: file.path), LocalPath.folder(of: self.file.path), projectFolder]
    where !folders.contains(folder) {
      folders.append(folder)
    }
    return folders
  }

  func addHandlers(_ node: Node, _ inherited: Inheritance) {
    for item in items(node, inherited, of: "handlers") {
      switch item {
      case .step(let spec): handlers[handlers.count - 1].append(spec)
      case .phase(let phase):
        reject(
          .invalidValue, "a handler is one step", at: phase.position,
          hint: "list its steps as handlers of their own")
      }
    }
  }

  private func rejectRoot(_ root: Node) {
    if case .sequence(let items) = root.content {
      let isPlaybook = items.contains { $0["hosts"] != nil }
      reject(
        .syntax,
        isPlaybook ? "a runbook is one map, this is a list of plays" : "a runbook is a map, this is a list",
        at: root.position,
        hint: isPlaybook
          ? "write 'hosts:' and 'steps:' at the top, and one 'phase:' for each play"
          : "put 'hosts:' above it and the list under 'steps:'")
    } else {
      reject(
        .syntax, "a runbook is a map, this is text", at: root.position,
        hint: "a runbook has 'hosts' and 'steps'")
    }
  }
}

/// What steps take over from the phases, includes and the runbook around them.
struct Inheritance {
  var conditions: [Node] = []
  var hostPatterns: [(pattern: String, position: SourcePosition)] = []
  var become = BecomeSpec()
  var tags: [String] = []
  var environment: [Node.Entry] = []
  var variables: [StepVariables] = []
  var runsOnce = false
  var folders: [String]
  /// What the ids of the steps begin with: "docker/" in an include with that id.
  var prefix = ""

  init(folders: [String]) { self.folders = folders }
}
