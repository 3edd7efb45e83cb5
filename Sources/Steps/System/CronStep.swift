public import Runbook

/// Makes sure that cron runs a command at its times, or does not.
public struct CronStep: StepKind {
  public static let key = "cron"
  public static let summary = """
    A job of cron, one file below /etc/cron.d for each. In `command` cron reads a `%` as a line end: write \
    `\\%`.
    """
  public static let example = """
    - cron: { name: backup, schedule: "30 3 * * *", command: /usr/local/bin/backup --all }
    - cron: { name: report, minute: 0, hour: 6, weekday: 1, user: app, command: bin/report }
    - cron: { name: old, state: absent }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let name: String
  let presence: Presence
  let schedule: String
  let user: String
  let command: Text
  let environment: Pairs<Text>
  let isDisabled: Bool

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "Names its file: letters, digits, `-` and `_`.")
    presence = parameters.value("state", "Whether it shall be there.", default: .present)
    let whole: String? = parameters.optional("schedule", "Five fields, or `@daily`, `@reboot` and the like.")
    let fields: [String] = [
      parameters.value("minute", "Where there is no `schedule`.", default: "*"),
      parameters.value("hour", "Where there is no `schedule`.", default: "*"),
      parameters.value("day", "Day of the month, where there is no `schedule`.", default: "*"),
      parameters.value("month", "Where there is no `schedule`.", default: "*"),
      parameters.value("weekday", "0 and 7 are Sunday; where there is no `schedule`.", default: "*"),
    ]
    user = parameters.value("user", "Who runs it.", default: "root")
    command = parameters.value("command", "What is run, by `sh`.", default: Text(""))
    environment = parameters.value("environment", "Variables for it: `MAILTO`, `PATH`.", default: Pairs([]))
    isDisabled = parameters.value("disabled", "Keep the file, without running the job.", default: false)
    schedule = whole ?? fields.joined(separator: " ")
    check(&parameters, hasWhole: whole != nil)
  }

  private func check(_ parameters: inout Parameters, hasWhole: Bool) {
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
    if name.isEmpty || !name.allSatisfy({ letters.contains($0) }) {
      parameters.reject(
        "cron reads no file with the name '\(name)'", at: "name", hint: "use letters, digits, '-' and '_'")
    }
    guard presence == .present else { return }
    if command.isEmpty { parameters.reject("'command' is missing") }
    if command.string.contains(where: { $0.isNewline }) {
      parameters.reject("a command is one line", at: "command")
    }
    let times = ["minute", "hour", "day", "month", "weekday"].filter { parameters.has($0) }
    if hasWhole, let first = times.first {
      parameters.reject("'schedule' and '\(first)' exclude each other", at: first)
    }
    if !hasWhole, times.isEmpty {
      parameters.reject("no times: give 'schedule', or 'minute', 'hour' and so on")
    }
    let count = schedule.split(separator: " ").count
    if schedule.contains(where: { $0.isNewline }) || (schedule.hasPrefix("@") ? count != 1 : count != 5) {
      parameters.reject(
        "'\(schedule)' is not a schedule: it has five fields", at: hasWhole ? "schedule" : times.first)
    }
    parameters.checkAccountName(user, at: "user")
    for (key, value) in environment.all
    where value.string.contains(where: { $0.isNewline }) || key.contains("=") {
      parameters.reject("the variable '\(key)' cannot be written for cron", at: "environment")
    }
  }

  private var path: String { "/etc/cron.d/\(name)" }
  private var content: Text {
    var text: Text = "# Written by runbook; changes made here do not last.\n"
    for (key, value) in environment.all { text.append("\(key)=\(value)\n") }
    text.append("\(isDisabled ? "# " : "")\(schedule) \(user) \(command)\n")
    return text
  }

  private static let check = """
    [ -d /etc/cron.d ] || {
      echo 'there is no cron on this host: install the package cron' >&2
      exit 1
    }
    """

  public var title: String { "cron job \(name)" }

  /// The file, and its permission bits.
  public var probe: Probe<(FileStatus?, [UInt8]?)> {
    Probe<FileStatus?>.status(of: path).and(.content(of: path))
  }

  public func change(from observed: (FileStatus?, [UInt8]?)) throws(Diagnostic) -> Change? {
    let before = observed.1.map { String(decoding: $0, as: UTF8.self) }
    if presence == .absent {
      guard observed.0 != nil else { return nil }
      let diff = TextDiff(path: path, before: before, after: nil)
      return .remove("cron job \(name)", diffs: [diff], .run(["rm", "-f", "--", path]))
    }
    let mode = content.isSecret ? 0o600 : 0o644
    // cron reads only files that belong to root and that nobody else may write.
    let isRight = observed.0.map { $0.mode == mode && $0.userID == 0 && $0.kind == .file } == true
    guard before != content.string || !isRight else { return nil }
    let write = FileWrite(path: path, content: .text(content), mode: mode, owner: "root", group: "root")
    let diff = TextDiff(path: path, before: before, after: content)
    return Change(
      before == nil ? .create : .modify, "cron job \(name), \(schedule)",
      diffs: before == content.string ? [] : [diff],
      [.script(Text(Self.check)), .write(write)])
  }
}
