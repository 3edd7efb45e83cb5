import Runbook

/// A dump in a restic snapshot: where the repository is, which snapshot, which path in it.
struct SnapshotDump: ParameterValue {
  let access: ResticAccess
  let snapshot: String
  let path: AbsolutePath

  static var typeName: String { "map of `repository`, `password`, `environment`, `snapshot`, `path`" }
  static var placeholder: SnapshotDump {
    SnapshotDump(
      access: ResticAccess(repository: "", password: "", environment: Pairs([])), snapshot: "",
      path: .placeholder)
  }

  static func decode(_ argument: Argument) throws(ParameterFault) -> SnapshotDump {
    let entries: [Argument.Entry]
    switch argument.content {
    case .map(let given): entries = given
    case .pending(let reason): throw .pending(reason)
    default: throw .invalid(argument.expected("a map"))
    }
    let known = ["repository", "password", "environment", "snapshot", "path"]
    for entry in entries where !known.contains(entry.key) {
      throw .invalid(
        Diagnostic(
          .unknownName, "unknown key '\(entry.key)' of a dump in a snapshot", at: entry.keyPosition,
          hint: nearestName(to: entry.key, among: known).map { "did you mean '\($0)'?" }))
    }
    func value<T: ParameterValue>(_ name: String, default fallback: T? = nil) throws(ParameterFault) -> T {
      if let entry = entries.first(where: { $0.key == name }) { return try T.decode(entry.value) }
      guard let fallback else {
        throw .invalid(Diagnostic(.missing, "'\(name)' is missing", at: argument.position))
      }
      return fallback
    }
    let environment: Pairs<Text> = try value("environment", default: Pairs([]))
    let snapshot: String = try value("snapshot")
    if let fault = ResticAccess.fault(in: environment) {
      throw .invalid(Diagnostic(.invalidValue, fault, at: argument.position))
    }
    guard ResticSnapshotStep.isID(snapshot) else {
      throw .invalid(
        Diagnostic(
          .invalidValue, "'\(snapshot)' is not the id of a snapshot", at: argument.position,
          hint: "let a step 'restic_snapshot' choose it, and give its 'id'"))
    }
    return SnapshotDump(
      access: ResticAccess(
        repository: try value("repository"), password: try value("password"), environment: environment),
      snapshot: snapshot, path: try value("path"))
  }

  var written: String { "{snapshot: \(snapshot), path: \(path)}" }
}

/// Where a dump comes from: a file of the host, or a path in a snapshot.
struct DumpSource: Sendable {
  let file: AbsolutePath?
  let dump: SnapshotDump?

  init(_ parameters: inout Parameters) {
    file = parameters.optional("file", "The dump, a file of the host; plain or packed with gzip.")
    dump = parameters.optional("from", "The dump in a restic snapshot, in place of `file`.")
    if parameters.has("file") == parameters.has("from") { parameters.reject("give either 'file' or 'from'") }
  }

  var requires: [String] { dump == nil ? [] : ["restic"] }

  /// As a person reads it.
  var title: String {
    if let dump { return "snapshot \(dump.snapshot.prefix(8)), \(dump.path)" }
    return file?.string ?? ""
  }

  /// Prints what tells this dump from every other: the snapshot's id, or the file's digest. It is what is
  /// written down about a database that was restored.
  var identity: Probe<String> {
    if let dump {
      let access = dump.access
      return ResticListing.probe(access, tags: [], id: dump.snapshot).map { (result) throws(Diagnostic) in
        switch result {
        case .failure(let answer): throw answer.diagnostic(access)
        case .success(let listing):
          guard let snapshot = listing.snapshots.last else {
            throw Diagnostic(.missing, "there is no snapshot '\(dump.snapshot)'")
          }
          return Self.digest("\(snapshot.id) \(dump.path)")
        }
      }
    }
    let path = file?.string ?? ""
    return Probe<String?>.digest(of: path).map { (digest) throws(Diagnostic) in
      guard let digest else {
        throw Diagnostic(
          .missing, "there is no dump at '\(path)'", hint: "check 'file', or make the dump first")
      }
      return digest
    }
  }

  private static func digest(_ text: String) -> String { Digest.hex(Digest.sha256(Array(text.utf8))) }

  /// Shell text that defines `raw`, which prints the dump as it is, `work`, `r` and `fail`.
  var prelude: Text {
    if let dump {
      return dump.access.working
        + "raw() { r dump \(dump.snapshot) \(shellWord(dump.path.string)); }\n"
    }
    return Text(Self.workFolder + "raw() { cat -- \(shellWord(file?.string ?? "")); }\n")
  }

  static let workFolder = """
    umask 077
    work=$(mktemp -d "${TMPDIR:-/tmp}/runbook-dump.XXXXXX") || exit 1
    trap 'rm -rf -- "$work"' EXIT
    trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
    fail() { printf '%s\\n' "$@" >&2; exit 1; }

    """

  /// Shell text that defines `plain`, which prints the dump unpacked. A failure of either side ends it with 1.
  static let unpacking = """
    magic=$(raw 2>/dev/null | head -c 2 | od -An -tx1 | tr -d ' \\n')
    plain() {
    if [ "$magic" = 1f8b ]; then
    bad=$( { { raw || echo the source >&3; } | { gzip -dc || echo gzip >&3; } >&4; } 3>&1 )
    else bad=$( { raw >&4 || echo the source >&3; } 3>&1 )
    fi 4>&1
    [ -z "$bad" ] || { echo "the dump could not be read to its end ($bad)" >&2; return 1; }
    }

    """
}
