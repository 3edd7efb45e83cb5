import Runbook

/// What must be done to a folder of a host, collected.
struct TreeEdits {
  let root: String
  let owner: String?
  let group: String?
  private(set) var actions: [Action] = []
  private var (made, sent, mended, removed) = (0, 0, 0, 0)

  init(root: String, owner: String?, group: String?) {
    self.root = root
    self.owner = owner
    self.group = group
  }

  /// "3 sent", "1 removed".
  var words: [String] {
    [(made, "made"), (sent, "sent"), (mended, "with another mode or owner"), (removed, "removed")]
      .filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
  }

  mutating func root(_ observed: HostTree.Item?, mode: FileMode?) throws(Diagnostic) {
    guard let observed else { return makeFolder(root, mode?.bits ?? 0o755) }
    guard observed.status.kind == .directory else { throw .inTheWay(root) }
    mend(root, FileAttributes(mode: mode, owner: owner, group: group), observed.status)
  }

  mutating func bring(
    _ item: LocalTree.Item, _ mode: Int, _ observed: HostTree.Item?, from folder: String
  ) throws(Diagnostic) {
    let path = "\(root)/\(item.path)"
    let kind = observed?.status.kind
    if kind == .other
      || (kind == .directory) != item.isFolder && (kind == .directory || item.isFolder && kind != nil)
    {
      throw .inTheWay(path)
    }
    switch item.content {
    case .folder:
      guard let observed else { return makeFolder(path, mode) }
      mend(path, FileAttributes(mode: FileMode(mode), owner: owner, group: group), observed.status)
    case .link(let target):
      guard observed?.status.target != target else { return }
      actions.append(.run(["ln", "-s", "-f", "-n", "--", target, path]))
      sent += 1
    case .file(let digest, _):
      if let observed, kind == .file, observed.digest == digest {
        return mend(path, FileAttributes(mode: FileMode(mode), owner: owner, group: group), observed.status)
      }
      actions.append(
        .upload(
          FileUpload(
            source: "\(folder)/\(item.path)", path: path, mode: mode, owner: owner, group: group,
            digest: digest)))
      sent += 1
    }
  }

  mutating func remove(_ paths: [String]) {
    guard !paths.isEmpty else { return }
    actions.append(.run(["rm", "-rf", "--"] + paths.map { "\(root)/\($0)" }))
    removed += paths.count
  }

  private mutating func makeFolder(_ path: String, _ mode: Int) {
    var argv = ["install", "-d", "-m", FileMode(mode).description]
    if let owner { argv += ["-o", owner] }
    if let group { argv += ["-g", group] }
    actions.append(.run(argv + ["--", path]))
    made += 1
  }

  private mutating func mend(_ path: String, _ attributes: FileAttributes, _ status: FileStatus) {
    let needed = attributes.actions(on: path, from: status)
    actions += needed
    if !needed.isEmpty { mended += 1 }
  }
}

extension LocalTree.Item {
  fileprivate var isFolder: Bool {
    if case .folder = content { true } else { false }
  }
}

extension Diagnostic {
  fileprivate static func inTheWay(_ path: String) -> Diagnostic {
    Diagnostic(.conflict, "'\(path)' is of another kind on the host", hint: "move it away first")
  }
}
