public import Runbook

/// Brings back a directory, a file or a Docker volume from a snapshot.
public struct ResticRestoreStep: StepKind {
  public static let key = "restic_restore"
  public static let summary = """
    A directory, a file or a Docker volume as it was in a snapshot. It is restored beside, with its owners and \
    modes, read again and compared, and then put in place by a rename; what was there is kept beside as \
    `NAME.before-TIME`, or removed afterwards with `keep_old: false`. A note on the host says which snapshot is \
    in place: a second run changes nothing. A volume must not be in use. Outputs: `path`, `old` and `files`.
    """
  public static let example = """
    - restic_restore:
        repository: "b2:backups:host01"
        password: "{{ vault_restic_password }}"
        snapshot: "{{ snapshot.id }}"
        from: /var/lib/docker/volumes/media/_data
        volume: media
    - restic_restore:
        repository: /srv/backups
        password: "{{ vault_restic_password }}"
        snapshot: 4e7c1b2a
        to: /etc/komodo/backups
        only_if_missing: true
    """

  /// What is in place, and what the snapshot is.
  public struct State: Sendable {
    var note: String?
    var target: TargetState
    var listing: ResticListing
  }

  /// What stands where the data shall be.
  public enum TargetState: String, Sendable { case absent, empty, filled, mount }

  let access: ResticAccess
  let snapshot: String
  let from: AbsolutePath?
  let to: AbsolutePath?
  let volume: String?
  let keepsOld: Bool
  let onlyIfMissing: Bool
  let isForced: Bool

  public init(_ parameters: inout Parameters) {
    access = ResticAccess(&parameters)
    snapshot = parameters.required("snapshot", "Its id, at least 8 digits; `restic_snapshot` finds it.")
    from = parameters.optional(
      "from", "The path in the snapshot; where not given, the only one that the snapshot was made of.")
    to = parameters.optional("to", "The directory or file of the host that it becomes.")
    volume = parameters.optional("volume", "The Docker volume that it becomes, in place of `to`.")
    keepsOld = parameters.value("keep_old", "Keep what was there beside it.", default: true)
    onlyIfMissing = parameters.value(
      "only_if_missing", "Nothing to do where there is data already, whatever it is.", default: false)
    isForced = parameters.value("force", "Restore it again, though it is in place.", default: false)
    check(&parameters)
  }

  private func check(_ parameters: inout Parameters) {
    if parameters.has("snapshot"), !ResticSnapshotStep.isID(snapshot) {
      parameters.reject(
        "'\(snapshot)' is not the id of a snapshot", at: "snapshot",
        hint: "let a step 'restic_snapshot' choose it, and give its 'id'")
    }
    if (to == nil) == (volume == nil) { parameters.reject("give either 'to' or 'volume'") }
    if let to, ProtectedPaths.contains(to) {
      parameters.reject(.protected(to, at: parameters.position(of: "to")))
    }
    if let volume, !DockerQuery.isName(volume) {
      parameters.reject("'\(volume)' is not the name of a volume", at: "volume")
    }
    if isForced, onlyIfMissing {
      parameters.reject("'force' and 'only_if_missing' exclude each other", at: "force")
    }
  }

  public var title: String { "restore of \(place) from \(snapshot.prefix(8))" }
  public var requires: [String] { volume == nil ? ["restic", "flock"] : ["restic", "docker", "flock"] }
  public var isVerified: Bool { !isForced }

