import Runbook

/// A snapshot as `restic snapshots --json` describes it.
struct ResticSnapshot: Sendable, Hashable {
  var id: String
  var time: String
  /// Seconds since 1970.
  var seconds: Int
  var hostname: String
  var paths: [String]
  var tags: [String]
  /// Bytes of all its files; nil where restic was older than 0.17 when it was made.
  var size: Int?

  var shortID: String { String(id.prefix(8)) }

  init?(_ value: Value) {
    guard let id = value["id"]?.text?.string, let time = value["time"]?.text?.string,
      let seconds = ResticTime.seconds(time)
    else { return nil }
    self.id = id
    self.time = time
    self.seconds = seconds
    hostname = value["hostname"]?.text?.string ?? ""
    paths = Self.texts(value["paths"])
    tags = Self.texts(value["tags"])
    size = if case .int(let size)? = value["summary"]?["total_bytes_processed"] { size } else { nil }
  }

  private static func texts(_ value: Value?) -> [String] {
    guard case .list(let items)? = value else { return [] }
    return items.compactMap { $0.text?.string }
  }

  /// "1a2b3c4d of 2026-08-10 03:00:03 UTC (2 days old) from web1: /srv/x".
  func words(now: Int) -> String {
    let size = size.map { ", \(Self.amount($0))" } ?? ""
    return """
      \(shortID) of \(ResticTime.shown(time)) (\(ResticTime.words(now - seconds)) old\(size)) from \
      \(hostname): \(paths.joined(separator: ", "))
      """
  }

  /// "12 kB", "3.4 GB".
  static func amount(_ bytes: Int) -> String {
    for (unit, name) in [(1_000_000_000, "GB"), (1_000_000, "MB"), (1000, "kB")] where bytes >= unit {
      let tenths = bytes * 10 / unit
      return tenths < 100 ? "\(tenths / 10).\(tenths % 10) \(name)" : "\(tenths / 10) \(name)"
    }
    return "\(bytes) B"
  }

  func outputs(now: Int) -> ValueMap {
    var map: ValueMap = [
      "id": .string(id), "short_id": .string(shortID), "time": .string(time), "hostname": .string(hostname),
      "paths": .list(paths.map { .string($0) }), "tags": .list(tags.map { .string($0) }),
      "age_seconds": .int(max(0, now - seconds)),
    ]
    map["size"] = size.map { .int($0) } ?? .null
    return map
  }

  /// Reads a list of them, oldest first.
  static func list(_ json: some StringProtocol) throws(Diagnostic) -> [ResticSnapshot] {
    let value = try JSONReader.read(String(json), named: "restic's list of snapshots")
    guard case .list(let items) = value else { return [] }
    return items.compactMap(ResticSnapshot.init).sorted { ($0.seconds, $0.id) < ($1.seconds, $1.id) }
  }
}

/// What a look for snapshots found.
public struct ResticListing: Sendable {
  /// The host's clock, in seconds since 1970.
  var now: Int
  /// The host's own name.
  var hostname: String
  /// With the tags and the paths, whatever the host they are of.
  var snapshots: [ResticSnapshot]
  /// Where there are none of these: the newest of each host and path, whatever their tags.
  var others: [ResticSnapshot]

  /// Looks for snapshots by tags and paths, or for one by its id. No host is asked for: which hosts there are is
  /// what an error has to tell.
  static func probe(
    _ access: ResticAccess, tags: [String], paths: [String] = [], id: String? = nil
  ) -> Probe<Result<ResticListing, ResticAnswer>> {
    var words: [String] = []
    if !tags.isEmpty { words += ["--tag", tags.joined(separator: ",")] }
    words += paths.flatMap { ["--path", $0] }
    if let id { words = ["--", id] }
    let script =
      access.looking + """
        date +%s; uname -n
        found=$(look --json snapshots \(shellLine(words))) || exit
        printf '%s\\n' "$found"
        case $found in '[]' | null | '') look --json snapshots --latest 1 || exit ;; esac
        """
    return Probe<ScriptOutput>.script(script.string).map { (output) throws(Diagnostic) in
      guard output.status == 0 else {
        return .failure(ResticAnswer(fault: ResticFault(output), output: output))
      }
      let lines = output.output.split(separator: "\n")
      guard lines.count >= 3, let now = Int(lines[0]) else {
        throw Diagnostic(.unreadable, "restic's list of snapshots cannot be read", notes: [output.output])
      }
      return .success(
        ResticListing(
          now: now, hostname: String(lines[1]), snapshots: try ResticSnapshot.list(lines[2]),
          others: lines.count > 3 ? try ResticSnapshot.list(lines[3]) : []))
    }
  }
}

/// What restic said instead of a list.
public struct ResticAnswer: Error, Sendable {
  var fault: ResticFault
  var output: ScriptOutput

  func diagnostic(_ access: ResticAccess) -> Diagnostic { fault.diagnostic(access, output) }
}
