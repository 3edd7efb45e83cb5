public import Runbook

/// Makes an HTTP request from the host and looks at the answer.
public struct HTTPStep: StepKind {
  public static let key = "http"
  public static let summary = """
    An HTTP request, made by the host with curl. A GET or HEAD without secrets is made when looking already: \
    where the answer is as expected there is nothing to do. Anything else is made when the step's turn \
    comes, every time. URL, headers and body never become arguments. Outputs: `status`, `body`, and `json` \
    where the body is JSON.
    """
  public static let example = """
    - http: { url: "http://localhost:8080/api/status", status: 200 }
      retry: { attempts: 10, delay: 3s }
    - http:
        url: https://example.org/api/items
        method: POST
        headers: { Authorization: "Bearer {{ token }}" }
        json: { name: first }
        status: [200, 201]
      register: item
    """

  /// What a request gave; nil where none was made.
  public typealias State = ScriptOutput?

  let url: Text
  let method: String
  let headers: [(key: String, value: Text)]
  let body: Text?
  let user: Text?
  let password: Text?
  let statuses: [Int]
  let contains: String?
  let timeout: Duration
  let follows: Bool
  let verifies: Bool
  let caFile: AbsolutePath?
  let isSecret: Bool

  public init(_ parameters: inout Parameters) {
    url = parameters.required("url", "http or https.")
    let method: String? = parameters.optional("method", "GET where not given; POST where there is a body.")
    let headers: Pairs<Text>? = parameters.optional("headers", "Headers of the request.")
    let text: Text? = parameters.optional("body", "The body, as it is.")
    let json: Value? = parameters.optional("json", "The body as a value; it is sent as JSON.")
    user = parameters.optional("user", "User for basic authentication.")
    password = parameters.optional("password", "Password for basic authentication.")
    statuses = parameters.value("status", "Statuses that are as expected; one, or a list.", default: [200])
    contains = parameters.optional("contains", "Text that the body must hold.")
    timeout = parameters.value("timeout", "How long one request may take.", default: .seconds(30))
    follows = parameters.value("follow", "Follow redirections.", default: false)
    verifies = parameters.value("verify_tls", "Check the server's certificate.", default: true)
    caFile = parameters.optional("ca_file", "Certificates on the host to check it with.")
    isSecret = parameters.value("secret", "The answer is a secret.", default: false)
    body = text ?? json.map { HTTPStep.jsonText($0) }
    self.method = (method ?? (body == nil ? "GET" : "POST")).uppercased()
    var all = headers?.all ?? []
    if json != nil, !all.contains(where: { $0.key.lowercased() == "content-type" }) {
      all.append(("Content-Type", "application/json"))
    }
    self.headers = all
    check(&parameters)
  }

  private func check(_ parameters: inout Parameters) {
    if parameters.has("url"), !url.string.hasPrefix("https://"), !url.string.hasPrefix("http://") {
      parameters.reject("the URL begins with neither 'https://' nor 'http://'", at: "url")
    }
    if parameters.has("body"), parameters.has("json") {
      parameters.reject("'body' and 'json' exclude each other", at: "json")
    }
    if body?.string.utf8.contains(0) == true {
      parameters.reject("a body with a NUL cannot be sent", at: "body")
    }
    if method.contains(where: { !$0.isASCII || !$0.isLetter }) || method.isEmpty {
      parameters.reject("'\(method)' is not a method", at: "method")
    }
    if statuses.isEmpty { parameters.reject("no status is expected", at: "status") }
  }

  public var title: String { "http \(method) \(url)" }
  public var requires: [String] { ["curl"] }
  public var isVerified: Bool { looks }

  public var probe: Probe<ScriptOutput?> {
    guard looks else { return Probe([]) { _ in nil } }
    return Probe<ScriptOutput>.script(script(judging: false).string).map { $0 }
  }

  public func change(from observed: ScriptOutput?) throws(Diagnostic) -> Change? {
    if let observed, observed.status == 0, isExpected(Answer(observed.output)) { return nil }
    return .run("\(method) \(url)", .script(script(judging: true)))
  }

