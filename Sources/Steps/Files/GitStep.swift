public import Runbook

/// Makes sure that a git repository is checked out at a branch, tag or commit.
public struct GitStep: StepKind {
  public static let key = "git"
  public static let summary = """
    A clone of a repository at a branch, tag or commit. Local changes and commits that exist nowhere else \
    are never lost: the step stops and lists them, or with `force: true` puts changes into a stash and \
    commits under `refs/runbook/kept`. `update: false` leaves a clone that is there as it is. User and \
    password of an https URL reach git by its environment, never by an argument or its configuration. \
    Outputs: `path`, `commit`, `before`.
    """
  public static let example = """
    - git: { repo: "https://example.org/homelab.git", path: /opt/homelab, version: main }
    - git: { repo: "git@example.org:app.git", path: /opt/app, version: v1.4, depth: 1 }
    """

  let source: GitSource
  let path: AbsolutePath
  let version: String
  let updates: Bool
  let depth: Int?
  let isForced: Bool
  let hasSubmodules: Bool

  public init(_ parameters: inout Parameters) {
    source = GitSource(&parameters)
    path = parameters.required("path", "Absolute path of the clone; its folder is made.")
    version = parameters.value(
      "version", "Branch, tag or commit; the repository's default branch where not given.", default: "")
    updates = parameters.value("update", "Bring a clone that is there to the version.", default: true)
    depth = parameters.optional("depth", "Fetch only so many commits.")
    isForced = parameters.value("force", "Put local changes aside instead of stopping.", default: false)
    hasSubmodules = parameters.value("submodules", "Check out submodules, too, and theirs.", default: false)
    if let depth, depth < 1 { parameters.reject("'depth' is less than 1", at: "depth") }
    if version.hasPrefix("-") { parameters.reject("'\(version)' is not a version", at: "version") }
  }

  public var title: String { "git \(path)" }
  public var requires: [String] { ["git"] }

  public var probe: Probe<GitState> {
    let path = path
    let script = GitScripts(self).look
    return Probe<ScriptOutput>.script(script).map { (output) throws(Diagnostic) in
      guard output.status == 0, let state = GitState(output.output) else {
        throw Diagnostic(
          .unreadable, "cannot look at the clone '\(path)' or its repository",
          notes: output.errors.isEmpty ? [] : [output.errors.withoutFinalNewlines])
      }
      return state
    }
  }

  public func change(from observed: GitState) throws(Diagnostic) -> Change? {
    let script = Action.script(GitScripts(self).bring)
    let name = version.isEmpty ? "its default branch" : version
    switch observed.place {
    case .nothing: return .create("clone \(source.url) at \(name) to \(path)", script)
    case .occupied: throw .occupied(path)
    case .clone: break
    }
    guard updates else { return nil }
    guard let wanted = observed.wanted?.lowercased() else { throw .noVersion(version, source) }
    let isThere = observed.head.hasPrefix(wanted) && (observed.branch ?? "") == (observed.wantedBranch ?? "")
    if isThere, observed.url == source.url, observed.staleSubmodules.isEmpty { return nil }
    if !isForced {
      guard observed.changes.isEmpty else { throw .localChanges(path, observed.changes) }
      guard observed.ownCommits.isEmpty else { throw .ownCommits(path, observed.ownCommits) }
    }
    let aside = isForced && !(observed.changes.isEmpty && observed.ownCommits.isEmpty)
    return .modify("\(path) \(words(observed, wanted))\(aside ? ", local work put aside" : "")", script)
  }

  public func outputs(_ observed: GitState, _ results: [ActionResult]) -> ValueMap {
    let lines = results.last.map { LineList.split(Text($0.output)).map { $0.string } } ?? []
    let before = lines.last { $0.hasPrefix("before ") }.map { String($0.dropFirst(7)) }
    return [
      "path": .string(path.string), "commit": .string(observed.head),
      "before": .string(before ?? observed.head),
    ]
  }

  private func words(_ observed: GitState, _ wanted: String) -> String {
    if observed.url != source.url { return "from \(observed.url) to \(source.url)" }
    if !observed.head.hasPrefix(wanted) {
      let from = observed.head.isEmpty ? "nothing" : String(observed.head.prefix(8))
      return "from \(from) to \(wanted.prefix(8))" + (version.isEmpty ? "" : " (\(version))")
    }
    if !observed.staleSubmodules.isEmpty {
      return "submodules \(observed.staleSubmodules.joined(separator: ", "))"
    }
    return observed.wantedBranch.map { "to branch \($0)" }
      ?? "to \(version), off branch \(observed.branch ?? "")"
  }
}

extension Diagnostic {
  fileprivate static func occupied(_ path: AbsolutePath) -> Diagnostic {
    Diagnostic(
      .conflict, "'\(path)' is not empty and not a clone", hint: "move it away, or give another path")
  }

  fileprivate static func noVersion(_ version: String, _ source: GitSource) -> Diagnostic {
    Diagnostic(
      .failed, "'\(source.url)' has no branch, tag or commit '\(version.isEmpty ? "HEAD" : version)'")
  }

  fileprivate static func localChanges(_ path: AbsolutePath, _ changes: [String]) -> Diagnostic {
    Diagnostic(
      .conflict, "'\(path)' has local changes", notes: changes,
      hint: "commit them, or add 'force: true' to put them into a stash")
  }

  fileprivate static func ownCommits(_ path: AbsolutePath, _ commits: [String]) -> Diagnostic {
    Diagnostic(
      .conflict, "'\(path)' has commits that are nowhere else", notes: commits,
      hint: "push them, or add 'force: true' to keep them below refs/runbook/kept only")
  }
}
