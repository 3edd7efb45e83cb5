public import Runbook

/// Makes sure that a Docker network is there as described, or gone.
public struct DockerNetworkStep: StepKind {
  public static let key = "docker_network"
  public static let summary = """
    A Docker network. What is not given is not compared. One that must be made anew is, unless containers \
    use it: then the step fails and names them.
    """
  public static let shorthand: String? = "name"
  public static let example = """
    - docker_network: proxy
    - docker_network: { name: backend, internal: true, subnet: 172.30.0.0/24 }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let name: String
  let presence: Presence
  let driver: String?
  let isInternal: Bool?
  let subnet: String?
  let gateway: String?
  let hasIPv6: Bool?
  let labels: Pairs<String>
  let options: Pairs<String>

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "Its name.")
    presence = parameters.value("state", "Whether it shall be there.", default: .present)
    driver = parameters.optional("driver", "`bridge` where not given.")
    isInternal = parameters.optional("internal", "Without a way out.")
    subnet = parameters.optional("subnet", "Its addresses: `172.30.0.0/24`.")
    gateway = parameters.optional("gateway", "The host's address in it.")
    hasIPv6 = parameters.optional("ipv6", "Whether it has IPv6 addresses too.")
    labels = parameters.value("labels", "Labels that it shall have.", default: Pairs([]))
    options = parameters.value("options", "Options of its driver.", default: Pairs([]))
    if !DockerQuery.isName(name) { parameters.reject("'\(name)' is not the name of a network", at: "name") }
    if ["bridge", "host", "none"].contains(name) {
      parameters.reject("the network '\(name)' belongs to Docker itself", at: "name")
    }
  }

  public var title: String {
    presence == .absent ? "Docker network \(name) absent" : "Docker network \(name)"
  }
  public var requires: [String] { ["docker"] }

  /// A network as the engine describes it: `driver bridge`, `subnet 172.30.0.0/24`, `label a=b`, …; nil:
  /// none.
  public var probe: Probe<Set<String>?> {
    let format = """
      driver {{.Driver}}{{println}}internal {{.Internal}}{{println}}ipv6 {{.EnableIPv6}}{{println}}\
      {{range .IPAM.Config}}subnet {{.Subnet}}{{println}}gateway {{.Gateway}}{{println}}{{end}}\
      {{range $k, $v := .Labels}}label {{$k}}={{$v}}{{println}}{{end}}\
      {{range $k, $v := .Options}}option {{$k}}={{$v}}{{println}}{{end}}
      """
    let script = """
      names=$(docker network ls --format '{{.Name}}')
      printf '%s\\n' "$names" | grep -qxF -e \(shellWord(name)) || exit 0
      docker network inspect --format \(shellWord(format)) -- \(shellWord(name))
      """
    return DockerQuery.script(script).map { output in
      output.isEmpty ? nil : Set(output.split(separator: "\n").map(String.init))
    }
  }

  /// What must be among the lines of the engine's description.
  private var wanted: [String] {
    let single = [
      driver.map { "driver \($0)" }, isInternal.map { "internal \($0)" }, hasIPv6.map { "ipv6 \($0)" },
      subnet.map { "subnet \($0)" }, gateway.map { "gateway \($0)" },
    ]
    return single.compactMap { $0 } + labels.all.map { "label \($0.key)=\($0.value)" }
      + options.all.map { "option \($0.key)=\($0.value)" }
  }

  private var creation: [String] {
    var argv = ["docker", "network", "create"]
    if let driver { argv += ["--driver", driver] }
    if isInternal == true { argv.append("--internal") }
    if hasIPv6 == true { argv.append("--ipv6") }
    if let subnet { argv += ["--subnet", subnet] }
    if let gateway { argv += ["--gateway", gateway] }
    argv += labels.all.flatMap { ["--label", "\($0.key)=\($0.value)"] }
    argv += options.all.flatMap { ["--opt", "\($0.key)=\($0.value)"] }
    return argv + ["--", name]
  }

  public func change(from observed: Set<String>?) throws(Diagnostic) -> Change? {
    guard let observed else {
      return presence == .absent ? nil : .create("Docker network \(name)", .run(creation))
    }
    let users = """
      set -eu
      users=$(docker network inspect --format '{{range .Containers}}{{.Name}} {{end}}' -- \(shellWord(name)))
      if [ -n "$users" ]; then
        echo 'the network' \(shellWord(name)) "is in use by: $users" >&2
        exit 1
      fi
      docker network rm -- \(shellWord(name))
      """
    if presence == .absent { return .remove("Docker network \(name)", .script(Text(users))) }
    let missing = wanted.filter { !observed.contains($0) }
    guard !missing.isEmpty else { return nil }
    return .modify(
      "Docker network \(name), made anew: \(missing.joined(separator: ", "))",
      .script(Text("\(users)\n\(shellLine(creation))")))
  }
}
