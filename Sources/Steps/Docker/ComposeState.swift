public import Runbook

/// A Compose project as its files and the engine describe it.
public struct ComposeState: Sendable, Hashable {
  /// One container of it.
  public struct Container: Sendable, Hashable {
    /// How far a service got.
    public enum Verdict: String, Sendable { case ready, done, waiting, failed }

    public var service: String
    public var verdict: Verdict
    public var hash: String
    public var image: String
    public var imageID: String
    public var id: String
    /// Its state, where it is not ready: `unhealthy`, `exited with status 1`.
    public var reason: String
  }

  /// Why its files cannot be read yet; nil where they can.
  public var problem: String?
  public var name = ""
  /// Of the whole configuration, everything that it includes resolved.
  public var digest = ""
  /// What Compose hashes of each service of the enabled profiles.
  public var services: [String: String] = [:]
  public var containers: [Container] = []
  /// The configuration's digest, and the hash of each service's containers, when this program last brought it
  /// up.
  public var recordedDigest = ""
  public var recorded: [String: String] = [:]
  /// Images by name with tag.
  public var images: [String: String] = [:]
  /// External networks that it needs and that are not there.
  public var lacking: [String] = []
  public var networks: [String] = []
  public var volumes: [String] = []

  init(_ output: String) {
    for (name, rest) in DockerQuery.fields(output) {
      let words = rest.split(separator: " ").map(String.init)
      switch (name, words.count) {
      case ("missing", _):
        problem = rest == "plugin" ? "there is no 'docker compose' yet" : "its \(rest) is not there yet"
      case ("invalid", _): problem = rest
      case ("name", _): self.name = rest
      case ("digest", _): digest = rest
      case ("service", 2): services[words[0]] = words[1]
      case ("record", 2) where words[0] == ":digest": recordedDigest = words[1]
      case ("record", 2): recorded[words[0]] = words[1]
      case ("image", 2): images[words[0]] = words[1]
      case ("lacking", _): lacking.append(rest)
      case ("network", _): networks.append(rest)
      case ("volume", _): volumes.append(rest)
      case ("container", 6...): addContainer(words)
      default: break
      }
    }
  }

  private mutating func addContainer(_ words: [String]) {
    guard let verdict = Container.Verdict(rawValue: words[1]) else { return }
    containers.append(
      Container(
        service: words[0], verdict: verdict, hash: words[2], image: words[3], imageID: words[4], id: words[5],
        reason: words.dropFirst(6).joined(separator: " ")))
  }

  /// Whether a container was made from what the files say now: Compose's own hash says so, or the files are
  /// those of the last time and so is the container. (The hash that some versions print leaves out what
  /// `env_file` gives.)
  func isCurrent(_ container: Container) -> Bool {
    if container.hash == services[container.service] { return true }
    return !digest.isEmpty && digest == recordedDigest && container.hash == recorded[container.service]
  }

  /// Whether its image's name stands for another image now.
  func isOutdated(_ container: Container) -> Bool {
    guard !container.image.hasPrefix("sha256:"), !container.image.contains("@") else { return false }
    var name = container.image
    for prefix in ["docker.io/library/", "docker.io/"] where name.hasPrefix(prefix) {
      name.removeFirst(prefix.count)
    }
    if name.split(separator: "/").last?.contains(":") != true { name += ":latest" }
    guard let current = images[name] else { return false }
    return current != container.imageID
  }
}

extension ComposeStep {
  public var probe: Probe<ComposeState> { DockerQuery.script(survey).map { ComposeState($0) } }
}
