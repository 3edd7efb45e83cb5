import Runbook

/// How to reach Komodo Core, with a key or with a user's password.
struct KomodoAccess: Sendable {
  let url: String
  let user: Text?
  let password: Text?
  let key: Text?
  let secret: Text?

  init(_ parameters: inout Parameters) {
    let url: String = parameters.required("url", "Where Core answers, from the host.")
    self.url = InfisicalAccess.trimmed(url)
    user = parameters.optional("user", "A local user, with `password`.")
    password = parameters.optional("password", "That user's password.")
    key = parameters.optional("key", "An API key, with `secret`, in place of a user.")
    secret = parameters.optional("secret", "The secret of the API key.")
    if parameters.has("url"), !url.hasPrefix("https://"), !url.hasPrefix("http://") {
      parameters.reject("the URL begins with neither 'https://' nor 'http://'", at: "url")
    }
    let isUser = user != nil && password != nil && key == nil && secret == nil
    let isKey = key != nil && secret != nil && user == nil && password == nil
    if !isUser, !isKey { parameters.reject("give either 'user' and 'password' or 'key' and 'secret'") }
  }

  /// Shell text that defines `call PATH BODY`, which prints the answer with its status on a line of its own below
  /// it, and logs in once. `BODY` is JSON as a curl configuration quotes it. It fails, with a message, where Core
  /// does not answer or refuses the login; a refused login is never tried again, as Core counts them.
  var prelude: Text {
    var text = Text(Self.caller(url))
    if let key, let secret {
      text.append("login=" + shellWord(header("X-Api-Key", key) + header("X-Api-Secret", secret)) + "\n")
      return text
    }
    let login: Value = .map(["username": .string(user ?? ""), "password": .string(password ?? "")])
    let body = Text(secret: Self.quoted(login.json(revealing: true)), label: "login")
    text.append("login=\nbody=" + shellWord(body) + "\n" + Text(Self.loggingIn))
    return text
  }

  private func header(_ name: String, _ value: Text) -> Text {
    Text("header = \"\(name): ")
      + value.escaping {
        $0 == UInt8(ascii: "\"") || $0 == UInt8(ascii: "\\") ? "\\" + String(UnicodeScalar($0)) : nil
      }
      + Text("\"\n")
  }

  /// JSON as it stands between double quotes in a configuration of curl.
  static func quoted(_ json: String) -> String {
    json.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
  }

  /// A word of shell text: the JSON of a request's parameters, ready for `call`.
  static func body(_ value: Value) -> String { shellWord(quoted(value.json(revealing: true))) }

  private static func caller(_ url: String) -> String {
    """
    call() {
    curl --disable --config - <<RUNBOOK-CURL
    url = "\(url)$1"
    request = "POST"
    $login
    header = "Content-Type: application/json"
    data-raw = "$2"
    silent
    show-error
    connect-timeout = 10
    max-time = 60
    write-out = "\\n%{http_code}\\n"
    RUNBOOK-CURL
    }
    status_of() { printf '%s\\n' "${1##*
    }"; }
    body_of() { printf '%s\\n' "${1%
    *}"; }

    """
  }

  /// Version 2 first, then the path that version 1 had.
  private static let loggingIn = """
    answer=$(call /auth/login/LoginLocalUser "$body") || exit 7
    if [ "$(status_of "$answer")" = 404 ]; then answer=$(call /auth/LoginLocalUser "$body") || exit 7; fi
    code=$(status_of "$answer")
    if [ "$code" != 200 ]; then
      printf '@@ %s login\\n%s\\n' "$code" "$(body_of "$answer")"
      echo 'Komodo Core refuses the login' >&2
      exit 8
    fi
    token=$(body_of "$answer" | sed -n 's/.*"jwt" *: *"\\([^"]*\\)".*/\\1/p')
    if [ -z "$token" ]; then echo '@@ 0 login'; exit 8; fi
    login="header = \\"Authorization: $token\\""

    """

