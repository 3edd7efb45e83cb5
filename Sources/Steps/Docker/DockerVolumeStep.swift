public import Runbook

/// Makes sure that a Docker volume is there, or gone.
public struct DockerVolumeStep: StepKind {
  public static let key = "docker_volume"
  public static let summary = """
    A Docker volume. One that is there with another driver or other options is a conflict: its data is never \
    thrown away for that. `state: absent` removes it with its data.
    """
  public static let shorthand: String? = "name"
  public static let example = """
    - docker_volume: app_data
    - docker_volume: { name: media, options: { type: none, o: bind, device: /srv/media } }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let name: String
  let presence: Presence
  let driver: String
  let options: Pairs<String>
  let labels: Pairs<String>

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "Its name.")
    presence = parameters.value("state", "Whether it shall be there.", default: .present)
    driver = parameters.value("driver", "Its driver.", default: "local")
    options = parameters.value("options", "Options of its driver.", default: Pairs([]))
    labels = parameters.value("labels", "Labels of a new one.", default: Pairs([]))
    if !DockerQuery.isName(name) { parameters.reject("'\(name)' is not the name of a volume", at: "name") }
  }

  public var title: String { presence == .absent ? "Docker volume \(name) absent" : "Docker volume \(name)" }
  public var requires: [String] { ["docker"] }

  /// `driver local`, `path /var/lib/…`, `option type=none`; nil: none.
  public var probe: Probe<[String]?> {
    let format = """
      driver {{.Driver}}{{println}}path {{.Mountpoint}}{{println}}\
      {{range $k, $v := .Options}}option {{$k}}={{$v}}{{println}}{{end}}
      """
    let script = """
      names=$(docker volume ls --format '{{.Name}}')
      printf '%s\\n' "$names" | grep -qxF -e \(shellWord(name)) || exit 0
      docker volume inspect --format \(shellWord(format)) -- \(shellWord(name))
      """
    return DockerQuery.script(script).map { $0.isEmpty ? nil : $0.split(separator: "\n").map(String.init) }
  }

  public func change(from observed: [String]?) throws(Diagnostic) -> Change? {
    guard let observed else {
      guard presence == .present else { return nil }
      let words =
        options.all.flatMap { ["--opt", "\($0.key)=\($0.value)"] }
        + labels.all.flatMap { ["--label", "\($0.key)=\($0.value)"] }
      return .create(
        "Docker volume \(name)",
        .run(["docker", "volume", "create", "--driver", driver] + words + ["--", name]))
    }
    if presence == .absent {
      return .remove("Docker volume \(name), with its data", .run(["docker", "volume", "rm", "--", name]))
    }
    let wanted = ["driver \(driver)"] + options.all.map { "option \($0.key)=\($0.value)" }
    let missing = wanted.filter { !observed.contains($0) }
    guard missing.isEmpty else { throw .otherVolume(name, missing) }
    return nil
  }

  public func outputs(_ observed: [String]?, _ results: [ActionResult]) -> ValueMap {
    guard let path = observed?.first(where: { $0.hasPrefix("path ") }) else { return [:] }
    return ["path": .string(String(path.dropFirst("path ".count)))]
  }
}

extension Diagnostic {
  fileprivate static func otherVolume(_ name: String, _ missing: [String]) -> Diagnostic {
    Diagnostic(
      .conflict, "the volume '\(name)' is there, but not as described",
      notes: ["it lacks: \(missing.joined(separator: ", "))"],
      hint: "back it up and remove it first, or give another name")
  }
}
