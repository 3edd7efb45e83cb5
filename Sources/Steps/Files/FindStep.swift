public import Runbook

/// Files below folders of the host, as values for later steps.
public struct FindStep: StepKind {
  public static let key = "find"
  public static let summary = """
    What is below some folders. Changes nothing. Outputs: `count`, `paths` (sorted) and `files`, a list of \
    maps with `path`, `kind`, `mode`, `owner`, `group`, `size` and `modified`. A folder that is not there \
    has nothing in it.
    """
  public static let example = """
    - find: { paths: /var/backups, patterns: ["*.gz"], older: 30d }
      register: old
    - find: { paths: [/etc/nginx], kind: directory, recurse: true }
      register: folders
    """

  enum Kind: String, CaseIterable, Choice { case file, directory, link, any }

  let paths: [AbsolutePath]
  let patterns: [String]
  let exclude: [String]
  let kind: Kind
  let isRecursive: Bool
  let depth: Int?
  let older: Duration?
  let newer: Duration?
  let larger: Int?

  public init(_ parameters: inout Parameters) {
    paths = parameters.required("paths", "Folders to look in.")
    patterns = parameters.value("patterns", "Shell patterns, one of which the name must match.", default: [])
    exclude = parameters.value("exclude", "Shell patterns, none of which the name may match.", default: [])
    kind = parameters.value("kind", "What to look for.", default: .file)
    isRecursive = parameters.value("recurse", "Look in folders below, too.", default: false)
    depth = parameters.optional("depth", "How many folders deep, with `recurse`.")
    older = parameters.optional("older", "Last changed longer ago than this.")
    newer = parameters.optional("newer", "Last changed within this time.")
    larger = parameters.optional("larger", "Larger than this many bytes.")
  }

  public var title: String { "find in \(paths.map { $0.string }.joined(separator: ", "))" }

  public var probe: Probe<[Found]> {
    let paths = paths
    return Probe<ScriptOutput>.script(script).map { (output) throws(Diagnostic) in
      guard output.status == 0 else {
        throw Diagnostic(
          .unreadable, "cannot look through \(paths.map { "'\($0)'" }.joined(separator: ", "))",
          notes: output.errors.isEmpty ? [] : [output.errors])
      }
      return Found.list(output.output)
    }
  }

  public func change(from observed: [Found]) throws(Diagnostic) -> Change? { nil }

  public func outputs(_ observed: [Found], _ results: [ActionResult]) -> ValueMap {
    [
      "count": .int(observed.count), "paths": .list(observed.map { .string($0.path) }),
      "files": .list(observed.map { .map($0.map) }),
    ]
  }

  /// A record starts with byte 1, so that a name may hold anything but NUL and that.
  private var script: String {
    var tests = ["-mindepth", "1"]
    if let depth = isRecursive ? depth : 1 { tests = ["-mindepth", "1", "-maxdepth", String(depth)] }
    switch kind {
    case .file: tests += ["-type", "f"]
    case .directory: tests += ["-type", "d"]
    case .link: tests += ["-type", "l"]
    case .any: break
    }
    if !patterns.isEmpty {
      tests += ["("] + patterns.map { ["-name", $0] }.joined(separator: ["-o"]) + [")"]
    }
    tests += exclude.flatMap { ["!", "-name", $0] }
    if let older { tests += ["-mmin", "+\(older.wholeSeconds / 60)"] }
    if let newer { tests += ["-mmin", "-\(max(1, newer.wholeSeconds / 60))"] }
    if let larger { tests += ["-size", "+\(larger)c"] }
    return """
      r=$(printf '\\001')
      for d in \(shellLine(paths.map { $0.string })); do
      [ -d "$d/" ] || continue
      find "$d/." \(shellLine(tests)) -exec stat -c "$r%a %U %G %s %Y %F$r%n" {} + || exit
      done
      """
  }
}

/// One thing that `find` found.
public struct Found: Sendable, Hashable {
  var path: String
  var status: FileStatus

  var map: ValueMap {
    [
      "path": .string(path), "kind": .string(status.kind.rawValue),
      "mode": .string(FileMode(status.mode).description), "owner": .string(status.owner),
      "group": .string(status.group), "size": .int(status.size), "modified": .int(status.modified),
    ]
  }

  /// Reads records of two parts, each begun by byte 1: status, and path up to the line's end.
  static func list(_ output: String) -> [Found] {
    let parts = output.split(separator: "\u{1}", omittingEmptySubsequences: false).dropFirst()
    var (found, status) = ([Found](), FileStatus?.none)
    for part in parts {
      if let known = status {
        let name = part.hasSuffix("\n") ? part.dropLast() : part
        found.append(Found(path: String(name).replacing("/./", with: "/", maxReplacements: 1), status: known))
        status = nil
      } else {
        status = Self.status(part.split(separator: " ", maxSplits: 5).map(String.init))
      }
    }
    return found.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
  }

  private static func status(_ words: [String]) -> FileStatus? {
    guard words.count == 6, let mode = Int(words[0], radix: 8), let size = Int(words[3]),
      let modified = Int(words[4])
    else { return nil }
    let kind: FileStatus.Kind =
      switch words[5] {
      case "directory": .directory
      case "symbolic link": .link
      case let words where words.hasPrefix("regular"): .file
      default: .other
      }
    return FileStatus(
      kind: kind, mode: mode, owner: words[1], group: words[2], size: size, modified: modified)
  }
}
