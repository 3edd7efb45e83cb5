public import Runbook

/// Restores a MariaDB database from a dump.
public struct MariadbRestoreStep: StepKind {
  public static let key = "mariadb_restore"
  public static let summary = """
    A MariaDB database as a dump has it, packed with gzip or not. It is loaded into a new database and counted; \
    then one statement moves all tables, the old ones out and the new ones in. Triggers, views, routines and \
    events, which no statement moves, are made again and compared. Until then the old data is untouched, and \
    afterwards it is kept as `NAME_before_TIME`, unless `keep_old: false`. Interrupted anywhere, the old or the \
    new tables are live, and the next run makes the rest whole. The database's comment remembers the dump: a \
    second run changes nothing. Outputs: `tables`, `rows` and `old`.
    """
  public static let example = """
    - mariadb_restore:
        container: wiki-db
        password: "{{ vault_wiki_root_password }}"
        database: wiki
        from:
          repository: "b2:backups:host01"
          password: "{{ vault_restic_password }}"
          snapshot: "{{ snapshot.id }}"
          path: "{{ snapshot.paths[0] }}"
    - mariadb_restore: { database: wiki, file: /srv/dumps/wiki.sql.gz }
    """

  let server: MariadbServer
  let database: String
  let source: DumpSource
  let restore: DatabaseRestore

  public init(_ parameters: inout Parameters) {
    server = MariadbServer(&parameters)
    database = parameters.required("database", "The database's name.")
    source = DumpSource(&parameters)
    restore = DatabaseRestore(&parameters)
    if parameters.has("database"), !MariadbServer.isName(database) {
      parameters.reject(
        "'\(database)' is not a name of at most 40 letters, digits, '_', '-' and '$' for a database",
        at: "database")
    }
    if ["mysql", "sys", "information_schema", "performance_schema"].contains(database.lowercased()) {
      parameters.reject("'\(database)' is the server's own", at: "database")
    }
  }

  public var title: String { "MariaDB database \(database) from \(source.title)" }
  public var requires: [String] { ["flock"] + source.requires + server.client.requires }
  public var lock: String? { "mariadb" }

  public var probe: Probe<DatabaseState> {
    let script =
      server.prelude + """
        my <<'SQL'
        SELECT 'database', SCHEMA_COMMENT FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '\(database)';
        SELECT 'tables', COUNT(*) FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = '\(database)' AND TABLE_TYPE = 'BASE TABLE';
        SQL
        """
    let client = server.client
    return source.identity.and(.script(script.string)).map { (identity, output) throws(Diagnostic) in
      guard output.status == 0 else { throw .silentServer(client, output) }
      var state = DatabaseState(identity: identity, restored: nil, tables: 0)
      for line in output.output.split(separator: "\n") {
        let parts = line.split(separator: "\t", maxSplits: 1, omittingEmptySubsequences: false).map(
          String.init)
        guard parts.count == 2 else { continue }
        if parts[0] == "tables" {
          guard let tables = Int(parts[1]) else { throw .oddAnswer(output) }
          state.tables = tables
        }
        if parts[0] == "database" { state.restored = Self.dump(in: parts[1]) }
      }
      return state
    }
  }

  /// "restored by runbook: 1f2e…" in a comment.
  private static func dump(in comment: String) -> String {
    let words = "restored by runbook: "
    return comment.hasPrefix(words) ? String(comment.dropFirst(words.count)) : ""
  }

  public func change(from observed: DatabaseState) throws(Diagnostic) -> Change? {
    restore.change(of: database, from: source, observed, by: script(observed.identity))
  }

  public func outputs(_ observed: DatabaseState, _ results: [ActionResult]) -> ValueMap {
    restore.outputs(observed, results)
  }

  private func script(_ identity: String) -> Text {
    server.prelude + source.prelude + DumpSource.unpacking
      + MariadbRestoreScript(step: self, identity: identity).text
  }
}
