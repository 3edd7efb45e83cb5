public import Runbook

/// Makes sure that a dotenv file holds exactly these variables.
public struct EnvFileStep: StepKind {
  public static let key = "env_file"
  public static let summary = """
    A dotenv file (`.env`) with exactly these variables, in this order, each quoted so that docker compose \
    and a shell read back the very value: `$`, `#`, quotes, spaces and several lines included. Its mode is \
    0600. The plan shows secrets by their names. `state: absent` removes it.
    """
  public static let example = """
    - env_file:
        path: /srv/app/.env
        values:
          DOMAIN: example.org
          DB_PASSWORD: "{{ vault_db_password }}"
    - env_file: { path: /srv/old/.env, state: absent }
    """

  let file: ManagedFile
  let values: [(key: String, value: Text)]
  let header: String?
  let state: Presence

  public init(_ parameters: inout Parameters) {
    let file = ManagedFile(&parameters, mode: "Permission bits; 0600 where not given.")
    self.file = ManagedFile(
      path: file.path, attributes: file.attributes.with(mode: file.attributes.mode ?? FileMode(0o600)),
      validate: file.validate)
    let values: Pairs<Text>? = parameters.optional("values", "Names and values.")
    header = parameters.optional("header", "A comment on top of the file.")
    state = parameters.value("state", "Whether it shall be there.", default: .present)
    self.values = values?.all ?? []
    if state == .present, !parameters.has("values") { parameters.reject("'values' is missing") }
    for (key, value) in self.values {
      if !DotenvText.isName(key) {
        parameters.reject("'\(key)' is not a variable's name: letters, digits and underscores", at: "values")
      }
      if value.string.utf8.contains(0) {
        parameters.reject("the value of '\(key)' holds a NUL", at: "values")
      }
    }
  }

  public var title: String { "env file \(file.path)" }
  public var probe: Probe<ManagedFileState> { file.probe }

  public func change(from observed: ManagedFileState) throws(Diagnostic) -> Change? {
    state == .absent ? try file.removal(from: observed) : try file.change(to: .text(text), from: observed)
  }

  public func outputs(_ observed: ManagedFileState, _ results: [ActionResult]) -> ValueMap {
    ["path": .string(file.path.string)]
  }

  private var text: Text {
    var text = Text("")
    for line in (header ?? "").split(separator: "\n", omittingEmptySubsequences: false) where header != nil {
      text.append(Text(line.isEmpty ? "#\n" : "# \(line)\n"))
    }
    for (key, value) in values { text.append(Text("\(key)=") + DotenvText.quoted(value) + Text("\n")) }
    return text
  }
}
