public import Runbook

/// Makes Komodo deploy what a resource sync declares, and waits until it runs.
public struct KomodoSyncStep: StepKind {
  public static let key = "komodo_sync"
  public static let summary = """
    A resource sync of Komodo: made where it is missing, run, and waited for until every stack that should run does. \
    Stacks that do not get there are listed with their states; where the sync fails, the first entry of its log that \
    failed is the error. It runs where the sync is new or was never run, has something pending, or where a stack \
    that was deployed does not run. Outputs: `stacks`, states by name.
    """
  public static let example = """
    - komodo_sync:
        url: http://127.0.0.1:9120
        user: admin
        password: "{{ vault_komodo_admin_password }}"
        name: main
        config: { repo: you/homelabbing, branch: main, resource_path: [main.toml] }
        wait: 20m
    """

  /// The sync, and what runs.
  public struct State: Sendable {
    var exists: Bool
    var wasRun: Bool
    var pending: Int
    var differing: [String]
    var stacks: [(name: String, state: String, isDeployed: Bool)]
  }

  let access: KomodoAccess
  let name: String
  let config: Value
  let ignored: [String]
  let wait: Duration

  public init(_ parameters: inout Parameters) {
    access = KomodoAccess(&parameters)
    name = parameters.required("name", "The sync's name.")
    config = parameters.value("config", "Its settings, as Komodo names them.", default: .map([:]))
    ignored = parameters.value("ignore", "Stacks that need not run.", default: [])
    wait = parameters.value("wait", "How long all of it may take.", default: .seconds(1200))
    if case .map = config {} else { parameters.reject("'config' is a map", at: "config") }
    if config.isSecret { parameters.reject("a secret may not stand in 'config'", at: "config") }
  }

  public var title: String { "Komodo's sync \(name)" }
  public var requires: [String] { ["curl", "jq"] }
  public var lock: String? { "komodo" }

  public var probe: Probe<State> {
    let requests = [("GetResourceSync", Value.map(["sync": .string(name)])), KomodoStack.request]
    let config = config
    return access.probe(requests).map { (answers) throws(Diagnostic) in
      let stacks = try KomodoStack.all(in: answers["ListStacks"]).map { ($0.name, $0.state, $0.isDeployed) }
      guard let answer = answers["GetResourceSync"], answer.status == 200 else {
        guard let answer = answers["GetResourceSync"], answer.isNotFound else {
          throw Diagnostic(.unreadable, "Komodo does not show its sync", notes: [])
        }
        return State(exists: false, wasRun: false, pending: 0, differing: [], stacks: stacks)
      }
      let sync = try JSONReader.read(answer.body, named: "Komodo's sync")
      let info = sync["info"]
      let lists = ["resource_updates", "variable_updates", "user_group_updates"].map { info?[$0]?.count ?? 0 }
      return State(
        exists: true, wasRun: (info?["last_sync_ts"]?.number ?? 0) > 0, pending: lists.reduce(0, +),
        differing: config.keys.filter { config[$0] != sync["config"]?[$0] }, stacks: stacks)
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    var words: [String] = []
    if !observed.exists { words.append("made") }
    if !observed.differing.isEmpty { words.append("settings " + observed.differing.joined(separator: ", ")) }
    if observed.exists, !observed.wasRun { words.append("never run") }
    if observed.pending > 0 { words.append("\(observed.pending) pending") }
    let idle = observed.stacks.filter { $0.isDeployed && $0.state != "running" && !ignored.contains($0.name) }
    if !idle.isEmpty {
      words.append("get to run: " + idle.map { "\($0.name) (\($0.state))" }.joined(separator: ", "))
    }
    guard !words.isEmpty else { return nil }
    return .run(
      Text("sync \(name) of Komodo: \(words.joined(separator: "; "))"), .script(script(from: observed)))
  }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    ["stacks": .map(ValueMap(observed.stacks.map { ($0.name, .string($0.state)) }))]
  }

  private func script(from observed: State) -> Text {
    var text = access.prelude + Text(KomodoAccess.settling(wait))
    if !observed.exists {
      let body: Value = .map(["name": .string(name), "config": config])
      text.append(Text("checked /write/CreateResourceSync \(KomodoAccess.body(body)) >/dev/null || exit 1\n"))
    } else if !observed.differing.isEmpty {
      let body: Value = .map(["id": .string(name), "config": config])
      text.append(Text("checked /write/UpdateResourceSync \(KomodoAccess.body(body)) >/dev/null || exit 1\n"))
    }
    let run: Value = .map(["sync": .string(name), "resource_type": .null, "resources": .null])
    text.append(Text("perform RunSync \(KomodoAccess.body(run))\n"))
    let (list, parameters) = KomodoStack.request
    let excluded = Value.list(ignored.map { .string($0) }).json()
    text.append(
      Text(
        """
        while :; do
          stacks=$(checked /read/\(list) \(KomodoAccess.body(parameters))) || exit 1
          idle=$(printf '%s\\n' "$stacks" | jq -r --argjson ignored \(shellWord(excluded)) '.[]
            | select(.name as $name | $ignored | index($name) | not)
            | select((.info.deployed_hash // "") != "" or (.info.state != "down" and .info.state != "unknown"))
            | select(.info.state != "running") | .name + " (" + .info.state + ")"')
          if [ -z "$idle" ]; then exit 0; fi
          if is_over; then printf 'these stacks do not run:\\n%s\\n' "$idle" >&2; exit 1; fi
          sleep 1
        done

        """))
    return text
  }
}

extension VendorAnswer {
  /// Komodo answers with an error of the server's where a name is not known.
  var isNotFound: Bool { status == 404 || (status != 200 && body.contains("Did not find")) }
}

extension Value {
  fileprivate var count: Int {
    guard case .list(let list) = self else { return 0 }
    return list.count
  }

  fileprivate var number: Int? {
    guard case .int(let number) = self else { return nil }
    return number
  }

  fileprivate var keys: [String] {
    guard case .map(let map) = self else { return [] }
    return map.keys
  }
}
