import Runbook

/// How to reach Infisical with a machine identity, and how to read one folder of its secrets.
struct InfisicalAccess: Sendable {
  let url: String
  let clientID: Text
  let clientSecret: Text
  let project: String
  let environment: String

  init(_ parameters: inout Parameters) {
    let url: String = parameters.required("url", "Where it answers, without `/api`.")
    self.url = Self.trimmed(url)
    clientID = parameters.required("client_id", "The machine identity's client id.")
    clientSecret = parameters.required("client_secret", "Its client secret.")
    project = parameters.required("project", "The project's id.")
    environment = parameters.value("environment", "The environment's slug.", default: "prod")
    if parameters.has("url"), !url.hasPrefix("https://"), !url.hasPrefix("http://") {
      parameters.reject("the URL begins with neither 'https://' nor 'http://'", at: "url")
    }
  }

  static func trimmed(_ url: String) -> String {
    url.hasSuffix("/") ? trimmed(String(url.dropLast())) : url
  }

  /// Shell text that logs in once and prints, for the login and for each folder, a line `@@ STATUS NAME` and the
  /// answer below it. It writes nothing.
  func script(paths: [String]) -> Text {
    let login: Value = .map(["clientId": .string(clientID), "clientSecret": .string(clientSecret)])
    var config = CurlConfig()
    config.set("url", Text("\(url)/api/v1/auth/universal-auth/login"))
    config.set("header", "Content-Type: application/json")
    config.set("data-raw", Text(secret: login.json(revealing: true), label: "login"))
    setCommon(&config)
    var text: Text = "answer=$(" + config.command + Text(Self.afterLogin)
    let options = """
      silent
      show-error
      connect-timeout = 10
      max-time = 60
      write-out = "\\n%{http_code}\\n"
      """
    text.append(
      Text(
        """
        fetch() {
        curl --disable --config - <<RUNBOOK-CURL
        url = "$1"
        header = "Authorization: Bearer $token"
        \(options)
        RUNBOOK-CURL
        }

        """))
    for path in paths { text.append(Text(fetching(path))) }
    return text
  }

  private func setCommon(_ config: inout CurlConfig) {
    for name in ["silent", "show-error"] { config.set(name) }
    config.set("connect-timeout", "10")
    config.set("max-time", "60")
    config.set("write-out", "\n%{http_code}\n")
  }

  private static let afterLogin = """
    ) || exit 7
    code=${answer##*
    }
    if [ "$code" != 200 ]; then printf '@@ %s login\\n%s\\n' "$code" "${answer%
    *}"; exit 0; fi
    token=$(printf '%s\\n' "$answer" | sed -n 's/.*"accessToken" *: *"\\([^"]*\\)".*/\\1/p')
    if [ -z "$token" ]; then echo '@@ 0 login'; exit 0; fi

    """

  /// The newer request first; where the server does not know it, the older one.
  private func fetching(_ path: String) -> String {
    let common =
      "environment=\(URLWord.encoded(environment))&secretPath=\(URLWord.encoded(path))"
      + "&recursive=false&expandSecretReferences=true&includeImports=true&include_imports=true"
    let newer =
      "\(url)/api/v4/secrets?projectId=\(URLWord.encoded(project))&\(common)"
      + "&includePersonalOverrides=false&viewSecretValue=true"
    let older = "\(url)/api/v3/secrets/raw?workspaceId=\(URLWord.encoded(project))&\(common)"
    return """
      answer=$(fetch \(shellWord(newer))) || exit 7
      code=${answer##*
      }
      if [ "$code" = 404 ]; then
      answer=$(fetch \(shellWord(older))) || exit 7
      code=${answer##*
      }
      fi
      printf '@@ %s %s\\n%s\\n' "$code" \(shellWord(path)) "${answer%
      *}"

      """
  }
}

/// Text as a part of a URL's query.
enum URLWord {
  static func encoded(_ text: String) -> String {
    var result = ""
    for byte in text.utf8 {
      let scalar = UnicodeScalar(byte)
      if byte < 128,
        "-._~".unicodeScalars.contains(scalar) || Character(scalar).isLetter || Character(scalar).isNumber
      {
        result.unicodeScalars.append(scalar)
      } else {
        let digits = String(byte, radix: 16, uppercase: true)
        result += "%" + (digits.count == 1 ? "0" : "") + digits
      }
    }
    return result
  }
}

/// What a server answered to one request of several: a line `@@ STATUS NAME`, the body below it.
struct VendorAnswer: Sendable {
  var status: Int
  var name: String
  var body: String

  static func all(in output: String) -> [VendorAnswer] {
    var answers: [VendorAnswer] = []
    for line in output.split(separator: "\n", omittingEmptySubsequences: false) {
      if line.hasPrefix("@@ ") {
        let words = line.split(separator: " ", maxSplits: 2)
        answers.append(
          VendorAnswer(
            status: words.count > 1 ? Int(words[1]) ?? 0 : 0, name: words.count > 2 ? String(words[2]) : "",
            body: ""))
      } else if let last = answers.indices.last {
        answers[last].body += (answers[last].body.isEmpty ? "" : "\n") + line
      }
    }
    return answers
  }

  /// What the server says is wrong: `message` or `error` of its JSON; the status where it says nothing.
  var complaint: String {
    do throws(Diagnostic) {
      let value = try JSONReader.read(body, named: "the answer")
      if let text = (value["message"] ?? value["error"])?.text { return "\(status): \(text)" }
    } catch {
      return "status \(status)"
    }
    return "status \(status)"
  }
}
