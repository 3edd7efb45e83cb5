public import Runbook

/// Brings one stack of Komodo to a state.
public struct KomodoStackStep: StepKind {
  public static let key = "komodo_stack"
  public static let summary = """
    One stack of Komodo: deployed and running, stopped, or down. The step ends when Komodo says that it is so; where \
    it does not get there, the error is the first entry of Komodo's log that failed, or the state it stays in. \
    `redeployed` always deploys it. Outputs: `state`.
    """
  public static let example = """
    - komodo_stack:
        url: http://127.0.0.1:9120
        key: "{{ vault_komodo_key }}"
        secret: "{{ vault_komodo_secret }}"
        stack: grafana
        state: running
        wait: 5m
    """

  public enum Wanted: String, CaseIterable, Choice { case running, redeployed, stopped, down }

  let access: KomodoAccess
  let stack: String
  let wanted: Wanted
  let wait: Duration

  public init(_ parameters: inout Parameters) {
    access = KomodoAccess(&parameters)
    stack = parameters.required("stack", "The stack's name.")
    wanted = parameters.value("state", "What it shall be.", default: .running)
    wait = parameters.value("wait", "How long it may take.", default: .seconds(600))
  }

  public var title: String { "Komodo's stack \(stack) \(wanted.rawValue)" }
  public var requires: [String] { ["curl", "jq"] }
  public var isVerified: Bool { wanted != .redeployed }

  public var probe: Probe<String> {
    let stack = stack
    return access.probe([KomodoStack.request]).map { (answers) throws(Diagnostic) in
      let all = try KomodoStack.all(in: answers["ListStacks"])
      guard let found = all.first(where: { $0.name == stack }) else {
        throw .noStack(stack, all.map { $0.name })
      }
      return found.state
    }
  }

  public func change(from observed: String) throws(Diagnostic) -> Change? {
    let goal = wanted == .redeployed ? "running" : wanted.rawValue
    guard wanted == .redeployed || observed != goal else { return nil }
    let (request, parameters): (String, ValueMap) =
      switch wanted {
      case .running, .redeployed: ("DeployStack", ["services": .list([])])
      case .stopped: ("StopStack", ["services": .list([])])
      case .down: ("DestroyStack", ["services": .list([]), "remove_orphans": .bool(false)])
      }
    var body: ValueMap = ["stack": .string(stack)]
    for (key, value) in parameters { body[key] = value }
    body["stop_time"] = .null
    let (list, all) = KomodoStack.request
    let text =
      access.execution(request, .map(body), within: wait)
      + Text(
        """
        while :; do
          stacks=$(checked /read/\(list) \(KomodoAccess.body(all))) || exit 1
          state=$(printf '%s\\n' "$stacks" | jq -r --arg name \(shellWord(stack)) '.[] | select(.name == $name) | .info.state')
          if [ "$state" = \(goal) ]; then exit 0; fi
          if is_over; then printf 'the stack is %s, not \(goal)\\n' "$state" >&2; exit 1; fi
          sleep 1
        done

        """)
    let summary = Text("stack \(stack) of Komodo: \(observed) to \(wanted.rawValue)")
    return wanted == .redeployed ? .run(summary, .script(text)) : .modify(summary, .script(text))
  }

  public func outputs(_ observed: String, _ results: [ActionResult]) -> ValueMap {
    ["state": .string(observed)]
  }
}

extension Diagnostic {
  fileprivate static func noStack(_ name: String, _ all: [String]) -> Diagnostic {
    Diagnostic(
      .conflict, "Komodo has no stack '\(name)'",
      hint: nearestName(to: name, among: all).map { "did you mean '\($0)'?" }
        ?? "a 'komodo_sync' makes the stacks")
  }
}
