public import Runbook

/// Makes sure that the host has Docker images, or has not.
public struct DockerImageStep: StepKind {
  public static let key = "docker_image"
  public static let summary = """
    Docker images: pulled, loaded from an archive, or built, where they are missing. `always: true` gets \
    them again each time.
    """
  public static let shorthand: String? = "names"
  public static let example = """
    - docker_image: { names: [redis:7-alpine, traefik:v3.5] }
    - docker_image: { names: app:1.4, archive: /srv/images/app.tar }
    - docker_image: { names: app:dev, build: /srv/app }
    - docker_image: { names: app:1.3, state: absent }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let names: [String]
  let presence: Presence
  let archive: AbsolutePath?
  let build: AbsolutePath?
  let dockerfile: String?
  let arguments: Pairs<String>
  let isForced: Bool

  public init(_ parameters: inout Parameters) {
    names = parameters.required(
      "names", "Names with a tag or digest; `:latest` is added where there is none.")
    presence = parameters.value("state", "Whether the host shall have them.", default: .present)
    archive = parameters.optional(
      "archive", "Path on the host of what `docker save` wrote, loaded instead of pulled.")
    build = parameters.optional("build", "Folder on the host that the one image is built from.")
    dockerfile = parameters.optional("dockerfile", "In the folder of `build`, where it is not `Dockerfile`.")
    arguments = parameters.value("arguments", "Build arguments.", default: Pairs([]))
    isForced = parameters.value(
      "always", "Pull, load or build again, though the host has them.", default: false)
    if names.isEmpty
      || names.contains(where: { $0.isEmpty || $0.hasPrefix("-") || $0.contains(where: { $0.isWhitespace }) })
    {
      parameters.reject("'names' must name images", at: "names")
    }
    if archive != nil, build != nil {
      parameters.reject("'archive' and 'build' exclude each other", at: "archive")
    }
    if build != nil, names.count != 1 { parameters.reject("'build' makes one image", at: "names") }
  }

  public var title: String { "Docker images \(names.joined(separator: " "))" }
  public var requires: [String] { ["docker"] }
  public var isVerified: Bool { !isForced }

  /// The id of each image, in the order of the names; nil where the host does not have it.
  public var probe: Probe<[String?]> {
    let lines = names.map {
      "docker image inspect --format '{{.Id}}' -- \(shellWord($0)) 2>/dev/null || echo none"
    }
    return DockerQuery.script(
      (["docker version --format '{{.Server.Version}}' >/dev/null"] + lines).joined(separator: "\n")
    )
    .map { output in
      output.split(separator: "\n").filter { !$0.isEmpty }.map { $0 == "none" ? nil : String($0) }
    }
  }

  public func change(from observed: [String?]) throws(Diagnostic) -> Change? {
    let pairs = zip(names, observed)
    if presence == .absent {
      let there = pairs.filter { $1 != nil }.map { $0.0 }
      guard !there.isEmpty else { return nil }
      return .remove(
        "Docker images \(there.joined(separator: " "))", .run(["docker", "image", "rm", "--"] + there))
    }
    let wanted = isForced ? names : pairs.filter { $1 == nil }.map { $0.0 }
    guard !wanted.isEmpty else { return nil }
    let list = wanted.joined(separator: " ")
    let kind: Change.Kind = isForced ? .run : .create
    if let archive {
      return Change(
        kind, "load \(list) from \(archive)",
        [.run(["docker", "load", "--quiet", "--input", archive.string])])
    }
    if let build {
      var argv = ["docker", "build", "--tag", names[0]]
      if let dockerfile { argv += ["--file", "\(build)/\(dockerfile)"] }
      argv += arguments.all.flatMap { ["--build-arg", "\($0.key)=\($0.value)"] }
      return Change(kind, "build \(list) from \(build)", [.run(argv + ["--", build.string])])
    }
    return Change(kind, "pull \(list)", wanted.map { .run(["docker", "pull", "--quiet", "--", $0]) })
  }

  public func outputs(_ observed: [String?], _ results: [ActionResult]) -> ValueMap {
    let pairs = zip(names, observed).compactMap { name, id in id.map { (name, Value.string($0)) } }
    return ["ids": .map(ValueMap(pairs))]
  }
}
