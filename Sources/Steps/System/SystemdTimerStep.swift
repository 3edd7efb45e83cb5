public import Runbook

/// Makes sure that systemd runs a command at its times, or does not.
public struct SystemdTimerStep: StepKind {
  public static let key = "systemd_timer"
  public static let summary =
    "A systemd timer and the one-shot service that it starts, both written below /etc/systemd/system."
  public static let example = """
    - systemd_timer:
        name: verify-backups
        command: /usr/local/bin/verify-backups
        calendar: "*-*-* 05:00:00"
        randomized_delay: 10m
    - systemd_timer: { name: old, state: absent }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let name: String
  let presence: Presence
  let command: Text
  let calendar: [String]
  let onBoot: Duration?
  let every: Duration?
  let user: String?
  let description: String
  let environment: Pairs<Text>
  let directory: AbsolutePath?
  let isPersistent: Bool
  let delay: Duration?

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "Names the units, without a suffix.")
    presence = parameters.value("state", "Whether it shall be there.", default: .present)
    command = parameters.value(
      "command", "What the service runs, as `ExecStart=` takes it.", default: Text(""))
    calendar = parameters.value(
      "calendar", "Times, as `OnCalendar=` takes them: `daily`, `Mon *-*-* 05:00`.", default: [])
    onBoot = parameters.optional("on_boot", "So long after the host started.")
    every = parameters.optional("every", "So long after it last ran; give `on_boot` or `calendar` too.")
    user = parameters.optional("user", "Who runs it; root where not given.")
    description = parameters.value("description", "A few words for systemd's lists.", default: "")
    environment = parameters.value("environment", "Variables for it.", default: Pairs([]))
    directory = parameters.optional("directory", "Where it runs.")
    isPersistent = parameters.value(
      "persistent", "Make up for times that passed while the host was off.", default: true)
    delay = parameters.optional("randomized_delay", "Start up to so much later, by chance.")
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.@"
    if name.isEmpty || name.hasPrefix("-") || !name.allSatisfy({ letters.contains($0) }) {
      parameters.reject("'\(name)' cannot name a unit", at: "name")
    }
    guard presence == .present else { return }
    if command.isEmpty { parameters.reject("'command' is missing") }
    if calendar.isEmpty, onBoot == nil { parameters.reject("no times: give 'calendar' or 'on_boot'") }
    let lines =
      [command.string, description, user ?? ""] + calendar + environment.all.map { $0.value.string }
    if lines.contains(where: { $0.contains(where: { $0.isNewline }) }) {
      parameters.reject("every field of a unit is one line")
    }
  }

  private var timer: String { "\(name).timer" }
  private func path(_ suffix: String) -> String { "/etc/systemd/system/\(name).\(suffix)" }

  public var title: String { "timer \(name)" }
  public var requires: [String] { ["systemctl"] }

  /// The two unit files, and the timer.
  public struct State: Sendable, Hashable {
    public var service: String?
    public var timer: String?
    public var unit: UnitState
  }

  public var probe: Probe<State> {
    let files = Probe<[UInt8]?>.content(of: path("service")).and(Probe<[UInt8]?>.content(of: path("timer")))
    return files.and(Probe<UnitState>.unit(timer)).map { files, unit in
      State(
        service: files.0.map { String(decoding: $0, as: UTF8.self) },
        timer: files.1.map { String(decoding: $0, as: UTF8.self) }, unit: unit)
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    let isRunning = observed.unit.active == "active"
    let isEnabled = observed.unit.file.hasPrefix("enabled")
    if presence == .absent {
      let paths =
        (observed.timer == nil ? [] : [path("timer")]) + (observed.service == nil ? [] : [path("service")])
      guard !paths.isEmpty || isRunning || isEnabled else { return nil }
      let stop =
        observed.unit.load == "not-found" ? "" : "systemctl --quiet disable --now -- \(shellWord(timer))\n"
      let script = "set -eu\n\(stop)\(shellLine(["rm", "-f", "--"] + paths))\nsystemctl daemon-reload"
      return .remove("timer \(name)", .script(Text(script)))
    }
    let files = [("service", observed.service, service), ("timer", observed.timer, Text(timerFile))]
    let changed = files.filter { $0.1 != $0.2.string }
    guard !changed.isEmpty || !isRunning || !isEnabled || observed.unit.needsReload else { return nil }
    var actions: [Action] = changed.map { suffix, _, text in
      .write(FileWrite(path: path(suffix), content: .text(text), mode: text.isSecret ? 0o600 : 0o644))
    }
    let verb = changed.contains { $0.0 == "timer" } || observed.unit.needsReload ? "restart" : "start"
    actions.append(
      .script(
        Text(
          """
          set -eu
          systemctl daemon-reload
          systemctl --quiet enable -- \(shellWord(timer))
          \(SystemdStep.start(verb, timer))
          """)))
    let diffs = changed.map { TextDiff(path: path($0.0), before: $0.1, after: $0.2) }
    return Change(
      observed.timer == nil ? .create : .modify, "timer \(name), \(times.joined(separator: ", "))",
      diffs: diffs, actions)
  }

  private var times: [String] {
    calendar + (onBoot.map { ["\($0.written) after boot"] } ?? [])
      + (every.map { ["every \($0.written)"] } ?? [])
  }

  private var service: Text {
    var text: Text =
      "[Unit]\nDescription=\(description.isEmpty ? name : description)\n\n[Service]\nType=oneshot\n"
    if let user { text.append("User=\(user)\n") }
    if let directory { text.append("WorkingDirectory=\(directory)\n") }
    for (key, value) in environment.all {
      text.append("Environment=\(Self.quoted(Text("\(key)=") + value))\n")
    }
    text.append("ExecStart=\(command)\n")
    return text
  }

  /// One word of a unit file, which knows `\` and `"`, and `%` for itself.
  private static func quoted(_ text: Text) -> Text {
    let escaped = text.string.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing(
      "%", with: "%%")
    return text.derived("\"\(escaped)\"")
  }

  private var timerFile: String {
    var lines = ["[Unit]", "Description=Times of \(name)", "", "[Timer]"]
    lines += calendar.map { "OnCalendar=\($0)" }
    if let onBoot { lines.append("OnBootSec=\(onBoot.wholeSeconds)") }
    if let every { lines.append("OnUnitActiveSec=\(every.wholeSeconds)") }
    if let delay { lines.append("RandomizedDelaySec=\(delay.wholeSeconds)") }
    if !calendar.isEmpty { lines.append("Persistent=\(isPersistent)") }
    return (lines + ["", "[Install]", "WantedBy=timers.target"]).joined(separator: "\n") + "\n"
  }
}
