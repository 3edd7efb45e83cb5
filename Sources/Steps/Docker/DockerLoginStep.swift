public import Runbook

/// Makes sure that the host's user is logged in to a registry, or is not.
public struct DockerLoginStep: StepKind {
  public static let key = "docker_login"
  public static let summary = """
    A login to a registry of images, kept in the user's Docker configuration. The password goes by standard \
    input.
    """
  public static let example = """
    - docker_login: { registry: registry.example.org, username: ada, password: "{{ registry_password }}" }
    - docker_login: { registry: registry.example.org, state: absent }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let registry: String
  let username: String?
  let password: Text?
  let presence: Presence

  public init(_ parameters: inout Parameters) {
    registry = parameters.value(
      "registry", "Its name; Docker Hub where not given.", default: "https://index.docker.io/v1/")
    username = parameters.optional("username", "Who logs in.")
    password = parameters.optional("password", "The password or token.")
    presence = parameters.value("state", "Whether the login shall be there.", default: .present)
    if presence == .present {
      if username == nil { parameters.reject("'username' is missing") }
      if password == nil { parameters.reject("'password' is missing") }
    }
    if registry.isEmpty || registry.hasPrefix("-")
      || registry.contains(where: { $0.isWhitespace || $0 == "\"" })
    {
      parameters.reject("'\(registry)' is not the name of a registry", at: "registry")
    }
  }

  public var title: String { "login to \(registry)" }
  public var requires: [String] { ["docker"] }

  /// The digest of what the configuration keeps for the registry, empty where a helper program keeps it;
  /// nil: not logged in.
  public var probe: Probe<String?> {
    let script = """
      file=${DOCKER_CONFIG:-$HOME/.docker}/config.json
      [ -e "$file" ] || exit 0
      tr -d ' \\t\\n' <"$file" | awk -v name=\(shellWord("\"\(registry)\":{")) '
        { start = index($0, "\\"auths\\":{"); if (!start) exit
          rest = substr($0, start); at = index(rest, name); if (!at) exit
          rest = substr(rest, at + length(name)); entry = substr(rest, 1, index(rest, "}") - 1)
          print "there"
          if (match(entry, /"auth":"[^"]*"/)) printf "%s", substr(entry, RSTART + 8, RLENGTH - 9) }' | {
        read -r there || exit 0
        auth=$(cat)
        [ -n "$auth" ] || { echo kept elsewhere; exit 0; }
        printf %s "$auth" | sha256sum | cut -c 1-64
      }
      """
    return Probe<ScriptOutput>.script(script).map { (output) throws(Diagnostic) in
      guard output.status == 0 else { throw .unreadableConfiguration(output.errors) }
      guard let line = output.output.split(separator: "\n").first else { return nil }
      return line == "kept elsewhere" ? "" : String(line)
    }
  }

  public func change(from observed: String?) throws(Diagnostic) -> Change? {
    if presence == .absent {
      return observed == nil ? nil : .remove("login to \(registry)", .run(["docker", "logout", registry]))
    }
    guard let username, let password else { return nil }
    let wanted = Digest.hex(Digest.sha256(Array(base64(Array("\(username):\(password.string)".utf8)).utf8)))
    guard observed != "", observed != wanted else { return nil }
    let script: Text = """
      set -eu
      docker login --username \(shellWord(username)) \\
        --password-stdin \(shellWord(registry)) <<'end of password'
      \(password)
      end of password
      """
    return Change(
      observed == nil ? .create : .modify, "login to \(registry) as \(username)", [.script(script)])
  }
}

/// RFC 4648, padded.
private func base64(_ bytes: [UInt8]) -> String {
  let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var output: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let number = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
    for place in 0..<4 {
      output.append(place <= group.count ? letters[number >> (18 - 6 * place) & 63] : UInt8(ascii: "="))
    }
  }
  return String(decoding: output, as: UTF8.self)
}

extension Diagnostic {
  fileprivate static func unreadableConfiguration(_ errors: String) -> Diagnostic {
    Diagnostic(
      .unreadable, "Docker's configuration cannot be read",
      notes: errors.split(separator: "\n").suffix(3).map(String.init), hint: nil)
  }
}
