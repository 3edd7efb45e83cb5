public import Runbook

/// Makes sure that a Compose project runs as its files say, is stopped, or is gone.
public struct ComposeStep: StepKind {
  public static let key = "compose"
  public static let summary = """
    A Docker Compose project. `up` ends when every service runs, and is healthy where it has a check; a \
    service that did its work and ended with 0 counts as done. Where one does not get there, the step fails \
    with its state and the end of its log. What changed in the files, in what they include or in an image \
    makes the services it concerns anew.
    """
  public static let shorthand: String? = "project"
  public static let example = """
    - compose: { project: /srv/services/traefik, wait: 2m }
    - compose:
        project: /srv/services/komodo
        files: [docker-compose.yaml, docker-compose.override.yaml]
        env_files: [.env]
        services: [core]
    - compose: { project: /srv/services/old, state: down, remove_volumes: true }
    """

  public enum RunState: String, CaseIterable, Choice { case up, down, stopped, restarted }
  public enum Pull: String, CaseIterable, Choice { case missing, always, never }

  let project: AbsolutePath
  let files: [String]
  let givenName: String?
  let profiles: [String]
  let services: [String]
  let envFiles: [String]
  let runState: RunState
  let pull: Pull
  let builds: Bool
  let wait: Duration
  let removesVolumes: Bool
  let removesOrphans: Bool

  public init(_ parameters: inout Parameters) {
    project = parameters.required("project", "The folder of the project on the host.")
    files = parameters.value(
      "files", "Its files, from that folder; Compose's own names where not given.", default: [])
    givenName = parameters.optional("project_name", "Its name, where it is not the files' or the folder's.")
    profiles = parameters.value("profiles", "Profiles to enable.", default: [])
    services = parameters.value(
      "services", "Only these, and what they depend on; `up`, `stopped` and `restarted`.", default: [])
    envFiles = parameters.value(
      "env_files", "Files of variables for the files themselves, instead of `.env`.", default: [])
    runState = parameters.value(
      "state", "`down` removes containers and networks; `restarted` always runs.", default: .up)
    pull = parameters.value(
      "pull", "When images are pulled as services are started or changed.", default: .missing)
    builds = parameters.value(
      "build", "Build images again as services are started or changed.", default: false)
    wait = parameters.value("wait", "How long the services may take to be ready.", default: .seconds(300))
    removesVolumes = parameters.value(
      "remove_volumes", "With `state: down`, remove its volumes and their data.", default: false)
    removesOrphans = parameters.value(
      "remove_orphans", "Remove containers of services that the files no longer have.", default: false)
    if let givenName, givenName != Self.folded(givenName) || givenName.isEmpty {
      parameters.reject(
        "'\(givenName)' is not the name of a project: it has lower-case letters, digits, '-' and '_'",
        at: "project_name")
    }
    if removesVolumes, runState != .down {
      parameters.reject("'remove_volumes' needs 'state: down'", at: "remove_volumes")
    }
    if runState == .down, !services.isEmpty {
      parameters.reject("'state: down' takes the whole project", at: "services")
    }
    for (name, list) in [
      ("services", services), ("profiles", profiles), ("files", files), ("env_files", envFiles),
    ]
    where list.contains(where: { $0.isEmpty || $0.hasPrefix("-") }) {
      parameters.reject("'\(name)' has an entry that is not one", at: name)
    }
  }

  /// A folder's name as Compose makes a project's name of it.
  static func folded(_ name: String) -> String {
    let kept = name.lowercased().filter {
      ($0.isASCII && ($0.isLetter || $0.isNumber)) || $0 == "_" || $0 == "-"
    }
    return String(kept.drop { $0 == "_" || $0 == "-" })
  }

  /// Its name as far as it can be said without its files.
  var likelyName: String {
    givenName ?? Self.folded(project.string.split(separator: "/").last.map(String.init) ?? "")
  }

  public var title: String {
    let only = services.isEmpty ? "" : " (\(services.joined(separator: ", ")))"
    return runState == .up
      ? "compose project \(likelyName)\(only)" : "compose project \(likelyName)\(only) \(runState.rawValue)"
  }
  public var requires: [String] { ["docker"] }
  public var isVerified: Bool { runState != .restarted }

  public func outputs(_ observed: ComposeState, _ results: [ActionResult]) -> ValueMap {
    var containers = ValueMap()
    for container in observed.containers where containers[container.service] == nil {
      containers[container.service] = .string(container.id)
    }
    return ["project": .string(observed.name), "containers": .map(containers)]
  }
}
