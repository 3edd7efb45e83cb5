public import Runbook

/// Dumps a MariaDB database to a file.
public struct MariadbDumpStep: StepKind {
  public static let key = "mariadb_dump"
  public static let summary = """
    A MariaDB database with its routines, events and triggers as SQL in a file, of one moment, packed with gzip \
    where the name ends so. The file takes its place only once the dump has ended well and its last line is \
    that of a whole one; mode 0600. It always runs, unless `creates` is set and the file is there. Outputs: \
    `path` and `bytes`.
    """
  public static let example = """
    - mariadb_dump:
        container: wiki-db
        password: "{{ vault_wiki_root_password }}"
        database: wiki
        path: /srv/dumps/wiki.sql.gz
    """

  let server: MariadbServer
  let database: String
  let path: AbsolutePath
  let options: [String]
  let onlyOnce: Bool

  public init(_ parameters: inout Parameters) {
    server = MariadbServer(&parameters)
    database = parameters.required("database", "The database's name.")
    path = parameters.required("path", "The file of the host that it becomes.")
    options = parameters.value("options", "More options of mariadb-dump.", default: [])
    onlyOnce = parameters.value("creates", "Nothing to do where the file is there.", default: false)
    if parameters.has("database"), !MariadbServer.isName(database) {
      parameters.reject("'\(database)' is not the name of a database", at: "database")
    }
    let refused = [
      "--databases", "-B", "--all-databases", "-A", "--skip-comments", "--compact", "-r", "--result-file",
    ]
    if let option = options.first(where: { option in refused.contains { option.hasPrefix($0) } }) {
      parameters.reject("'\(option)' would make something that cannot be restored", at: "options")
    }
  }

  public var title: String { "dump of MariaDB database \(database)" }
  public var requires: [String] { server.client.requires }
  public var isVerified: Bool { onlyOnce }
  public var probe: Probe<FileStatus?> { .status(of: path.string) }

  public func change(from observed: FileStatus?) throws(Diagnostic) -> Change? {
    if let observed, observed.kind != .file { throw .notAFile(path, observed) }
    if onlyOnce, observed != nil { return nil }
    let words =
      ["--single-transaction", "--quick", "--routines", "--events", "--triggers"] + options + [database]
    return .run(
      "dump of database \(database) to \(path)",
      .script(
        server.prelude
          + DumpFile(
            path: path, command: "with \"$dumper\" \(shellLine(words))", trailer: "-- Dump completed"
          ).text))
  }

  public func outputs(_ observed: FileStatus?, _ results: [ActionResult]) -> ValueMap {
    var map = printedFields(results, ["bytes"])
    map["path"] = .string(path.string)
    return map
  }
}
