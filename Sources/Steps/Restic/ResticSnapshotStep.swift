public import Runbook

/// Finds the snapshot that later steps use.
public struct ResticSnapshotStep: StepKind {
  public static let key = "restic_snapshot"
  public static let summary = """
    Looks up one snapshot and makes sure that it is the right one: of this host or of the one that is named, \
    with all the tags, and not too old. Changes nothing. `latest` is never a snapshot of any other host. \
    Outputs: `id`, `short_id`, `time`, `hostname`, `paths`, `tags`, `age_seconds` and `size` (none where it \
    was made by restic before 0.17).
    """
  public static let example = """
    - id: snapshot
      restic_snapshot:
        repository: "b2:backups:host01"
        password: "{{ vault_restic_password }}"
        environment: { B2_ACCOUNT_ID: "{{ vault_b2_id }}", B2_ACCOUNT_KEY: "{{ vault_b2_key }}" }
        tags: [infisical, database, postgres]
        host: host01
        max_age: 36h
      register: snapshot
    """

  let access: ResticAccess
  let tags: [String]
  let host: String?
  let paths: [String]
  let id: String
  let maxAge: Duration?

  public init(_ parameters: inout Parameters) {
    access = ResticAccess(&parameters)
    tags = parameters.value("tags", "Tags, all of which it must have.", default: [])
    host = parameters.optional("host", "The host that it was made on; this one where not given.")
    paths = parameters.value("paths", "Paths, all of which it was made of.", default: [])
    id = parameters.value(
      "snapshot", "`latest`, or an id of at least 8 digits, which tags and host must fit.", default: "latest")
    maxAge = parameters.optional("max_age", "The age beyond which it is an error.")
    if id != "latest", !Self.isID(id) {
      parameters.reject("'\(id)' is neither 'latest' nor the id of a snapshot", at: "snapshot")
    }
    if let tag = tags.first(where: { $0.isEmpty || $0.contains(",") }) {
      parameters.reject("'\(tag)' is not a tag", at: "tags")
    }
  }

  /// Whether it can name one snapshot and no more: 8 hex digits or more.
  static func isID(_ text: String) -> Bool {
    (8...64).contains(text.utf8.count) && text.allSatisfy { $0.isASCII && $0.isHexDigit && !$0.isUppercase }
  }

  public var title: String {
    id == "latest"
      ? "newest snapshot\(tags.isEmpty ? "" : " with \(tags.joined(separator: ", "))")"
      : "snapshot \(id.prefix(8))"
  }
  public var requires: [String] { ["restic"] }

  public var probe: Probe<ResticListing> {
    let access = access
    let id = id == "latest" ? nil : id
    return ResticListing.probe(access, tags: tags, paths: paths, id: id).map { (result) throws(Diagnostic) in
      switch result {
      case .success(let listing): return listing
      case .failure(let answer): throw answer.diagnostic(access)
      }
    }
  }

  public func change(from observed: ResticListing) throws(Diagnostic) -> Change? {
    let snapshot = try chosen(observed)
    let age = observed.now - snapshot.seconds
    if let maxAge, age > maxAge.wholeSeconds { throw .tooOld(snapshot, maxAge, observed.now) }
    return nil
  }

  public func outputs(_ observed: ResticListing, _ results: [ActionResult]) -> ValueMap {
    let host = host ?? observed.hostname
    let fitting = id == "latest" ? observed.snapshots.filter { $0.hostname == host } : observed.snapshots
    return fitting.last?.outputs(now: observed.now) ?? [:]
  }

  private func chosen(_ observed: ResticListing) throws(Diagnostic) -> ResticSnapshot {
    let wantedHost = host ?? observed.hostname
    guard id == "latest" else {
      guard let snapshot = observed.snapshots.last else { throw .noSuchID(id, observed) }
      let missing = tags.filter { !snapshot.tags.contains($0) }
      guard missing.isEmpty, host == nil || snapshot.hostname == host else {
        throw .otherSnapshot(snapshot, missing, host, observed.now)
      }
      return snapshot
    }
    if let snapshot = observed.snapshots.last(where: { $0.hostname == wantedHost }) { return snapshot }
    guard observed.snapshots.isEmpty else { throw .otherHosts(wantedHost, tags, observed) }
    throw .none(tags, paths, observed)
  }
}

extension Diagnostic {
  fileprivate static func tooOld(_ snapshot: ResticSnapshot, _ limit: Duration, _ now: Int) -> Diagnostic {
    Diagnostic(
      .conflict,
      "the newest snapshot is \(ResticTime.words(now - snapshot.seconds)) old, more than \(limit.written)",
      notes: [snapshot.words(now: now)], hint: "make a backup, or allow a greater 'max_age'")
  }

  fileprivate static func noSuchID(_ id: String, _ listing: ResticListing) -> Diagnostic {
    Diagnostic(.missing, "there is no snapshot '\(id)'", notes: nearest(listing.others, listing.now))
  }

  fileprivate static func otherSnapshot(
    _ snapshot: ResticSnapshot, _ missing: [String], _ host: String?, _ now: Int
  ) -> Diagnostic {
    let what =
      missing.isEmpty
      ? "is of the host '\(snapshot.hostname)', not of '\(host ?? "")'"
      : "lacks the tag '\(missing[0])'"
    return Diagnostic(
      .conflict, "the snapshot '\(snapshot.shortID)' \(what)", notes: [snapshot.words(now: now)])
  }

  fileprivate static func otherHosts(
    _ host: String, _ tags: [String], _ listing: ResticListing
  ) -> Diagnostic {
    var hosts: [String] = []
    for snapshot in listing.snapshots where !hosts.contains(snapshot.hostname) {
      hosts.append(snapshot.hostname)
    }
    let names = hosts.map { "'\($0)'" }.joined(separator: ", ")
    return Diagnostic(
      .missing, "there is no snapshot of the host '\(host)'\(withTags(tags)), only of \(names)",
      notes: nearest(listing.snapshots, listing.now),
      hint: "to take another host's, name it: host: \(hosts.last ?? "")")
  }

  fileprivate static func none(
    _ tags: [String], _ paths: [String], _ listing: ResticListing
  ) -> Diagnostic {
    let path = paths.isEmpty ? "" : " of \(paths.joined(separator: ", "))"
    guard !listing.others.isEmpty else {
      return Diagnostic(.missing, "there is no snapshot\(withTags(tags))\(path): the repository is empty")
    }
    return Diagnostic(
      .missing, "there is no snapshot\(withTags(tags))\(path)",
      notes: listing.others.suffix(5).reversed().map {
        "there is \($0.words(now: listing.now)), with \($0.tags.isEmpty ? "no tag" : $0.tags.joined(separator: ", "))"
      })
  }

  private static func withTags(_ tags: [String]) -> String {
    tags.isEmpty ? "" : " with \(tags.count == 1 ? "the tag" : "the tags") \(tags.joined(separator: ", "))"
  }

  private static func nearest(_ snapshots: [ResticSnapshot], _ now: Int) -> [String] {
    snapshots.suffix(5).reversed().map { "there is \($0.words(now: now))" }
  }
}
