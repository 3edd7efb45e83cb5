public import Runbook

/// Makes sure that a directory is there with the wanted owner and mode, or that it is gone.
public struct DirectoryStep: StepKind {
  public static let key = "directory"
  public static let summary = """
    A directory with its owner and mode; parents are made with mode 0755. With `recurse`, owner, group and \
    `file_mode` hold for all that is in it. `state: absent` removes an empty one; with `recurse`, also what \
    is in it.
    """
  public static let shorthand: String? = "path"
  public static let example = """
    - directory: /srv/stacks
    - directory: { path: /srv/private, mode: "0750", owner: root, group: docker }
    - directory: { path: /srv/www, owner: www-data, group: www-data, recurse: true }
    - directory: { path: /srv/old, state: absent, recurse: true }
    """

  /// The directory, and how many things in it differ from what `recurse` asks for.
  public struct State: Sendable {
    var status: FileStatus?
    var differing: Int
  }

  let path: AbsolutePath
  let attributes: FileAttributes
  let fileMode: FileMode?
  let isRecursive: Bool
  let state: Presence

  public init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Absolute path on the host.")
    attributes = FileAttributes(
      &parameters, mode: "Permission bits; a new directory has 0755 where this is not given.")
    isRecursive = parameters.value(
      "recurse",
      "Owner and group, and the modes given, also for all that is in it; when absent: remove that too.",
      default: false)
    fileMode = parameters.optional("file_mode", "Permission bits of the files in it; only with `recurse`.")
    state = parameters.value("state", "Whether it shall be there.", default: .present)
    if state == .absent, parameters.has("path"), ProtectedPaths.contains(path) {
      parameters.reject(.protected(path, at: parameters.position(of: "path")))
    }
    if fileMode != nil, !isRecursive {
      parameters.reject("'file_mode' needs 'recurse: true'", at: "file_mode")
    }
  }

  public var title: String { "directory \(path)" }

  public var probe: Probe<State> {
    let status = Probe<FileStatus?>.status(of: path.string)
    guard let script = countScript else { return status.map { State(status: $0, differing: 0) } }
    let path = path
    return status.and(.script(script)).map { (status, output) throws(Diagnostic) in
      guard status?.kind == .directory else { return State(status: status, differing: 0) }
      let count = output.output.split(separator: "\n").first.flatMap { Int($0.filter { $0 != " " }) }
      guard output.status == 0, let count else { throw .cannotSearch(path, output) }
      return State(status: status, differing: count)
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    if state == .absent { return try removal(of: observed.status) }
    guard let status = observed.status else { return creation }
    guard status.kind == .directory else { throw .notADirectory(path, status) }
    var words = attributes.differences(from: status)
    var actions = attributes.actions(on: path.string, from: status)
    if observed.differing > 0 {
      words.append("owner and mode of \(observed.differing) in it")
      actions += recursion.map { .run($0.argv) }
    }
    guard !actions.isEmpty else { return nil }
    return Change(.modify, "directory \(path), \(words.joined(separator: ", "))", actions)
  }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    ["path": .string(path.string)]
  }

  private var creation: Change {
    let mode = attributes.mode ?? FileMode(0o755)
    var argv = ["install", "-d", "-m", mode.description]
    if let owner = attributes.owner { argv += ["-o", owner] }
    if let group = attributes.group { argv += ["-g", group] }
    return .create(
      Text("directory \(path)" + attributes.words(mode: mode)), .run(argv + ["--", path.string]))
  }

  private func removal(of status: FileStatus?) throws(Diagnostic) -> Change? {
    guard let status else { return nil }
    guard status.kind == .directory else { throw .notADirectory(path, status) }
    return isRecursive
      ? .remove("directory \(path) with all that is in it", .run(["rm", "-rf", "--", path.string]))
      : .remove("directory \(path)", .run(["rmdir", "--", path.string]))
  }

  /// For each thing that `recurse` asks for: what `find` selects, and the command that mends it.
  private var recursion: [(test: [String], argv: [String])] {
    guard isRecursive, state == .present else { return [] }
    var all: [(test: [String], command: [String])] = []
    if let owner = attributes.owner { all.append((["!", "-user", owner], ["chown", "-h", owner])) }
    if let group = attributes.group { all.append((["!", "-group", group], ["chown", "-h", ":\(group)"])) }
    if let mode = attributes.mode {
      all.append((["-type", "d", "!", "-perm", mode.description], ["chmod", "0\(mode)"]))
    }
    if let fileMode {
      all.append((["-type", "f", "!", "-perm", fileMode.description], ["chmod", fileMode.description]))
    }
    return all.map { test, command in
      (test, ["find", path.string, "-mindepth", "1"] + test + ["-exec"] + command + ["--", "{}", "+"])
    }
  }

  /// Prints how many things differ; nil where there is nothing to look for.
  private var countScript: String? {
    let tests = recursion.map { "\\( \(shellLine($0.test)) \\)" }
    guard !tests.isEmpty else { return nil }
    let find =
      "find \(shellWord(path.string)) -mindepth 1 \\( \(tests.joined(separator: " -o ")) \\) -exec echo . \\;"
    return """
      if [ ! -d \(shellWord(path.string)) ]; then echo 0; exit; fi
      found=$(\(find)) || exit
      printf %s "$found" | wc -w
      """
  }
}

extension Diagnostic {
  fileprivate static func notADirectory(_ path: AbsolutePath, _ status: FileStatus) -> Diagnostic {
    guard let target = status.target else {
      return Diagnostic(
        .conflict, "'\(path)' exists and is not a directory", hint: "move it away, or give another path")
    }
    return Diagnostic(
      .conflict, "'\(path)' is a link to '\(target)', not a directory",
      hint: "give the step the path it points to")
  }

  fileprivate static func cannotSearch(_ path: AbsolutePath, _ output: ScriptOutput) -> Diagnostic {
    Diagnostic(
      .unreadable, "cannot look through '\(path)'", notes: output.errors.isEmpty ? [] : [output.errors],
      hint: "an owner or a group that is not there yet must be made by an earlier step")
  }
}
