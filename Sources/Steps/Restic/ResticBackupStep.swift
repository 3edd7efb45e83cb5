public import Runbook

/// Makes a snapshot of paths, or of what a command prints.
public struct ResticBackupStep: StepKind {
  public static let key = "restic_backup"
  public static let summary = """
    A snapshot of paths, or of what a command prints. A command that fails or prints nothing never becomes a \
    snapshot, and a path that is not there is an error. It always runs, unless `unless_newer_than` says how \
    new a snapshot with the same tags and host makes another one needless. Outputs: `id`, `files` and `bytes`.
    """
  public static let example = """
    - restic_backup:
        repository: /srv/backups
        password: "{{ vault_restic_password }}"
        paths: [/etc/komodo]
        tags: [komodo, directory]
        unless_newer_than: 12h
    - restic_backup:
        repository: /srv/backups
        password: "{{ vault_restic_password }}"
        command: [docker, exec, db, pg_dump, -U, app, app]
        name: /app.sql
        tags: [app, database]
    """

  /// Whether a snapshot that is new enough is there already.
  public struct State: Sendable {
    var newest: ResticSnapshot?
    var now: Int
    var isMissing: Bool
  }

  let access: ResticAccess
  let paths: [AbsolutePath]
  let command: CommandLine?
  let name: AbsolutePath?
  let tags: [String]
  let host: String?
  let exclude: [String]
  let unlessNewerThan: Duration?

  public init(_ parameters: inout Parameters) {
    access = ResticAccess(&parameters)
    paths = parameters.value("paths", "Paths of the host.", default: [])
    command = parameters.optional("command", "A command whose output is the content, in place of `paths`.")
    name = parameters.optional(
      "name", "The name that the output of `command` has in the snapshot: `/app.sql`.")
    tags = parameters.value("tags", "Tags of the snapshot.", default: [])
    host = parameters.optional("host", "The host that the snapshot shall be of; this one where not given.")
    exclude = parameters.value("exclude", "Patterns of restic's, of what to leave out.", default: [])
    unlessNewerThan = parameters.optional(
      "unless_newer_than", "Nothing to do where a snapshot with these tags, of this host, is newer.")
    if paths.isEmpty == (command == nil), parameters.has("paths") == parameters.has("command") {
      parameters.reject("give either 'paths' or 'command'")
    }
    if (command == nil) != (name == nil) {
      parameters.reject("'command' and 'name' belong together", at: command == nil ? "name" : "command")
    }
    // Some versions of restic cannot make a folder for what they read from a command.
    if let name, name.parent != "/" {
      parameters.reject(
        "'\(name)' is in a folder, and what a command prints can only stand at the top", at: "name",
        hint: "for another place, dump to a file and give its path under 'paths'")
    }
    if let tag = tags.first(where: { $0.isEmpty || $0.contains(",") }) {
      parameters.reject("'\(tag)' is not a tag", at: "tags")
    }
    if unlessNewerThan != nil, tags.isEmpty {
      parameters.reject(
        "'unless_newer_than' needs 'tags', to know which snapshots to look at", at: "unless_newer_than")
    }
  }

  public var title: String { "backup of \(subject)" }
  public var requires: [String] { ["restic"] }
  public var isVerified: Bool { unlessNewerThan != nil }

  public var probe: Probe<State> {
    let (access, host) = (access, host)
    return ResticListing.probe(access, tags: tags).map { (result) throws(Diagnostic) in
      switch result {
      case .success(let listing):
        let host = host ?? listing.hostname
        return State(
          newest: listing.snapshots.last { $0.hostname == host }, now: listing.now, isMissing: false)
      // An earlier step may be about to make it; if none is, the backup itself says so.
      case .failure(let answer) where answer.fault == .noRepository:
        return State(newest: nil, now: 0, isMissing: true)
      case .failure(let answer): throw answer.diagnostic(access)
      }
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    if let unlessNewerThan, let newest = observed.newest,
      observed.now - newest.seconds < unlessNewerThan.wholeSeconds
    {
      return nil
    }
    let label = tags.isEmpty ? "" : " with \(tags.joined(separator: ", "))"
    return .run("snapshot of \(subject)\(label)", .script(access.working + script))
  }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    var map: ValueMap = [:]
    if let newest = observed.newest { map["id"] = .string(newest.id) }
    for line in results.last?.output.split(separator: "\n") ?? [] {
      let parts = line.split(separator: " ").map(String.init)
      guard parts.count == 2 else { continue }
      map[parts[0]] = parts[0] == "id" ? .string(parts[1]) : Int(parts[1]).map { .int($0) } ?? .null
    }
    return map
  }

  private var subject: String {
    if let name { return name.string }
    return paths.map { $0.string }.joined(separator: ", ")
  }

  private var script: String {
    let options =
      (tags.isEmpty ? [] : ["--tag", tags.joined(separator: ",")]) + (host.map { ["--host", $0] } ?? [])
      + exclude.flatMap { ["--exclude", $0] }
    let start = "options() { r backup --json \(shellLine(options)) \"$@\" >\"$work/report\"; }\n"
    let body = command.map { commandScript($0.words) } ?? pathScript
    return start + body + "\n" + Self.report
  }

  private var pathScript: String {
    let words = shellLine(paths.map { $0.string })
    return """
      for path in \(words); do
      [ -e "$path" ] || [ -L "$path" ] || fail "there is nothing at '$path': no snapshot was made"
      done
      options -- \(words)
      status=$?
      [ "$status" != 3 ] || fail 'some files could not be read: the snapshot lacks them'
      [ "$status" = 0 ] || exit "$status"
      """
  }

  /// The command is kept from restic's secrets. Before 0.17 its output waits in a file, so that its failure is
  /// known before there is a snapshot.
  private func commandScript(_ words: [String]) -> String {
    let name = shellWord(name?.string ?? "")
    let hidden = (["RESTIC_REPOSITORY", "RESTIC_PASSWORD"] + access.environment.all.map { $0.key })
      .map { "-u \($0)" }.joined(separator: " ")
    return """
      if [ "$restic_minor" -ge 17 ]; then
      options --stdin-filename \(name) --stdin-from-command -- env \(hidden) \(shellLine(words)) ||
      fail 'the command failed, or restic did: no snapshot was made'
      else
      (env \(hidden) \(shellLine(words))) >"$work/content" || fail 'the command failed: no snapshot was made'
      [ -s "$work/content" ] || fail 'the command printed nothing: no snapshot was made'
      options --stdin --stdin-filename \(name) <"$work/content" || exit
      fi
      if grep -q '"total_bytes_processed":0[,}]' "$work/report"; then
      r forget -q "$(sed -n 's/.*"snapshot_id":"\\([0-9a-f]*\\)".*/\\1/p' "$work/report")" >/dev/null
      fail 'the command printed nothing: no snapshot was kept'
      fi
      """
  }

  /// Prints `id …`, `files …` and `bytes …` of restic's summary.
  private static let report = """
    summary=$(grep '"message_type":"summary"' "$work/report") || fail 'restic does not say what it saved'
    part() { printf '%s\\n' "$summary" | sed -n "s/.*\\"$1\\":\\"\\{0,1\\}\\([0-9a-f]*\\).*/$2 \\1/p"; }
    part snapshot_id id; part total_files_processed files; part total_bytes_processed bytes
    """
}
