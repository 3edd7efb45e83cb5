public import Runbook

/// Restores a PostgreSQL database from a dump.
public struct PostgresRestoreStep: StepKind {
  public static let key = "postgres_restore"
  public static let summary = """
    A PostgreSQL database as a dump has it: plain SQL or the custom format, packed with gzip or not. It is \
    loaded into a new database, in one transaction that is only committed once the dump was read to its end; \
    then tables and rows are counted, and the new database takes the old one's name, owner, settings, grants \
    and comment in one transaction. Until then the old one is untouched, and afterwards it is kept as \
    `NAME_before_TIME`, unless `keep_old: false`. Interrupted anywhere, the old or the new data is live. The \
    new database remembers its dump: a second run changes nothing. Outputs: `tables`, `rows` and `old`.
    """
  public static let example = """
    - postgres_restore:
        container: infisical-db
        user: infisical
        database: infisical
        from:
          repository: "b2:backups:host01"
          password: "{{ vault_restic_password }}"
          snapshot: "{{ snapshot.id }}"
          path: "{{ snapshot.paths[0] }}"
    - postgres_restore: { database: app, owner: app, file: /srv/dumps/app.sql.gz, keep_old: false }
    """

  let server: PostgresServer
  let database: String
  let owner: String?
  let source: DumpSource
  let restore: DatabaseRestore
  let ignoresOwners: Bool

  public init(_ parameters: inout Parameters) {
    server = PostgresServer(&parameters)
    database = parameters.required("database", "The database's name.")
    owner = parameters.optional(
      "owner", "The owner of a new database; the old one's, or else the user, where not given.")
    source = DumpSource(&parameters)
    restore = DatabaseRestore(&parameters)
    ignoresOwners = parameters.value(
      "ignore_owners", "Leave owners and grants of the dump out: all becomes the database's owner's.",
      default: false)
    if parameters.has("database"), !PostgresServer.isName(database) {
      parameters.reject("'\(database)' is not a name of at most 40 bytes for a database", at: "database")
    }
    if database == server.maintenance || ["template0", "template1"].contains(database) {
      parameters.reject("'\(database)' cannot be renamed", at: "database")
    }
  }

  public var title: String { "PostgreSQL database \(database) from \(source.title)" }
  public var requires: [String] {
    ["flock"] + source.requires + server.client.requires + (server.client.container == nil ? ["psql"] : [])
  }
  public var lock: String? { "postgres" }

  public var probe: Probe<DatabaseState> {
    let script =
      server.prelude + """
        known=$(q "$maintenance" -v name=\(shellWord(database)) <<'SQL'
        SELECT 'database ' || coalesce((SELECT substr(s, 18) FROM pg_db_role_setting r, unnest(r.setconfig) s
        WHERE r.setdatabase = d.oid AND r.setrole = 0 AND s LIKE 'runbook.restored=%'), '')
        FROM pg_database d WHERE d.datname = :'name';
        SQL
        ) || exit 1
        [ -n "$known" ] || exit 0
        printf '%s\\n' "$known"
        q \(shellWord(database)) <<'SQL'
        SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
        AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%';
        SQL
        """
    let client = server.client
    return source.identity.and(.script(script.string)).map { (identity, output) throws(Diagnostic) in
      guard output.status == 0 else { throw .silentServer(client, output) }
      let lines = output.output.split(separator: "\n").map(String.init)
      guard let first = lines.first else {
        return DatabaseState(identity: identity, restored: nil, tables: 0)
      }
      guard lines.count == 2, first.hasPrefix("database "), let tables = Int(lines[1]) else {
        throw .oddAnswer(output)
      }
      return DatabaseState(identity: identity, restored: String(first.dropFirst(9)), tables: tables)
    }
  }

  public func change(from observed: DatabaseState) throws(Diagnostic) -> Change? {
    restore.change(of: database, from: source, observed, by: script(observed.identity))
  }

  public func outputs(_ observed: DatabaseState, _ results: [ActionResult]) -> ValueMap {
    restore.outputs(observed, results)
  }

  private func script(_ identity: String) -> Text {
    server.prelude + source.prelude + DumpSource.unpacking
      + PostgresRestoreScript(step: self, identity: identity).text
  }
}