  public func outputs(_ observed: ScriptOutput?, _ results: [ActionResult]) -> ValueMap {
    let answer = Answer(observed?.output ?? results.last?.output ?? "")
    var map: ValueMap = ["status": .int(answer.status), "body": .string(answer.body)]
    if let first = answer.body.first(where: { !$0.isWhitespace }), "{[\"0123456789-tfn".contains(first) {
      // A body that is not JSON is no fault: then there is no `json`.
      do throws(Diagnostic) { map["json"] = try JSONReader.read(answer.body, named: "the answer") } catch {}
    }
    if isSecret { for key in ["body", "json"] { map[key] = map[key]?.markedSecret("answer of \(url)") } }
    return map
  }

  /// Whether the request is made when looking already: it changes nothing, and holds no secret.
  private var looks: Bool {
    let parts = [url] + headers.map { $0.value } + [body, user, password].compactMap { $0 }
    return ["GET", "HEAD"].contains(method) && body == nil && password == nil
      && !parts.contains { $0.isSecret }
  }

  private func isExpected(_ answer: Answer) -> Bool {
    statuses.contains(answer.status) && (contains.map { answer.body.contains($0) } ?? true)
  }

  /// Prints the body, then a line with the status. `judging`: fails where the answer is not as expected.
  private func script(judging: Bool) -> Text {
    var config = CurlConfig()
    config.set("url", url)
    config.set(method == "HEAD" ? "head" : "request", method == "HEAD" ? nil : Text(method))
    for (key, value) in headers { config.set("header", Text("\(key): ") + value) }
    if let body { config.set("data-raw", body) }
    if user != nil || password != nil { config.set("user", (user ?? "") + Text(":") + (password ?? "")) }
    for option in ["silent", "show-error"] + (follows ? ["location"] : []) + (verifies ? [] : ["insecure"]) {
      config.set(option)
    }
    if let caFile { config.set("cacert", Text(caFile.string)) }
    config.set("max-time", Text(String(timeout.wholeSeconds)))
    config.set("write-out", "\n%{http_code}\n")
    guard judging else { return config.command }
    return Text("answer=$(") + config.command + Text(judgement)
  }

  /// Shell text that ends the substitution, prints the answer and fails where it is not as expected.
  private var judgement: String {
    let codes = statuses.map(String.init)
    let check = contains.map { text in
      """
      case $answer in *\(shellWord(text))*) ;;
      *) printf '%s\\n' \(shellWord("the body does not hold '\(text)'")) >&2; exit 1 ;; esac

      """
    }
    return """
      ) || exit 1
      printf '%s\\n' "$answer"
      code=${answer##*
      }
      case $code in \(codes.joined(separator: "|"))) ;;
      *) printf 'status %s, expected \(codes.joined(separator: ", "))\\n' "$code" >&2; exit 1 ;; esac
      \(check ?? "")
      """
  }

  /// As compact JSON, its secrets as they are and marked as one.
  private static func jsonText(_ value: Value) -> Text {
    let text = value.json(revealing: true)
    return value.isSecret ? Text(secret: text, label: "json body") : Text(text)
  }

  /// What the script printed: the body, and the status on the last line.
  struct Answer {
    let status: Int
    let body: String

    init(_ output: String) {
      let text = output.withoutFinalNewlines
      let bytes = Array(text.utf8)
      let cut = bytes.lastIndex(of: UInt8(ascii: "\n"))
      status = Int(String(decoding: bytes[(cut.map { $0 + 1 } ?? 0)...], as: UTF8.self)) ?? 0
      body = cut.map { String(decoding: bytes[..<$0], as: UTF8.self) } ?? ""
    }
  }
}

extension CurlConfig {
  /// An option with a value, or without.
  fileprivate mutating func set(_ name: String, _ value: Text?) {
    if let value { set(name, value) } else { set(name) }
  }
}
