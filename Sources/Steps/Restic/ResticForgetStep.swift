public import Runbook

/// Forgets snapshots that a policy no longer keeps.
public struct ResticForgetStep: StepKind {
  public static let key = "restic_forget"
  public static let summary = """
    Forgets the snapshots with some tags that a policy does not keep; the plan lists them. Snapshots are \
    counted by host and tags, not by path, as the paths of dumps have a time in them. `prune` frees the space \
    as well. Outputs: `kept` and `removed`, the numbers of snapshots.
    """
  public static let example = """
    - restic_forget:
        repository: /srv/backups
        password: "{{ vault_restic_password }}"
        tags: [infisical, database]
        keep_daily: 7
        keep_weekly: 4
        keep_monthly: 12
        prune: true
    """

  /// How many are kept, and which would go.
  public struct State: Sendable {
    var kept: Int
    var removed: [ResticSnapshot]
    var now: Int
  }

  let access: ResticAccess
  let tags: [String]
  let host: String?
  let policy: [String]
  let groupBy: String
  let prunes: Bool

  public init(_ parameters: inout Parameters) {
    access = ResticAccess(&parameters)
    tags = parameters.required("tags", "Tags, all of which a snapshot must have to be looked at.")
    host = parameters.optional("host", "Only snapshots of this host.")
    var policy: [String] = []
    for unit in ["last", "hourly", "daily", "weekly", "monthly", "yearly"] {
      let count: Int? = parameters.optional("keep_\(unit)", "How many to keep (\(unit)).")
      guard let count else { continue }
      if count < 0 { parameters.reject("a number of snapshots cannot be negative", at: "keep_\(unit)") }
      if count > 0 { policy += ["--keep-\(unit)", String(count)] }
    }
    self.policy = policy
    groupBy = parameters.value("group_by", "What is counted together.", default: "host,tags")
    prunes = parameters.value("prune", "Free the space of what was forgotten.", default: false)
    if policy.isEmpty { parameters.reject("a policy that keeps nothing", hint: "give at least one 'keep_…'") }
    if parameters.has("tags"), tags.isEmpty || tags.contains(where: { $0.isEmpty || $0.contains(",") }) {
      parameters.reject("'tags' must name at least one tag, and each without a comma", at: "tags")
    }
  }

  public var title: String { "restic forget with \(tags.joined(separator: ", "))" }
  public var requires: [String] { ["restic"] }

  public var probe: Probe<State> {
    let access = access
    let script = access.looking + "date +%s\nlook forget --dry-run --json \(words) | grep '^\\[' || true"
    let opening = access.looking + "look cat config >/dev/null"
    return Probe<ScriptOutput>.script(opening.string).and(.script(script.string)).map {
      (opened, output) throws(Diagnostic) in
      guard opened.status == 0 else { throw ResticFault(opened).diagnostic(access, opened) }
      return try Self.state(output)
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    guard !observed.removed.isEmpty else { return nil }
    let count = observed.removed.count
    let names = observed.removed.prefix(8).map { "\($0.shortID) (\(ResticTime.shown($0.time)))" }
    let more = count > 8 ? " and \(count - 8) more" : ""
    let prune = prunes ? " --prune" : ""
    return .remove(
      """
      \(count) \(count == 1 ? "snapshot" : "snapshots") with \(tags.joined(separator: ", ")), \
      \(observed.kept) kept: \(names.joined(separator: ", "))\(more)
      """,
      .script(access.working + "r forget -q\(prune) \(words) >/dev/null"))
  }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    ["kept": .int(observed.kept)]
  }

  private var words: String {
    let host = host.map { ["--host", $0] } ?? []
    return shellLine(["--tag", tags.joined(separator: ",")] + host + policy + ["--group-by", groupBy])
  }

  private static func state(_ output: ScriptOutput) throws(Diagnostic) -> State {
    let lines = output.output.split(separator: "\n", maxSplits: 1)
    guard output.status == 0, let now = lines.first.flatMap({ Int($0) }) else {
      throw Diagnostic(.unreadable, "restic does not say what it would forget", notes: [output.errors])
    }
    var state = State(kept: 0, removed: [], now: now)
    guard lines.count == 2 else { return state }
    guard case .list(let groups) = try JSONReader.read(String(lines[1]), named: "restic's answer") else {
      return state
    }
    for group in groups {
      if case .list(let kept)? = group["keep"] { state.kept += kept.count }
      if case .list(let removed)? = group["remove"] {
        state.removed += removed.compactMap(ResticSnapshot.init)
      }
    }
    return state
  }
}
