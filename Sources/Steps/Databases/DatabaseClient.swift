import Runbook

/// Where a database server is: in a container of the host, or on the host itself.
struct DatabaseClient: Sendable {
  let container: String?
  let server: String?
  let port: Int?
  let user: String
  let password: Text?

  init(_ parameters: inout Parameters, defaultUser: String, socket: String) {
    container = parameters.optional(
      "container", "The container that the server runs in; its own programs are used, over its own socket.")
    server = parameters.optional("server", "Host name, or folder or path of the socket: \(socket).")
    port = parameters.optional("port", "The server's port.")
    user = parameters.value("user", "The user to log in as, who may create databases.", default: defaultUser)
    password = parameters.optional("password", "That user's password, where the server asks for one.")
    if let container, !DockerQuery.isName(container) {
      parameters.reject("'\(container)' is not the name of a container", at: "container")
    }
    if container != nil, server != nil {
      parameters.reject("'container' and 'server' exclude each other", at: "server")
    }
    if user.isEmpty || user.hasPrefix("-") { parameters.reject("'\(user)' is not a user", at: "user") }
    if let password, password.string.contains("\n") {
      parameters.reject("a password cannot have a line end in it", at: "password")
    }
  }

  /// Tells this server from others, as seen from one host.
  var place: [String] { [container ?? "", server ?? "", port.map(String.init) ?? ""] }

  var requires: [String] { container == nil ? [] : ["docker"] }

  /// Shell text that defines `db`, which runs a program beside the server, and `secret`, the path of a file
  /// that only its owner can read, with `content` in it; empty without content. It is removed at the end.
  func prelude(secret content: Text?) -> Text {
    var text: Text
    if let container {
      text = """
        running=$(docker inspect --format '{{.State.Running}}' -- \(container) 2>/dev/null)
        [ "$running" = true ] || { echo \(shellWord("the container '\(container)' does not run")) >&2; exit 9; }
        db() { docker exec -i \(container) "$@"; }

        """
    } else {
      text = "db() { \"$@\"; }\n"
    }
    guard let content else { return text + "secret=\nforget() { :; }\n" }
    text.append(
      """
      secret=$(db sh -c 'umask 077; file=$(mktemp) && cat >"$file" && echo "$file"' <<'end of secret'
      \(content)
      end of secret
      ) || exit 1
      forget() { db rm -f -- "$secret" </dev/null; }
      trap forget EXIT

      """)
    return text
  }
}

extension Diagnostic {
  /// What a look at a database server that failed means.
  static func silentServer(_ client: DatabaseClient, _ output: ScriptOutput) -> Diagnostic {
    let notes = output.errors.split(separator: "\n").suffix(4).map(String.init)
    if output.status == 9, let container = client.container {
      return Diagnostic(
        .unreachable, "the container '\(container)' does not run", hint: "start it by an earlier step")
    }
    return Diagnostic(
      .unreachable, "the database server does not answer, or refuses the user '\(client.user)'", notes: notes)
  }
}

/// What a script printed as lines of a word and the rest, numbers as numbers.
func printedFields(_ results: [ActionResult], _ names: Set<String>) -> ValueMap {
  var map: ValueMap = [:]
  for line in results.last?.output.split(separator: "\n") ?? [] {
    let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
    guard parts.count == 2, names.contains(parts[0]) else { continue }
    map[parts[0]] = Int(parts[1]).map { .int($0) } ?? .string(parts[1])
  }
  return map
}
