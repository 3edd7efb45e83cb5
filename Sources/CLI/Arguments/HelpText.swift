import Runbook

/// The help of the program and of each command, from their declarations.
enum HelpText {
  static func overview(_ commands: [any Command.Type], _ palette: Palette) -> String {
    let width = commands.map { $0.name.count }.max() ?? 0
    let list = commands.map { "  \(padded($0.name, to: width))  \($0.summary)" }
    let lines =
      [
        "runbook: servers from bare to running, and back again after a disaster", "",
        palette.paint("usage", .strong) + ": runbook COMMAND [OPTIONS]", "",
        palette.paint("commands", .strong),
      ] + list + [
        "",
        "'runbook help COMMAND' says more about a command, 'runbook help step KIND' about a kind of step.",
        "", palette.paint("exit status", .strong),
        "  0 done, nothing left to change   1 the input is wrong, nothing was touched",
        "  2 changes are pending            3 a step failed, 'runbook resume' goes on",
        "  4 a host could not be reached    5 another run holds the lock   130 interrupted",
      ]
    return lines.joined(separator: "\n") + "\n"
  }

  static func page(_ command: any Command.Type, _ palette: Palette) -> String {
    var lines = ["runbook \(command.name): \(command.summary)", ""]
    let forms = command.forms.isEmpty ? [""] : command.forms
    for (index, form) in forms.enumerated() {
      let lead = index == 0 ? palette.paint("usage", .strong) + ": " : "       "
      lines.append(lead + ["runbook", command.name, form].filter { !$0.isEmpty }.joined(separator: " "))
    }
    if !command.words.isEmpty { lines += ["", command.words] }
    lines += ["", palette.paint("options", .strong)]
    let width = min(command.allOptions.map { $0.heading.count }.max() ?? 0, 32)
    for option in command.allOptions {
      let isWide = option.heading.count > width
      let heading = isWide ? option.heading + "\n" + String(repeating: " ", count: width) : option.heading
      lines.append("  \(padded(heading, to: width))  \(option.words)")
    }
    if !command.examples.isEmpty {
      lines += ["", palette.paint("examples", .strong)] + command.examples.map { "  \($0)" }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