  /// Asks for several things at once; each answer is a line `@@ STATUS NAME` with the body below it.
  func probe(_ requests: [(name: String, parameters: Value)]) -> Probe<[String: VendorAnswer]> {
    var text = prelude
    for (name, parameters) in requests {
      text.append(
        Text(
          """
          answer=$(call /read/\(name) \(Self.body(parameters))) || exit 7
          printf '@@ %s \(name)\\n%s\\n' "$(status_of "$answer")" "$(body_of "$answer")"

          """))
    }
    let url = url
    return Probe<ScriptOutput>.script(text.string).map { (output) throws(Diagnostic) in
      let answers = VendorAnswer.all(in: output.output)
      if let login = answers.first(where: { $0.name == "login" }) { throw .refused(url, login) }
      guard output.status == 0 else { throw .unreachable(url, output.errors) }
      return Dictionary(answers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// Shell text that sends an execution, waits until it is complete, and fails with the first entry of its log that
  /// failed. Core answers at once, whatever becomes of it.
  func execution(_ name: String, _ parameters: Value, within wait: Duration) -> Text {
    prelude + Text(Self.settling(wait))
      + Text("perform \(name) \(Self.body(parameters))\n")
  }

  /// Shell text that defines `checked`, `perform` and `end`, the moment at which patience is over.
  static func settling(_ wait: Duration) -> String {
    """
    end=$(($(date +%s) + \(wait.wholeSeconds)))
    is_over() { [ "$(date +%s)" -ge "$end" ]; }
    checked() {
      answer=$(call "$1" "$2") || return 1
      if [ "$(status_of "$answer")" != 200 ]; then
        printf 'Komodo refuses %s: %s\\n' "$1" "$(body_of "$answer" | jq -r '.error // .message // .' 2>/dev/null)" >&2
        return 1
      fi
      body_of "$answer"
    }
    perform() {
      update=$(checked "/execute/$1" "$2") || exit 1
      id=$(printf '%s\\n' "$update" | jq -r '._id["$oid"] // .id // empty')
      while [ "$(printf '%s\\n' "$update" | jq -r .status)" != Complete ]; do
        if [ -z "$id" ] || is_over; then printf '%s is not complete within the time given\\n' "$1" >&2; exit 1; fi
        sleep 1
        update=$(checked /read/GetUpdate "{\\\\\\"id\\\\\\":\\\\\\"$id\\\\\\"}") || exit 1
      done
      if [ "$(printf '%s\\n' "$update" | jq -r .success)" != true ]; then
        printf '%s failed: ' "$1" >&2
        printf '%s\\n' "$update" | jq -r '[.logs[] | select(.success == false)][0]
          | if . == null then "Komodo says no more" else .stage + ": " + ((.stderr // "") + (.stdout // "")) end' >&2
        exit 1
      fi
    }

    """
  }
}

/// A stack as Komodo lists it.
struct KomodoStack: Sendable {
  var name: String
  var state: String
  /// Whether it was deployed once.
  var isDeployed: Bool

  static func all(in answer: VendorAnswer?) throws(Diagnostic) -> [KomodoStack] {
    guard let answer, answer.status == 200,
      case .list(let items) = try JSONReader.read(answer.body, named: "Komodo's list of stacks")
    else {
      throw Diagnostic(
        .unreadable, "Komodo does not list its stacks", notes: answer.map { [$0.complaint] } ?? [])
    }
    return items.compactMap { item in
      guard let name = item["name"]?.text?.string else { return nil }
      let state = item["info"]?["state"]?.text?.string ?? "unknown"
      let hash = item["info"]?["deployed_hash"]?.text?.string ?? ""
      return KomodoStack(
        name: name, state: state, isDeployed: !hash.isEmpty || !["down", "unknown"].contains(state))
    }
  }

  /// The request that lists all of them: without a limit Komodo leaves some out.
  static let request: (name: String, parameters: Value) = (
    "ListStacks", .map(["query": .map([:]), "limit": .int(0)])
  )
}

extension Diagnostic {
  fileprivate static func unreachable(_ url: String, _ why: String) -> Diagnostic {
    Diagnostic(.unreadable, "Komodo Core at '\(url)' does not answer", notes: why.isEmpty ? [] : [why])
  }

  fileprivate static func refused(_ url: String, _ answer: VendorAnswer) -> Diagnostic {
    guard [400, 401, 403].contains(answer.status) else {
      return Diagnostic(.unreadable, "Komodo Core at '\(url)' cannot log in now", notes: [answer.complaint])
    }
    return Diagnostic(
      .conflict, "Komodo Core at '\(url)' refuses the login", notes: [answer.complaint],
      hint: "after a restore the users and passwords are those of the backup")
  }
}
