public import Runbook

/// Dumps a PostgreSQL database to a file.
public struct PostgresDumpStep: StepKind {
  public static let key = "postgres_dump"
  public static let summary = """
    A PostgreSQL database as plain SQL in a file, packed with gzip where the name ends so. The file takes its \
    place only once the dump has ended well and its last line is that of a whole one; mode 0600. It always \
    runs, unless `creates` is set and the file is there. Outputs: `path` and `bytes`.
    """
  public static let example = """
    - postgres_dump: { container: infisical-db, user: infisical, database: infisical, path: /srv/dumps/infisical.sql.gz }
    """

  let server: PostgresServer
  let database: String
  let path: AbsolutePath
  let options: [String]
  let onlyOnce: Bool

  public init(_ parameters: inout Parameters) {
    server = PostgresServer(&parameters)
    database = parameters.required("database", "The database's name.")
    path = parameters.required("path", "The file of the host that it becomes.")
    options = parameters.value(
      "options", "More options of pg_dump.", default: ["--no-owner", "--no-privileges"])
    onlyOnce = parameters.value("creates", "Nothing to do where the file is there.", default: false)
    if parameters.has("database"), !PostgresServer.isName(database) {
      parameters.reject("'\(database)' is not the name of a database", at: "database")
    }
    let refused = ["-F", "--format", "-C", "--create", "-f", "--file"]
    if let option = options.first(where: { option in refused.contains { option.hasPrefix($0) } }) {
      parameters.reject("'\(option)' would make something else than a plain dump", at: "options")
    }
  }

  public var title: String { "dump of PostgreSQL database \(database)" }
  public var requires: [String] {
    server.client.requires + (server.client.container == nil ? ["pg_dump"] : [])
  }
  public var isVerified: Bool { onlyOnce }
  public var probe: Probe<FileStatus?> { .status(of: path.string) }

  public func change(from observed: FileStatus?) throws(Diagnostic) -> Change? {
    if let observed, observed.kind != .file { throw .notAFile(path, observed) }
    if onlyOnce, observed != nil { return nil }
    let command = "pg pg_dump \(shellLine(options)) -Fp -d \(shellWord(database))"
    let trailer = "PostgreSQL database dump complete"
    return .run(
      "dump of database \(database) to \(path)",
      .script(server.prelude + DumpFile(path: path, command: command, trailer: trailer).text))
  }

  public func outputs(_ observed: FileStatus?, _ results: [ActionResult]) -> ValueMap {
    var map = printedFields(results, ["bytes"])
    map["path"] = .string(path.string)
    return map
  }
}
