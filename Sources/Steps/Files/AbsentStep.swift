public import Runbook

/// Makes sure that nothing stands at given paths.
public struct AbsentStep: StepKind {
  public static let key = "absent"
  public static let summary = """
    Nothing at these paths: files and links are removed, directories with all that is in them. `/`, what \
    stands directly below it, and folders that a system cannot lose are refused. Patterns are not expanded.
    """
  public static let shorthand: String? = "paths"
  public static let example = """
    - absent: /etc/nginx/sites-enabled/default
    - absent: [/srv/old, /opt/old/cache]
    """

  let paths: [AbsolutePath]

  public init(_ parameters: inout Parameters) {
    paths = parameters.required("paths", "Absolute paths on the host; one, or a list.")
    for path in paths where ProtectedPaths.contains(path) {
      parameters.reject(.protected(path, at: parameters.position(of: "paths")))
    }
  }

  public var title: String { "absent \(paths.map { $0.string }.joined(separator: ", "))" }
  public var probe: Probe<[FileStatus?]> { .each(paths) { .status(of: $0.string) } }

  public func change(from observed: [FileStatus?]) throws(Diagnostic) -> Change? {
    let there = zip(paths, observed).compactMap { path, status in status.map { (path, $0) } }
    guard !there.isEmpty else { return nil }
    let words = there.map { path, status in
      status.kind == .directory ? "directory \(path) with all that is in it" : "\(path)"
    }
    return .remove(
      Text(words.joined(separator: ", ")), .run(["rm", "-rf", "--"] + there.map { $0.0.string }))
  }
}
