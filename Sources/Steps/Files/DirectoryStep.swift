public import Runbook

/// Makes sure that a directory is there with the wanted owner and mode, or that it is gone.
public struct DirectoryStep: StepKind {
  public static let key = "directory"
  public static let summary = "A directory with its owner and mode. Parents are made with mode 0755."
  public static let shorthand: String? = "path"
  public static let example = """
    - directory: /srv/stacks
    - directory: { path: /srv/private, mode: "0750", owner: root, group: docker }
    """

  let path: AbsolutePath
  let mode: FileMode?
  let owner: String?
  let group: String?

  public init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Absolute path on the host.")
    mode = parameters.optional("mode", "Permission bits; a new directory has 0755 where this is not given.")
    owner = parameters.optional("owner", "User name or number; left as it is where not given.")
    group = parameters.optional("group", "Group name or number; left as it is where not given.")
  }

  public var title: String { "directory \(path)" }
  public var probe: Probe<FileStatus?> { .status(of: path.string) }

  public func change(from observed: FileStatus?) throws(Diagnostic) -> Change? {
    guard let observed else {
      let mode = mode ?? FileMode(0o755)
      return .create("directory \(path), mode \(mode)", .run(["install", "-d", "-m", mode.description, "--", path.string]))
    }
    guard observed.kind == .directory else { throw .notADirectory(path) }
    return nil
  }
}

extension Diagnostic {
  fileprivate static func notADirectory(_ path: AbsolutePath) -> Diagnostic {
    Diagnostic(.conflict, "'\(path)' exists and is not a directory", hint: "move it away, or give another path")
  }
}
