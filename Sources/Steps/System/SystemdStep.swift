public import Runbook

/// Makes sure that a systemd unit runs or not, and starts at boot or not.
public struct SystemdStep: StepKind {
  public static let key = "systemd"
  public static let summary = """
    A systemd unit: enabled, running, masked, and, where `content` is given, its unit file. Units whose \
    files changed are read again by themselves. `restarted` and `reloaded` always run: notify a handler with \
    one. A unit that stops right after its start fails the step, with the end of its log.
    """
  public static let shorthand: String? = "unit"
  public static let example = """
    - systemd: { unit: docker, enabled: true, state: started }
    - systemd: { unit: ssh, state: reloaded }
    - systemd:
        unit: hello.service
        content: |
          [Service]
          ExecStart=/usr/bin/sleep infinity
          [Install]
          WantedBy=multi-user.target
        enabled: true
        state: started
    """

  public enum RunState: String, CaseIterable, Choice { case started, stopped, restarted, reloaded, absent }

  let unit: String
  let runState: RunState?
  let isEnabled: Bool?
  let isMasked: Bool?
  let content: Text?
  let reloads: Bool

  public init(_ parameters: inout Parameters) {
    let name: String = parameters.required(
      "unit", "Name of the unit; `.service` is added where it has no suffix.")
    runState = parameters.optional(
      "state", "`absent` also removes the unit file that `content` would have written.")
    isEnabled = parameters.optional("enabled", "Whether it starts at boot.")
    isMasked = parameters.optional("masked", "Whether it is kept from starting at all.")
    content = parameters.optional("content", "Its unit file, written to /etc/systemd/system.")
    reloads = parameters.value(
      "daemon_reload", "Read unit files again where they changed since.", default: true)
    unit = Self.suffixed(name)
    if unit.contains("/") || unit.hasPrefix("-") || unit.contains(where: { $0.isWhitespace }) {
      parameters.reject("'\(name)' is not the name of a unit", at: "unit")
    }
    if runState == nil, isEnabled == nil, isMasked == nil, content == nil {
      parameters.reject("nothing to do: give 'state', 'enabled', 'masked' or 'content'")
    }
    if isMasked == true, runState == .started || isEnabled == true {
      parameters.reject("a masked unit can neither start nor be enabled", at: "masked")
    }
    if runState == .absent, isEnabled == true || content != nil {
      parameters.reject("'state: absent' leaves nothing to enable or write", at: "state")
    }
  }

  private static let suffixes = [
    "service", "socket", "timer", "target", "mount", "automount", "swap", "path", "slice", "scope", "device",
  ]

  /// The unit's full name.
  static func suffixed(_ name: String) -> String {
    suffixes.contains { name.hasSuffix(".\($0)") } ? name : "\(name).service"
  }

  var path: String { "/etc/systemd/system/\(unit)" }
  /// A verb that has no state to look for.
  var isVerb: Bool { runState == .restarted || runState == .reloaded }

  public var title: String { "unit \(unit)\(runState.map { " \($0.rawValue)" } ?? "")" }
  public var requires: [String] { ["systemctl"] }
  public var isVerified: Bool { !isVerb }

  /// The unit, and its file where the step is about it.
  public var probe: Probe<(UnitState, String?)> {
    guard content != nil || runState == .absent else { return Probe<UnitState>.unit(unit).map { ($0, nil) } }
    return Probe<UnitState>.unit(unit).and(Probe<[UInt8]?>.content(of: path)).map { state, bytes in
      (state, bytes.map { String(decoding: $0, as: UTF8.self) })
    }
  }

  public func change(from observed: (UnitState, String?)) throws(Diagnostic) -> Change? {
    let (state, file) = observed
    if runState == .absent { return removal(state, file) }
    var (words, lines) = ([String](), [String]())
    let writes = content.map { $0.string != file } == true
    if writes || reloads && state.needsReload {
      lines.append("systemctl daemon-reload")
      words.append(writes ? "unit file" : "read its file again")
    }
    if isMasked == false, state.file.hasPrefix("masked") { note("unmask", &words, &lines) }
    if isEnabled == true, !Self.startsAtBoot(state.file) { note("enable", &words, &lines) }
    if isEnabled == false, state.file.hasPrefix("enabled") || state.file == "linked" {
      note("disable", &words, &lines)
    }
    if let verb = verb(state, isNew: writes) {
      words.append(verb)
      lines.append(verb == "stop" ? "systemctl stop -- \(shellWord(unit))" : Self.start(verb, unit))
    }
    if isMasked == true, !state.file.hasPrefix("masked") { note("mask", &words, &lines) }
    guard !words.isEmpty else { return nil }
    var actions: [Action] = []
    if let content, writes {
      actions.append(
        .write(FileWrite(path: path, content: .text(content), mode: content.isSecret ? 0o600 : 0o644)))
    }
    actions.append(.script(Text((["set -eu"] + lines).joined(separator: "\n"))))
    let diffs = writes ? [TextDiff(path: path, before: file, after: content)] : []
    let kind: Change.Kind = isVerb ? .run : content != nil && file == nil ? .create : .modify
    return Change(kind, "\(unit): \(words.joined(separator: ", "))", diffs: diffs, actions)
  }

  private func note(_ verb: String, _ words: inout [String], _ lines: inout [String]) {
    words.append(verb)
    lines.append("systemctl --quiet \(verb) -- \(shellWord(unit))")
  }

  /// What a unit without an `[Install]` section or with a generated file says counts as well: there is
  /// nothing to enable in it.
  private static func startsAtBoot(_ file: String) -> Bool {
    ["enabled", "enabled-runtime", "static", "alias", "generated", "indirect", "transient"].contains(file)
  }

  private func verb(_ state: UnitState, isNew: Bool) -> String? {
    switch runState {
    case .restarted: return "restart"
    case .reloaded: return "reload-or-restart"
    case .started:
      guard state.active == "active" || state.active == "reloading" else { return "start" }
      return content != nil && (isNew || state.needsReload) ? "restart" : nil
    case .stopped: return ["inactive", "failed"].contains(state.active) ? nil : "stop"
    case .absent, nil: return nil
    }
  }

  private func removal(_ state: UnitState, _ file: String?) -> Change? {
    let isRunning = !["inactive", "failed"].contains(state.active)
    let isEnabled = state.file.hasPrefix("enabled")
    guard isRunning || isEnabled || file != nil else { return nil }
    var lines = ["set -eu"]
    if state.load != "not-found" { lines.append("systemctl --quiet disable --now -- \(shellWord(unit))") }
    if file != nil { lines.append("rm -f -- \(shellWord(path))\nsystemctl daemon-reload") }
    lines.append("systemctl reset-failed -- \(shellWord(unit)) 2>/dev/null || :")
    let diffs = file.map { [TextDiff(path: path, before: $0, after: nil)] } ?? []
    return Change(.remove, "\(unit)", diffs: diffs, [.script(Text(lines.joined(separator: "\n")))])
  }

  /// Starts or restarts a unit; where it does not stay up, says so with the end of its log.
  static func start(_ verb: String, _ unit: String) -> String {
    """
    show_log() {
      systemctl show -p ActiveState,SubState,Result,ExecMainStatus -- \(shellWord(unit)) >&2
      ! command -v journalctl >/dev/null || journalctl --no-pager -q -o cat -n 20 -u \(shellWord(unit)) >&2
      exit 1
    }
    systemctl \(verb) -- \(shellWord(unit)) || show_log
    ! systemctl --quiet is-failed -- \(shellWord(unit)) || show_log
    """
  }
}
