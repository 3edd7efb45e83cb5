public import Runbook

/// A container as the engine describes it.
public struct ContainerState: Sendable, Hashable {
  /// nil: there is none of this name.
  public var status: String?
  /// The digest that it was made with; empty where it was made by something else.
  public var digest: String
  /// The image that it was made from.
  public var image: String
  /// The image that its name stands for now; nil where the host does not have it.
  public var currentImage: String?
  /// `healthy`, `unhealthy`, `starting`; empty without a check.
  public var health: String
}

extension DockerContainerStep {
  public var probe: Probe<ContainerState> {
    let format =
      "status {{.State.Status}}{{println}}digest {{index .Config.Labels \"\(Self.label)\"}}{{println}}"
      + "image {{.Image}}{{println}}health {{if .State.Health}}{{.State.Health.Status}}{{end}}"
    var script = """
      names=$(docker ps --all --format '{{.Names}}')
      if printf '%s\\n' "$names" | grep -qxF -e \(shellWord(name)); then
        docker container inspect --format \(shellWord(format)) -- \(shellWord(name))
      fi
      """
    if let image {
      script += "\ndocker image inspect --format 'current {{.Id}}' -- \(shellWord(image)) 2>/dev/null || :"
    }
    return DockerQuery.script(script).map { output in
      let fields = DockerQuery.fields(output)
      func field(_ name: String) -> String? { fields.first { $0.name == name }?.value }
      return ContainerState(
        status: field("status"), digest: field("digest") ?? "", image: field("image") ?? "",
        currentImage: field("current"), health: field("health") ?? "")
    }
  }

  public func change(from observed: ContainerState) throws(Diagnostic) -> Change? {
    let isThere = observed.status != nil
    switch runState {
    case .absent:
      guard isThere else { return nil }
      return .remove("container \(name)", .script(Text("set -eu\n\(removal)")))
    case .started, .stopped:
      let isOther = observed.digest != digest
      let isOutdated = observed.currentImage.map { $0 != observed.image } ?? false
      if !isThere || isOther || isOutdated {
        return creation(isThere: isThere, isOutdated: isOutdated && !isOther)
      }
      return runState == .started ? start(observed) : stop(observed)
    }
  }

  public func outputs(_ observed: ContainerState, _ results: [ActionResult]) -> ValueMap {
    ["status": observed.status.map { .string($0) } ?? .null, "image_id": .string(observed.image)]
  }

  private func start(_ observed: ContainerState) -> Change? {
    guard observed.status != "running" || !["", "healthy"].contains(observed.health) else { return nil }
    let words =
      observed.status == "running" ? "wait until it is healthy" : "start, it is \(observed.status ?? "")"
    return .modify(
      "container \(name): \(words)",
      .script(Text("set -eu\ndocker start -- \(shellWord(name)) >/dev/null\n\(waiting)")))
  }

  private func stop(_ observed: ContainerState) -> Change? {
    guard observed.status == "running" || observed.status == "restarting" || observed.status == "paused"
    else { return nil }
    return .modify("container \(name): stop", .script(Text("set -eu\n\(stopping)")))
  }

  private func creation(isThere: Bool, isOutdated: Bool) -> Change {
    var script: Text = "set -eu\n"
    if pull == .always { script.append(Text("docker pull --quiet -- \(shellWord(image ?? ""))\n")) }
    if pull == .missing {
      script.append(
        Text(
          "docker image inspect -- \(shellWord(image ?? "")) >/dev/null 2>&1 ||\n"
            + "  docker pull --quiet -- \(shellWord(image ?? ""))\n"
        ))
    }
    if isThere { script.append(Text("\(removal)\n")) }
    script.append(creationCommand)
    for network in networks.dropFirst() {
      script.append(Text("\ndocker network connect -- \(shellWord(network)) \(shellWord(name))"))
    }
    if runState == .started {
      script.append(Text("\ndocker start -- \(shellWord(name)) >/dev/null\n\(waiting)"))
    }
    let reason = isOutdated ? "its image changed" : "its description changed"
    let summary = isThere ? "container \(name), made anew: \(reason)" : "container \(name) of \(image ?? "")"
    return Change(isThere ? .modify : .create, Text(summary), [.script(script)])
  }

  /// `docker create`. The environment comes by a file that never is one; only what has a line end goes by the
  /// command's own environment.
  private var creationCommand: Text {
    let isLong: (Text) -> Bool = { $0.string.contains(where: { $0.isNewline }) }
    var argv = [
      "create", "--name", name, "--pull", "never", "--label", "\(Self.label)=\(digest)", "--env-file",
      "/dev/fd/3",
    ]
    if let first = networks.first { argv += ["--network", first] }
    argv += environment.all.filter { isLong($0.value) }.flatMap { ["--env", $0.key] } + arguments
    var text: Text = "docker=$(command -v docker)\n(\n"
    for (key, value) in environment.all where isLong(value) {
      text.append("export \(shellWord(key))=\(shellWord(value))\n")
    }
    let line = shellLine(argv + ["--", image ?? ""] + command)
    text.append(Text("\"$docker\" \(line) >/dev/null\n) 3<<'end of environment'\n"))
    for (key, value) in environment.all where !isLong(value) { text.append("\(key)=\(value)\n") }
    return text + "end of environment"
  }

  private var stopping: String { "docker stop --time \(grace.wholeSeconds) -- \(shellWord(name)) >/dev/null" }
  private var removal: String { "\(stopping)\ndocker rm -- \(shellWord(name)) >/dev/null" }

  private var waiting: String {
    """
    deadline=$(($(date +%s) + \(max(1, wait.wholeSeconds))))
    while :; do
      format='{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}'
      state=$(docker container inspect --format "$format" -- \(shellWord(name)))
      case $state in 'running '|'running healthy') break ;; esac
      if [ "$(date +%s)" -ge "$deadline" ] || [ "${state%% *}" = exited ] || [ "${state%% *}" = dead ]; then
        echo 'the container' \(shellWord(name)) "is not ready: $state" >&2
        docker logs --tail 20 \(shellWord(name)) 2>&1 | sed 's/^/  /' >&2
        exit 1
      fi
      sleep 1
    done
    """
  }

  /// Of everything that a container is made from. It stands in a label beside the environment itself.
  private var digest: String {
    let parts =
      [image ?? ""] + networks + arguments + ["--"] + command
      + environment.all.map { "\($0.key)=\($0.value.string)" }
    return Digest.hex(Digest.sha256(Array(parts.map { "\($0.utf8.count):\($0)" }.joined().utf8)))
  }
}
