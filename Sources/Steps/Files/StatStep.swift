public import Runbook

/// What stands at a path, as values for later steps.
public struct StatStep: StepKind {
  public static let key = "stat"
  public static let summary = """
    What stands at a path. Changes nothing. Outputs: `exists`, `path`, and where it exists `kind` (file, \
    directory, link, other), `mode`, `owner`, `group`, `size`, `modified` (seconds since 1970), `target` of \
    a link, and with `digest: true` the SHA-256 of a file as `sha256`.
    """
  public static let shorthand: String? = "path"
  public static let example = """
    - stat: /var/run/reboot-required
      register: reboot
    - stat: { path: /srv/app/app.jar, digest: true }
      register: jar
    """

  /// Its status and digest.
  public struct State: Sendable {
    var status: FileStatus?
    var digest: String?
  }

  let path: AbsolutePath
  let wantsDigest: Bool

  public init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Absolute path on the host; a link is not followed.")
    wantsDigest = parameters.value("digest", "Also the SHA-256 of a file.", default: false)
  }

  public var title: String { "stat \(path)" }

  public var probe: Probe<State> {
    let status = Probe<FileStatus?>.status(of: path.string)
    guard wantsDigest else { return status.map { State(status: $0) } }
    let query = FactQuery.digest(path.string)
    return Probe<State>(status.queries + [query]) { (answers) throws(Diagnostic) in
      let found = try status.read(answers)
      guard found?.kind == .file, case .digest(let digest) = try answers.answer(to: query) else {
        return State(status: found)
      }
      return State(status: found, digest: digest)
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? { nil }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    guard let status = observed.status else { return ["exists": .bool(false), "path": .string(path.string)] }
    var map: ValueMap = [
      "exists": .bool(true), "path": .string(path.string), "kind": .string(status.kind.rawValue),
      "mode": .string(FileMode(status.mode).description), "owner": .string(status.owner),
      "group": .string(status.group), "size": .int(status.size), "modified": .int(status.modified),
    ]
    if let target = status.target { map["target"] = .string(target) }
    if let digest = observed.digest { map["sha256"] = .string(digest) }
    return map
  }
}
