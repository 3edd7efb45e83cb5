public import Runbook

/// Makes sure that a folder of the host holds what a folder of the control machine holds.
public struct CopyTreeStep: StepKind {
  public static let key = "copy_tree"
  public static let summary = """
    A folder of the control machine, copied with all that is in it; only what differs is sent. Files keep \
    their permission bits where `file_mode` is not given. What the host's folder holds besides stays, unless \
    `delete: true`.
    """
  public static let example = """
    - copy_tree: { source: stacks, path: /srv/stacks, exclude: [.git, "*.swp"] }
    - copy_tree: { source: site, path: /srv/www/site, owner: www-data, group: www-data, delete: true }
    """

  let tree: LocalTree?
  let path: AbsolutePath
  let delete: Bool
  let exclude: [String]
  let directoryMode: FileMode?
  let fileMode: FileMode?
  let owner: String?
  let group: String?

  public init(_ parameters: inout Parameters) {
    let source: String = parameters.required(
      "source", "Folder of the control machine, looked for beside the runbook and in `files`.")
    path = parameters.required(
      "path", "Absolute path of the folder on the host; it is made where it is not there.")
    delete = parameters.value(
      "delete", "Remove what is in the host's folder and not in the source.", default: false)
    exclude = parameters.value(
      "exclude", "Shell patterns of names to leave alone on both sides.", default: [])
    directoryMode = parameters.optional(
      "directory_mode", "Permission bits of folders; those of the source where not given.")
    fileMode = parameters.optional(
      "file_mode", "Permission bits of files; those of the source where not given.")
    owner = parameters.optional("owner", "User name or number of all of it; left as it is where not given.")
    group = parameters.optional("group", "Group name or number of all of it; left as it is where not given.")
    if delete, parameters.has("path"), ProtectedPaths.contains(path) {
      parameters.reject("'delete' is never used on '\(path)': too much hangs on it", at: "delete")
    }
    do throws(Diagnostic) {
      tree = parameters.has("source") ? try Self.read(source, exclude, &parameters) : nil
    } catch {
      tree = nil
      parameters.reject(error.located(at: parameters.position(of: "source")))
    }
  }

  public var title: String { "copy tree \(path)" }

  public var probe: Probe<HostTree> {
    let path = path
    return Probe<ScriptOutput>.script(HostTree.script(path.string)).map { (output) throws(Diagnostic) in
      guard output.status == 0 else {
        throw Diagnostic(
          .unreadable, "cannot look through '\(path)'", notes: [output.errors.withoutFinalNewlines])
      }
      return HostTree(output.output)
    }
  }

  public func change(from observed: HostTree) throws(Diagnostic) -> Change? {
    guard let tree else { return nil }
    var edits = TreeEdits(root: path.string, owner: owner, group: group)
    try edits.root(observed[""], mode: directoryMode)
    for item in tree.items { try edits.bring(item, wantedMode(item), observed[item.path], from: tree.folder) }
    if delete { edits.remove(extra(tree, observed)) }
    guard !edits.actions.isEmpty else { return nil }
    let words: Text = "\(path): \(edits.words.joined(separator: ", "))"
    return Change(observed.items.isEmpty ? .create : .modify, words, edits.actions)
  }

  private func wantedMode(_ item: LocalTree.Item) -> Int {
    switch item.content {
    case .folder: directoryMode?.bits ?? item.mode
    case .file: fileMode?.bits ?? item.mode
    case .link: 0o777
    }
  }

  /// What only the host has: of a folder, the folder alone.
  private func extra(_ tree: LocalTree, _ observed: HostTree) -> [String] {
    let known = Set(tree.items.map { $0.path })
    var extra: [String] = []
    for path in observed.items.keys.sorted() where !path.isEmpty && !known.contains(path) {
      let names = path.split(separator: "/").map(String.init)
      let isLeftAlone = names.contains { name in exclude.contains { LocalPattern.matches($0, name) } }
      if !isLeftAlone, !extra.contains(where: { path.hasPrefix($0 + "/") }) { extra.append(path) }
    }
    return extra
  }

  private static func read(
    _ source: String, _ exclude: [String], _ parameters: inout Parameters
  ) throws(Diagnostic) -> LocalTree {
    let folders = parameters.context.folders.isEmpty ? ["."] : parameters.context.folders
    for place in folders.flatMap({ [LocalFile.join($0, source), LocalFile.join($0 + "/files", source)] })
    where try LocalFile.kind(place) == .folder {
      let tree = try LocalTree.read(place, leavingOut: exclude)
      parameters.localFiles.append((source, tree.digest))
      return tree
    }
    throw Diagnostic(.missing, "there is no local folder '\(source)'")
  }
}
