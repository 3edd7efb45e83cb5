public import Runbook

/// Makes sure that an archive is unpacked into a folder.
public struct ArchiveStep: StepKind {
  public static let key = "archive"
  public static let summary = """
    An archive (tar, packed or not, or zip) unpacked into a folder: a file of the control machine, or one \
    that is on the host. Which archive it was is kept in a note on the host, so that another one is unpacked \
    over it. Files that are in the folder already and not in the archive stay. To fetch one from the web, \
    use `download`.
    """
  public static let example = """
    - archive: { source: site.tar.gz, path: /srv/www, owner: www-data, group: www-data }
    - archive: { from: /var/backups/app.zip, path: /opt/app, strip: 1 }
    """

  /// The folder, the note, and the digest of the archive on the host.
  public struct State: Sendable {
    var status: FileStatus?
    var created: FileStatus?
    var note: String?
    var digest: String?
  }

  let source: LocalFileReference?
  let from: AbsolutePath?
  let path: AbsolutePath
  let strip: Int
  let creates: AbsolutePath?
  let owner: String?
  let group: String?
  let unpacking: Unpacking

  public init(_ parameters: inout Parameters) {
    source = parameters.localFile(
      "source", "Archive on the control machine, looked for beside the runbook and in `files`.")
    from = parameters.optional("from", "Archive on the host.")
    path = parameters.required("path", "The folder; it is made where it is not there.")
    strip = parameters.value("strip", "How many folders to take off the paths in it.", default: 0)
    creates = parameters.optional("creates", "A path that must be there once it is unpacked.")
    owner = parameters.optional("owner", "User name or number of all that is unpacked.")
    group = parameters.optional("group", "Group name or number of all that is unpacked.")
    let name = source?.path ?? from?.string ?? ""
    unpacking = Unpacking(name: name) ?? .tar
    if parameters.has("source") == parameters.has("from") {
      parameters.reject("either 'source' or 'from' must be given")
    }
    if strip < 0 { parameters.reject("'strip' is less than 0", at: "strip") }
  }

  public var title: String { "archive \(path)" }
  public var requires: [String] { unpacking.requires }

  public var probe: Probe<State> {
    let status = Probe<FileStatus?>.status(of: path.string)
    let created: Probe<FileStatus?> = creates.map { .status(of: $0.string) } ?? Probe([]) { _ in nil }
    let digest: Probe<String?> = from.map { .digest(of: $0.string) } ?? Probe([]) { _ in nil }
    let note = HostNote(family: "archives", path: path).probe
    return status.and(created).and(note.and(digest)).map {
      State(status: $0.0, created: $0.1, note: $1.0, digest: $1.1)
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    guard let digest = source?.digest ?? observed.digest else { throw .noArchive(from) }
    if let status = observed.status, status.kind != .directory { throw .notAFolder(path) }
    let isThere = observed.status != nil && (creates == nil || observed.created != nil)
    if isThere, observed.note == note(digest) { return nil }
    let name = source.map { $0.path.split(separator: "/").last.map(String.init) ?? "" } ?? from?.string ?? ""
    let words: Text = "unpack \(name) into \(path)"
    return Change(observed.status == nil ? .create : .modify, words, actions(digest))
  }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    ["path": .string(path.string)]
  }

  private func note(_ digest: String) -> String { "\(digest) \(strip)" }

  private func actions(_ digest: String) -> [Action] {
    guard let source else { return [.script(Text(script(from?.string ?? "", digest, removes: false)))] }
    let name = path.string.split(separator: "/").last.map(String.init) ?? "root"
    let place = "\(path.parent == "/" ? "" : path.parent)/.\(name).archive"
    return [
      .run(["mkdir", "-p", "--", path.parent]),
      .upload(FileUpload(source: source.path, path: place, mode: 0o600, digest: source.digest)),
      .script(Text(script(place, digest, removes: true))),
    ]
  }

  private func script(_ archive: String, _ digest: String, removes: Bool) -> String {
    var ownership = ""
    if owner != nil || group != nil {
      ownership =
        "chown -R \(shellWord((owner ?? "") + (group.map { ":\($0)" } ?? ""))) \"$t/tree\" || exit 1\n"
    }
    return """
      p=\(shellWord(path.string)); a=\(shellWord(archive))
      mkdir -p -- "${p%/*}/" && t=$(mktemp -d "${p%/*}/.runbook.XXXXXX") || exit 1
      trap 'rm -rf -- "$t"\(removes ? #" "$a""# : "")' EXIT
      umask 022
      mkdir -- "$t/tree" || exit 1
      \(unpacking.toFolder(#""$a""#, #""$t/tree""#, strip: strip)) || exit 1
      \(ownership)if [ -d "$p" ]; then cp -R -p -- "$t/tree/." "$p/" || exit 1
      else mv -- "$t/tree" "$p" || exit 1; fi
      \(HostNote(family: "archives", path: path).write(note(digest)))
      """
  }
}

extension Diagnostic {
  fileprivate static func noArchive(_ path: AbsolutePath?) -> Diagnostic {
    Diagnostic(.conflict, "there is no archive '\(path?.string ?? "")' on the host")
  }

  fileprivate static func notAFolder(_ path: AbsolutePath) -> Diagnostic {
    Diagnostic(.conflict, "'\(path)' is not a directory", hint: "move it away, or give another path")
  }
}
