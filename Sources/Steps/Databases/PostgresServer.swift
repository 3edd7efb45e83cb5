import Runbook

/// A PostgreSQL server as scripts see it.
struct PostgresServer: Sendable {
  let client: DatabaseClient
  let maintenance: String

  init(_ parameters: inout Parameters) {
    client = DatabaseClient(&parameters, defaultUser: "postgres", socket: "`/run/postgresql`")
    maintenance = parameters.value(
      "maintenance_database", "The database to be connected to while others are renamed.", default: "postgres"
    )
  }

  /// Shell text that defines `pg PROGRAM …`, with the server and the user, and `q DATABASE …`, psql with
  /// unaligned output that ends at the first error. No password is ever asked for.
  var prelude: Text {
    var words = ["-U", client.user, "-w"]
    if let server = client.server { words += ["-h", server] }
    if let port = client.port { words += ["-p", String(port)] }
    let passwords = client.password.map { "*:*:*:*:" + Self.escaped($0) }
    return client.prelude(secret: passwords)
      + """
      pg() {
      program=$1; shift
      db env PGPASSFILE="$secret" PGOPTIONS='-c client_min_messages=warning' LC_ALL=C "$program" \(shellLine(words)) "$@"
      }
      q() {
      base=$1; shift
      pg psql -X -q -A -t -v ON_ERROR_STOP=1 -v VERBOSITY=verbose -d "$base" "$@"
      }
      maintenance=\(shellWord(maintenance))

      """
  }

  /// As it stands in a password file.
  private static func escaped(_ password: Text) -> Text {
    guard password.string.contains(where: { $0 == ":" || $0 == "\\" }) else { return password }
    return password.derived(password.string.replacing("\\", with: "\\\\").replacing(":", with: "\\:"))
  }

  /// A name that PostgreSQL does not cut, and that leaves room for what is added to it.
  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 40 && !name.hasPrefix("-")
      && name.unicodeScalars.allSatisfy { $0.value >= 32 && $0 != "=" && $0 != "/" && $0 != ":" }
  }
}
