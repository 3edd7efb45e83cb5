import Runbook

/// A MariaDB server as scripts see it.
struct MariadbServer: Sendable {
  let client: DatabaseClient

  init(_ parameters: inout Parameters) {
    client = DatabaseClient(&parameters, defaultUser: "root", socket: "`/run/mysqld/mysqld.sock`")
  }

  /// Shell text that defines `my DATABASE …`, the client with bare output, and `my_dump …`; the password is
  /// in an option file that only its owner can read.
  var prelude: Text {
    var words = ["--user=\(client.user)"]
    if let server = client.server {
      words += server.hasPrefix("/") ? ["--socket=\(server)"] : ["--host=\(server)", "--protocol=tcp"]
    }
    if let port = client.port { words.append("--port=\(port)") }
    let options = client.password.map { "[client]\npassword=" + Self.quoted($0) }
    return client.prelude(secret: options)
      + """
      program=$(db sh -c 'command -v mariadb || command -v mysql' </dev/null)
      dumper=$(db sh -c 'command -v mariadb-dump || command -v mysqldump' </dev/null)
      if [ -z "$program" ] || [ -z "$dumper" ]; then
      echo 'there is neither mariadb nor mysql, its client, beside the server' >&2; exit 1
      fi
      with() {
      program_of=$1; shift
      db "$program_of" ${secret:+"--defaults-extra-file=$secret"} \(shellLine(words)) --default-character-set=utf8mb4 "$@"
      }
      my() {
      with "$program" --batch --raw --skip-column-names --init-command='SET SESSION lock_wait_timeout = 60' "$@"
      }
      my_dump() { with "$dumper" --skip-comments --skip-dump-date "$@"; }

      """
  }

  /// As it stands in an option file.
  private static func quoted(_ password: Text) -> Text {
    password.derived(
      "\"" + password.string.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"")
  }

  /// A name that needs no escape in backquotes, and that leaves room for what is added to it.
  static func isName(_ name: String) -> Bool {
    !name.isEmpty && name.utf8.count <= 40
      && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_-$".contains($0)) }
      && !name.hasPrefix("-")
  }
}