  public var probe: Probe<State> {
    let access = access
    let target = Probe<ScriptOutput>.script(targetScript).map { (output) throws(Diagnostic) -> TargetState in
      let word = output.output.split(separator: "\n").first.map(String.init) ?? ""
      guard output.status == 0, let state = TargetState(rawValue: word) else {
        throw Diagnostic(.unreadable, "cannot look at what is in place", notes: [output.errors])
      }
      return state
    }
    return note.probe.and(target).and(ResticListing.probe(access, tags: [], id: snapshot)).map {
      (local, result) throws(Diagnostic) in
      switch result {
      case .success(let listing): return State(note: local.0, target: local.1, listing: listing)
      case .failure(let answer): throw answer.diagnostic(access)
      }
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    guard let found = observed.listing.snapshots.last else {
      throw .noSuchSnapshot(snapshot, observed.listing)
    }
    let source = try source(in: found)
    let isThere = observed.target != .absent
    if isThere, observed.note == "\(found.id) \(source)", !isForced { return nil }
    if onlyIfMissing, observed.target == .filled || observed.target == .mount { return nil }
    guard observed.target != .mount else { throw .mountPoint(place) }
    let old =
      switch observed.target {
      case .filled where keepsOld: ", what is there kept beside"
      case .filled: ", in place of what is there"
      default: ""
      }
    return Change(
      isThere ? .modify : .create, "\(place) from \(found.words(now: observed.listing.now))\(old)",
      [.script(access.working + ResticRestoreScript(step: self, id: found.id, source: source).text)])
  }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    var map: ValueMap = ["snapshot": .string(observed.listing.snapshots.last?.id ?? snapshot)]
    for line in results.last?.output.split(separator: "\n") ?? [] {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard parts.count == 2, ["path", "old", "files"].contains(parts[0]) else { continue }
      map[parts[0]] = Int(parts[1]).map { .int($0) } ?? .string(parts[1])
    }
    return map
  }

  private func source(in snapshot: ResticSnapshot) throws(Diagnostic) -> String {
    if let from { return from.string }
    guard snapshot.paths.count == 1, let only = AbsolutePath(snapshot.paths[0]) else {
      throw .severalPaths(snapshot)
    }
    return only.string
  }

  /// Where the data goes, in words.
  var place: String { to?.string ?? "the volume '\(volume ?? "")'" }

  /// What says on the host which snapshot is in place.
  var note: HostNote {
    let path = to ?? AbsolutePath("/docker volume/\(volume ?? "")") ?? .placeholder
    return HostNote(family: "restores", path: path)
  }

  /// Shell text that sets `target`; empty where there is no such volume.
  var targetAssignment: String {
    if let to { return "target=\(shellWord(to.string))" }
    let name = shellWord(volume ?? "")
    return """
      volumes=$(docker volume ls --format '{{.Name}}') || exit 1
      target=
      if printf '%s\\n' "$volumes" | grep -qxF -e \(name); then
      target=$(docker volume inspect --format '{{.Mountpoint}}' -- \(name)) || exit 1
      fi
      """
  }

  /// Prints how the target stands.
  private var targetScript: String {
    """
    \(targetAssignment)
    if [ -z "$target" ] || { [ ! -e "$target" ] && [ ! -L "$target" ]; }; then echo absent; exit; fi
    if [ -d "$target" ] && [ ! -L "$target" ]; then
    parent=$(stat -c %d -- "$target/..") && own=$(stat -c %d -- "$target") || exit 1
    inside=$(ls -A -- "$target") || exit 1
    if [ "$parent" != "$own" ]; then echo mount; elif [ -z "$inside" ]; then echo empty; else echo filled; fi
    else echo filled; fi
    """
  }
}

extension Diagnostic {
  fileprivate static func noSuchSnapshot(_ id: String, _ listing: ResticListing) -> Diagnostic {
    Diagnostic(
      .missing, "there is no snapshot '\(id)'",
      notes: listing.others.suffix(5).reversed().map { "there is \($0.words(now: listing.now))" })
  }

  fileprivate static func mountPoint(_ place: String) -> Diagnostic {
    Diagnostic(
      .conflict, "'\(place)' is a mount point, which cannot be swapped by a rename",
      hint: "restore to a folder in it, or unmount it first")
  }

  fileprivate static func severalPaths(_ snapshot: ResticSnapshot) -> Diagnostic {
    Diagnostic(
      .conflict, "the snapshot '\(snapshot.shortID)' was made of more than one path",
      notes: [snapshot.paths.joined(separator: ", ")], hint: "say which one with 'from'")
  }
}
