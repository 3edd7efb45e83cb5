public import Runbook

/// Frees the room that unused things of Docker take.
public struct DockerPruneStep: StepKind {
  public static let key = "docker_prune"
  public static let summary = """
    Removes what Docker keeps and nothing uses. It has no state to look at, and always runs. Volumes are \
    only pruned where that is asked for.
    """
  public static let example = """
    - docker_prune: { images: all, build_cache: true, until: 7d }
    """

  public enum Images: String, CaseIterable, Choice { case none, dangling, all }

  let containers: Bool
  let images: Images
  let networks: Bool
  let volumes: Bool
  let buildCache: Bool
  let until: Duration?

  public init(_ parameters: inout Parameters) {
    containers = parameters.value("containers", "Stopped containers.", default: false)
    images = parameters.value(
      "images", "Images without a name, or all that no container uses.", default: .none)
    networks = parameters.value("networks", "Networks without a container.", default: false)
    volumes = parameters.value("volumes", "Volumes without a name that no container uses.", default: false)
    buildCache = parameters.value("build_cache", "What builds left.", default: false)
    until = parameters.optional("until", "Only what is older; not for volumes.")
    if !containers, images == .none, !networks, !volumes, !buildCache {
      parameters.reject("nothing to do: give 'containers', 'images', 'networks', 'volumes' or 'build_cache'")
    }
  }

  public var title: String { "prune Docker" }
  public var requires: [String] { ["docker"] }

  public func change(from observed: Void) throws(Diagnostic) -> Change? {
    let filter = until.map { ["--filter", "until=\($0.wholeSeconds)s"] } ?? []
    var commands: [[String]] = []
    if containers { commands.append(["container", "prune", "--force"] + filter) }
    if images != .none {
      commands.append(["image", "prune", "--force"] + (images == .all ? ["--all"] : []) + filter)
    }
    if networks { commands.append(["network", "prune", "--force"] + filter) }
    if volumes { commands.append(["volume", "prune", "--force"]) }
    if buildCache { commands.append(["builder", "prune", "--force"] + filter) }
    let words = commands.map { $0[0] }.joined(separator: ", ")
    return Change(.run, "prune Docker: \(words)", commands.map { .run(["docker"] + $0) })
  }
}
