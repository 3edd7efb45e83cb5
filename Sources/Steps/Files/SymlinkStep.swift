public import Runbook

/// Makes sure that a symbolic link points where it should, or that it is gone.
public struct SymlinkStep: StepKind {
  public static let key = "symlink"
  public static let summary = """
    A symbolic link. One that points elsewhere is changed; a file in its place is replaced only with `force: \
    true`, a directory never. `state: absent` removes the link and nothing else.
    """
  public static let example = """
    - symlink: { path: /usr/local/bin/compose, target: /opt/compose/bin/compose }
    - symlink: { path: /etc/nginx/sites-enabled/default, state: absent }
    """

  let path: AbsolutePath
  let target: String
  let isForced: Bool
  let state: Presence

  public init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Absolute path of the link.")
    let target: String? = parameters.optional(
      "target", "Where it points; a relative path counts from the link's folder.")
    isForced = parameters.value("force", "Replace a file that stands in its place.", default: false)
    state = parameters.value("state", "Whether it shall be there.", default: .present)
    self.target = target ?? ""
    if state == .present, self.target.isEmpty {
      if !parameters.has("target") { parameters.reject("'target' is missing") }
    }
  }

  public var title: String { "symlink \(path)" }
  public var probe: Probe<FileStatus?> { .status(of: path.string) }

  public func change(from observed: FileStatus?) throws(Diagnostic) -> Change? {
    if state == .absent {
      guard let observed else { return nil }
      guard observed.kind == .link else { throw .notALink(path) }
      return .remove("link \(path)", .run(["rm", "-f", "--", path.string]))
    }
    let link = Action.run(["ln", "-s", "-f", "-n", "--", target, path.string])
    guard let observed else { return .create("link \(path) to \(target)", link) }
    switch observed.kind {
    case .link:
      guard observed.target != target else { return nil }
      return .modify("link \(path) from \(observed.target ?? "nowhere") to \(target)", link)
    case .file where isForced: return .modify("link \(path) to \(target) in place of a file", link)
    case .file: throw .inTheWay(path, "a file", hint: "to replace it, add 'force: true'")
    case .directory: throw .inTheWay(path, "a directory", hint: "move it away first")
    case .other: throw .inTheWay(path, "neither a file nor a link", hint: "move it away first")
    }
  }

  public func outputs(_ observed: FileStatus?, _ results: [ActionResult]) -> ValueMap {
    ["path": .string(path.string)]
  }
}

extension Diagnostic {
  fileprivate static func notALink(_ path: AbsolutePath) -> Diagnostic {
    Diagnostic(.conflict, "'\(path)' is not a link", hint: "to remove files and directories, use 'absent'")
  }

  fileprivate static func inTheWay(_ path: AbsolutePath, _ what: String, hint: String) -> Diagnostic {
    Diagnostic(.conflict, "'\(path)' is \(what)", hint: hint)
  }
}
