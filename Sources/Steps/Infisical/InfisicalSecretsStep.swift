public import Runbook

/// Fetches the secrets of folders in Infisical, for later steps or for a dotenv file.
public struct InfisicalSecretsStep: StepKind {
  public static let key = "infisical_secrets"
  public static let summary = """
    Secrets of one folder in Infisical, over those of the root folder, fetched by the host with a machine identity. \
    Where `env_file` is given they are written to it with mode 0600; below a phase's `secrets:` that file is \
    removed when the phase is over, whatever became of it. It logs in once: a refused login is an error at once. \
    `state: absent` removes the file and asks nobody. Outputs: `values`, all of them secret, and `names`.
    """
  public static let example = """
    - infisical_secrets:
        url: "http://127.0.0.1:8080"
        client_id: "{{ vault_infisical_client_id }}"
        client_secret: "{{ vault_infisical_client_secret }}"
        project: homelab
        path: /grafana
        env_file: /srv/services/grafana/.env
      register: secrets
    - infisical_secrets: { env_file: /srv/services/grafana/.env, state: absent }
    """

  /// What the server answered, and what the file holds.
  public struct State: Sendable {
    var values: [(key: String, value: Text)]
    var file: ManagedFileState
  }

  let access: InfisicalAccess?
  let path: String
  let withRoot: Bool
  let file: ManagedFile?
  let state: Presence

  public init(_ parameters: inout Parameters) {
    state = parameters.value("state", "`absent` removes the file.", default: .present)
    if state == .absent, parameters.has("env_file") {
      access = nil
    } else {
      access = InfisicalAccess(&parameters)
    }
    path = parameters.value("path", "The folder.", default: "/")
    withRoot = parameters.value(
      "with_root", "Those of the root folder too; the folder's own win.", default: true)
    let envFile: AbsolutePath? = parameters.optional("env_file", "The dotenv file to write, mode 0600.")
    let owner: String? = parameters.optional("owner", "Owner of the file.")
    let group: String? = parameters.optional("group", "Group of the file.")
    file = envFile.map {
      ManagedFile(
        path: $0, attributes: FileAttributes(mode: FileMode(0o600), owner: owner, group: group), validate: nil
      )
    }
    if !path.hasPrefix("/") { parameters.reject("a folder of Infisical begins with '/'", at: "path") }
    if state == .absent, envFile == nil { parameters.reject("'state: absent' needs 'env_file'", at: "state") }
    if envFile == nil, owner != nil || group != nil {
      parameters.reject("'owner' and 'group' are of 'env_file'", at: owner == nil ? "group" : "owner")
    }
  }

  public var title: String {
    if state == .absent, let file { return "no secrets in \(file.path)" }
    return "secrets of \(path)" + (file.map { " in \($0.path)" } ?? "")
  }
  public var requires: [String] { access == nil ? [] : ["curl"] }

  public var probe: Probe<State> {
    let file = file?.probe ?? Probe([]) { _ in ManagedFileState() }
    guard let access else { return file.map { State(values: [], file: $0) } }
    let paths = withRoot && path != "/" ? ["/", path] : [path]
    let script = Probe<ScriptOutput>.script(access.script(paths: paths).string)
    let url = access.url
    return script.and(file).map { (output, file) throws(Diagnostic) in
      guard output.status == 0 else { throw .unreachable(url, output.errors) }
      return State(values: try Self.values(in: VendorAnswer.all(in: output.output), of: url), file: file)
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    guard let file else { return nil }
    if state == .absent { return try file.removal(from: observed.file) }
    var text = Text("")
    for (key, value) in observed.values {
      guard DotenvText.isName(key) else { throw .notAName(key) }
      text.append(Text("\(key)=") + DotenvText.quoted(value) + Text("\n"))
    }
    return try file.change(to: .text(text), from: observed.file)
  }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    let pairs = observed.values.map { ($0.key, Value.string($0.value)) }
    return ["values": .map(ValueMap(pairs)), "names": .list(pairs.map { .string($0.0) })]
  }

  /// By name: imported ones first, then the folder's own; later folders win.
  private static func values(
    in answers: [VendorAnswer], of url: String
  ) throws(Diagnostic) -> [(key: String, value: Text)] {
    var found: [String: Text] = [:]
    for answer in answers {
      guard answer.name != "login" else { throw .refused(url, answer) }
      guard answer.status == 200 else { throw .notServed(answer) }
      let body = try JSONReader.read(answer.body, named: "the answer of \(url)")
      guard case .list(let own)? = body["secrets"] else { throw .notServed(answer) }
      var imported: [Value] = []
      if case .list(let folders)? = body["imports"] {
        for folder in folders { if case .list(let secrets)? = folder["secrets"] { imported += secrets } }
      }
      for secret in imported + own {
        guard let key = secret["secretKey"]?.text?.string, let value = secret["secretValue"]?.text else {
          continue
        }
        guard secret["secretValueHidden"] != .bool(true) else { throw .hidden(key, answer.name) }
        found[key] = Text(secret: value.string, label: key)
      }
    }
    return found.keys.sorted().compactMap { key in found[key].map { (key, $0) } }
  }
}

extension Diagnostic {
  fileprivate static func unreachable(_ url: String, _ why: String) -> Diagnostic {
    Diagnostic(.unreadable, "Infisical at '\(url)' does not answer", notes: why.isEmpty ? [] : [why])
  }

  fileprivate static func refused(_ url: String, _ answer: VendorAnswer) -> Diagnostic {
    guard [400, 401, 403, 404].contains(answer.status) else {
      return Diagnostic(.unreadable, "Infisical at '\(url)' cannot log in now", notes: [answer.complaint])
    }
    return Diagnostic(
      .conflict, "Infisical at '\(url)' refuses the machine identity", notes: [answer.complaint],
      hint: "compare 'client_id' and 'client_secret' with the identity's universal auth")
  }

  fileprivate static func notServed(_ answer: VendorAnswer) -> Diagnostic {
    Diagnostic(
      .unreadable, "Infisical does not serve the secrets of '\(answer.name)'", notes: [answer.complaint],
      hint: "the identity must be a member of the project, and the folder must be there")
  }

  fileprivate static func hidden(_ key: String, _ path: String) -> Diagnostic {
    Diagnostic(
      .conflict, "Infisical hides the value of '\(key)' in '\(path)'",
      hint: "the identity may list secrets, but not read them: give its role 'read value'")
  }

  fileprivate static func notAName(_ key: String) -> Diagnostic {
    Diagnostic(.conflict, "'\(key)' cannot be the name of a variable in a dotenv file")
  }
}
