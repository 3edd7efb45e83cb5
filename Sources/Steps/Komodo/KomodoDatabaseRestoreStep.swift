public import Runbook

/// Restores Komodo's own database from one of its backups, before Core's first start.
public struct KomodoDatabaseRestoreStep: StepKind {
  public static let key = "komodo_database_restore"
  public static let summary = """
    Komodo's database from one of the folders that Komodo's backup writes. Only the database may run: what Core makes \
    at its first start would stay beside what is restored. Every file is tested before anything is read into the \
    database, and the documents of each collection are counted afterwards, as Komodo's own program also ends well \
    where it left some out. A note on the host says which backup is in place; `latest` is satisfied by any. \
    Outputs: `backup`.
    """
  public static let example = """
    - komodo_database_restore:
        folder: /etc/komodo/backups
        container: komodo-database
        core: komodo-core
        image: ghcr.io/moghtech/komodo-cli:2
        user: "{{ komodo_database_user }}"
        password: "{{ vault_komodo_database_password }}"
    """

  /// The backups that are there, which one is in place, and what runs.
  public struct State: Sendable {
    var backups: [String]
    var note: String?
    var isDatabaseUp: Bool
    var isCoreUp: Bool
  }

  let folder: AbsolutePath
  let backup: String
  let container: String
  let core: String
  let image: String
  let user: Text
  let password: Text
  let database: String
  let port: Int

  public init(_ parameters: inout Parameters) {
    folder = parameters.required("folder", "The folder with the backups, on the host.")
    backup = parameters.value(
      "backup", "The name of one, `2026-08-10_01-00-00`, or `latest`.", default: "latest")
    container = parameters.required("container", "The database's container, which must run.")
    core = parameters.required("core", "Core's container, which must not run.")
    image = parameters.required("image", "The image with Komodo's program `km`, of Core's version.")
    user = parameters.required("user", "The database's user.")
    password = parameters.required("password", "That user's password.")
    database = parameters.value(
      "database", "The database's name; Core's own setting must be the same.", default: "komodo")
    port = parameters.value("port", "The database's port.", default: 27017)
    if backup != "latest", !Self.isBackup(backup) {
      parameters.reject("'\(backup)' is not the name of a backup", at: "backup")
    }
    for (name, value) in [("container", container), ("core", core)]
    where parameters.has(name) && !DockerQuery.isName(value) {
      parameters.reject("'\(value)' is not the name of a container", at: name)
    }
    if [user, password].contains(where: { $0.string.contains("\n") }) {
      parameters.reject("a line break cannot be handed on", at: "password")
    }
  }

  /// `2026-08-10_01-00-00`: a stray folder is none.
  static func isBackup(_ name: String) -> Bool {
    let shape = "0000-00-00_00-00-00".utf8
    return name.utf8.count == shape.count
      && zip(name.utf8, shape).allSatisfy { byte, sample in
        sample == UInt8(ascii: "0") ? (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) : byte == sample
      }
  }

  public var title: String { "Komodo's database from \(folder)" }
  public var requires: [String] { ["docker", "gzip"] }
  public var lock: String? { "komodo" }

  /// What is written down on the host once a backup is in place.
  var note: HostNote? {
    AbsolutePath("/\(container)/\(database)").map { HostNote(family: "komodo-databases", path: $0) }
  }

  public var probe: Probe<State> {
    let script = """
      if [ -d \(shellWord(folder.string)) ]; then ls -1 -- \(shellWord(folder.string)) || exit 1; fi
      echo '@@ containers'
      docker ps --no-trunc --format '{{.Names}}' || exit 1
      """
    let (container, core, folder) = (container, core, folder)
    let note = note?.probe ?? Probe([]) { _ in nil }
    return Probe<ScriptOutput>.script(script).and(note).map { (output, note) throws(Diagnostic) in
      guard output.status == 0 else { throw .cannotLook(folder, output.errors) }
      let parts = output.output.split(separator: "\n").split(
        separator: "@@ containers", maxSplits: 1, omittingEmptySubsequences: false)
      let running = parts.last?.map(String.init) ?? []
      return State(
        backups: (parts.first?.map(String.init) ?? []).filter(Self.isBackup).sorted(), note: note,
        isDatabaseUp: running.contains(container), isCoreUp: running.contains(core))
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    if let note = observed.note, backup == "latest" || note == backup { return nil }
    let name = backup == "latest" ? observed.backups.last : observed.backups.first { $0 == backup }
    guard let name else { throw .noBackup(folder, backup, observed.backups) }
    guard !observed.isCoreUp else { throw .coreRuns(core) }
    guard observed.isDatabaseUp else { throw .noDatabase(container) }
    return .run("Komodo's database from its backup \(name)", .script(script(name)))
  }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    ["backup": .string(observed.note ?? "")]
  }
}

extension Diagnostic {
  fileprivate static func cannotLook(_ folder: AbsolutePath, _ why: String) -> Diagnostic {
    Diagnostic(.unreadable, "cannot look at Komodo's backups in '\(folder)'", notes: why.isEmpty ? [] : [why])
  }

  fileprivate static func noBackup(_ folder: AbsolutePath, _ wanted: String, _ all: [String]) -> Diagnostic {
    Diagnostic(
      .conflict,
      wanted == "latest"
        ? "there is no backup of Komodo's database in '\(folder)'"
        : "there is no backup '\(wanted)' of Komodo's database in '\(folder)'",
      notes: all.isEmpty ? [] : ["there are: " + all.suffix(5).joined(separator: ", ")])
  }

  fileprivate static func coreRuns(_ core: String) -> Diagnostic {
    Diagnostic(
      .conflict, "Komodo Core runs ('\(core)'): its own records would stay beside the restored ones",
      hint: "stop it, and give it an empty database")
  }

  fileprivate static func noDatabase(_ container: String) -> Diagnostic {
    Diagnostic(.conflict, "Komodo's database ('\(container)') does not run", hint: "start it alone first")
  }
}
