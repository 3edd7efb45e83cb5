public import Runbook

/// Makes sure that a container of its own runs as described, is stopped, or is gone.
public struct DockerContainerStep: StepKind {
  public static let key = "docker_container"
  public static let summary = """
    One container, without Compose. It carries a digest of its description as a label, and is made anew \
    where that, or the image behind its name, is another one. Data belongs in volumes.
    """
  public static let example = """
    - docker_container:
        name: cache
        image: redis:7-alpine
        restart: unless-stopped
        ports: ["127.0.0.1:6379:6379"]
        volumes: [cache_data:/data]
        networks: [backend]
        environment: { TZ: Europe/Berlin }
        wait: 1m
    - docker_container: { name: old, state: absent }
    """

  public enum RunState: String, CaseIterable, Choice { case started, stopped, absent }
  public enum Pull: String, CaseIterable, Choice { case missing, always, never }

  let name: String
  let runState: RunState
  let image: String?
  let pull: Pull
  let environment: Pairs<Text>
  let networks: [String]
  let command: [String]
  let arguments: [String]
  let wait: Duration
  let grace: Duration

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "Its name.")
    runState = parameters.value(
      "state", "`stopped` makes one where there is none, without starting it.", default: .started)
    image = parameters.optional("image", "Its image.")
    pull = parameters.value("pull", "When the image is pulled as the container is made.", default: .missing)
    environment = parameters.value(
      "environment", "Its environment; values may be secret.", default: Pairs([]))
    networks = parameters.value("networks", "Networks that it joins.", default: [])
    command = parameters.value(
      "command", "What it runs instead of the image's own, as a list of words.", default: [])
    arguments = Self.arguments(&parameters)
    wait = parameters.value(
      "wait", "How long it may take to run, and to be healthy where it has a check.", default: .seconds(60))
    grace = parameters.value("stop_timeout", "How long it may take to stop.", default: .seconds(10))
    if !DockerQuery.isName(name) { parameters.reject("'\(name)' is not the name of a container", at: "name") }
    if runState != .absent, image == nil { parameters.reject("'image' is missing") }
    for (key, _) in environment.all
    where key.isEmpty || key.contains("=") || key.contains(where: { $0.isWhitespace }) {
      parameters.reject("'\(key)' is not the name of a variable", at: "environment")
    }
  }

  /// What goes to `docker create` as it is.
  private static func arguments(_ parameters: inout Parameters) -> [String] {
    var words: [String] = []
    for (name, option, meaning) in [
      ("restart", "--restart", "`no`, `always`, `unless-stopped`, `on-failure:3`."),
      ("entrypoint", "--entrypoint", "One program in place of the image's own."),
      ("user", "--user", "Who it runs as."), ("directory", "--workdir", "Where it runs."),
      ("hostname", "--hostname", "Its host name."), ("memory", "--memory", "Its limit: `512m`."),
      ("cpus", "--cpus", "Its share: `1.5`."),
      ("network_mode", "--network", "`host`, `none`, `container:NAME`; instead of `networks`."),
      ("log_driver", "--log-driver", "Where its output goes."),
    ] {
      let given: String? = parameters.optional(name, meaning)
      if let given { words += [option, given] }
    }
    for (name, option, meaning) in [
      ("ports", "--publish", "Ports: `127.0.0.1:8080:80`."),
      ("volumes", "--volume", "Volumes and paths: `data:/data:ro`."),
      ("devices", "--device", "Devices."), ("capabilities", "--cap-add", "Capabilities added."),
      ("drop_capabilities", "--cap-drop", "Capabilities taken."),
      ("extra_hosts", "--add-host", "`name:address`."),
      ("tmpfs", "--tmpfs", "Paths in memory."), ("security_options", "--security-opt", "Security options."),
    ] {
      let given: [String] = parameters.value(name, meaning, default: [])
      words += given.flatMap { [option, $0] }
    }
    for (name, option, meaning) in [
      ("labels", "--label", "Labels."), ("sysctls", "--sysctl", "Kernel settings of its own."),
    ] {
      let given: Pairs<String> = parameters.value(name, meaning, default: Pairs([]))
      words += given.all.flatMap { [option, "\($0.key)=\($0.value)"] }
    }
    for (name, option, meaning) in [
      ("privileged", "--privileged", "All of the host's rights."),
      ("read_only", "--read-only", "No writing to its own files."),
      ("init", "--init", "A small init as its first process."),
    ] {
      let given: Bool = parameters.value(name, meaning, default: false)
      if given { words.append(option) }
    }
    let more: [String] = parameters.value("options", "More words for `docker create`.", default: [])
    return words + more
  }

  public var title: String { "container \(name)" }
  public var requires: [String] { ["docker"] }
  static let label = "runbook.description"
}
