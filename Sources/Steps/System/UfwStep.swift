public import Runbook

/// Makes sure that the firewall is on, with its defaults, and has a rule or not.
public struct UfwStep: StepKind {
  public static let key = "ufw"
  public static let summary = """
    The firewall `ufw`: on or off, its defaults, one rule. Allow ssh before turning it on.
    """
  public static let example = """
    - ufw: { rule: allow, port: 22, protocol: tcp, comment: ssh }
    - ufw: { rule: allow, from: 10.0.0.0/8, port: 5432, protocol: tcp }
    - ufw: { enabled: true, incoming: deny, outgoing: allow }
    - ufw: { rule: deny, port: 23, state: absent }
    """

  public enum Verb: String, CaseIterable, Choice { case allow, deny, reject, limit }
  public enum Presence: String, CaseIterable, Choice { case present, absent }
  public enum Direction: String, CaseIterable, Choice { case `in`, out }

  let verb: Verb?
  let presence: Presence
  let direction: Direction
  let port: String?
  let protocolName: String?
  let source: String?
  let target: String?
  let interface: String?
  let comment: String?
  let isEnabled: Bool?
  let incoming: Verb?
  let outgoing: Verb?

  public init(_ parameters: inout Parameters) {
    verb = parameters.optional("rule", "What to do with matching traffic.")
    presence = parameters.value("state", "Whether the rule shall be there.", default: .present)
    direction = parameters.value("direction", "Of the traffic.", default: .in)
    port = parameters.optional("port", "A port, `from:to`, or a comma list; the last two need `protocol`.")
    protocolName = parameters.optional("protocol", "`tcp`, `udp`.")
    source = parameters.optional("from", "Address or network that it comes from.")
    target = parameters.optional("to", "Address or network that it goes to.")
    interface = parameters.optional("interface", "Only on this one.")
    comment = parameters.optional("comment", "A few words that stay with the rule.")
    isEnabled = parameters.optional("enabled", "Whether the firewall is on.")
    incoming = parameters.optional("incoming", "What happens to incoming traffic without a rule.")
    outgoing = parameters.optional("outgoing", "What happens to outgoing traffic without a rule.")
    if verb == nil, isEnabled == nil, incoming == nil, outgoing == nil {
      parameters.reject("nothing to do: give 'rule', 'enabled', 'incoming' or 'outgoing'")
    }
    if verb != nil, port == nil, source == nil, target == nil, interface == nil {
      parameters.reject("a rule needs 'port', 'from', 'to' or 'interface'", at: "rule")
    }
    if let port, protocolName == nil, port.contains(where: { $0 == ":" || $0 == "," }) {
      parameters.reject("several ports need 'protocol'", at: "port")
    }
    let fields = [port, protocolName, source, target, interface].compactMap { $0 }
    if fields.contains(where: { $0.isEmpty || $0.contains(where: { $0.isWhitespace }) }) {
      parameters.reject("a field of a rule is one word")
    }
    if (comment ?? "").contains("'") { parameters.reject("ufw takes no quote in a comment", at: "comment") }
  }

  public var title: String { verb == nil ? "firewall" : "firewall rule \(rule.joined(separator: " "))" }
  public var requires: [String] { ["ufw"] }
  public var lock: String? { "ufw" }

  /// The rule as ufw itself writes it in `ufw show added`, without its comment.
  var rule: [String] {
    var words = [verb?.rawValue ?? ""]
    if direction == .out || interface != nil { words.append(direction.rawValue) }
    if let interface { words += ["on", interface] }
    if source == nil, target == nil, interface == nil, let port {
      return words + [protocolName.map { "\(port)/\($0)" } ?? port]
    }
    if let source { words += ["from", source] }
    if target != nil || port != nil { words += ["to", target ?? "any"] }
    if let port { words += ["port", port] }
    if let protocolName { words += ["proto", protocolName] }
    return words
  }

  /// The firewall as it is: its rules as commands, and its settings.
  public struct State: Sendable, Hashable {
    public var rules: [String]
    public var isEnabled: Bool
    public var incoming: String
    public var outgoing: String
  }

  public var probe: Probe<State> {
    let script = """
      ufw show added | sed -n 's/^ufw //p' && echo -- &&
        { [ ! -e /etc/ufw/ufw.conf ] || sed -n 's/^ENABLED=/enabled /p' /etc/ufw/ufw.conf; } &&
        { [ ! -e /etc/default/ufw ] ||
          sed -n 's/^DEFAULT_INPUT_POLICY=/input /p; s/^DEFAULT_OUTPUT_POLICY=/output /p' /etc/default/ufw |
            tr -d '"'; }
      """
    return Probe<ScriptOutput>.script(script).map { (output) throws(Diagnostic) in
      guard output.status == 0 else { throw .silentFirewall(output.errors) }
      let parts = output.output.split(separator: "\n").map(String.init).split(separator: "--", maxSplits: 1)
      let settings = (parts.last ?? []).map { $0.split(separator: " ").map(String.init) }.filter {
        $0.count == 2
      }
      func setting(_ name: String) -> String { settings.first { $0[0] == name }?[1].lowercased() ?? "" }
      return State(
        rules: output.output.hasPrefix("--") ? [] : Array(parts.first ?? []),
        isEnabled: setting("enabled") == "yes",
        incoming: setting("input"), outgoing: setting("output"))
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    var (actions, words) = ([Action](), [String]())
    for (verb, current, name) in [
      (incoming, observed.incoming, "incoming"), (outgoing, observed.outgoing, "outgoing"),
    ] {
      guard let verb, Self.policy(verb) != current else { continue }
      actions.append(.run(["ufw", "default", verb.rawValue, name]))
      words.append("\(name) \(verb.rawValue)")
    }
    if verb != nil {
      let plain = rule.joined(separator: " ")
      let found = observed.rules.first { $0 == plain || $0.hasPrefix("\(plain) comment ") }
      let wanted = comment.map { "\(plain) comment '\($0)'" } ?? plain
      if presence == .absent, found != nil {
        actions.append(.run(["ufw", "--force", "delete"] + rule))
        words.append("remove \(plain)")
      } else if presence == .present, found == nil || comment != nil && found != wanted {
        actions.append(.run(["ufw"] + rule + (comment.map { ["comment", $0] } ?? [])))
        words.append(wanted)
      }
    }
    if let isEnabled, isEnabled != observed.isEnabled {
      actions.append(.run(isEnabled ? ["ufw", "--force", "enable"] : ["ufw", "disable"]))
      words.append(isEnabled ? "on" : "off")
    }
    guard !actions.isEmpty else { return nil }
    let kind: Change.Kind = verb != nil && presence == .absent ? .remove : .modify
    return Change(kind, Text("firewall: \(words.joined(separator: ", "))"), actions)
  }

  private static func policy(_ verb: Verb) -> String {
    switch verb {
    case .allow: "accept"
    case .deny, .limit: "drop"
    case .reject: "reject"
    }
  }
}

extension Diagnostic {
  fileprivate static func silentFirewall(_ errors: String) -> Diagnostic {
    Diagnostic(
      .unreadable, "ufw does not say its rules",
      notes: errors.split(separator: "\n").suffix(3).map(String.init),
      hint: "give the step 'become: true'")
  }
}
