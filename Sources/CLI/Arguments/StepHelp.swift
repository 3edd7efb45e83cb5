import Runbook

/// The manual of step kinds for a terminal.
enum StepHelp {
  static func index(_ registry: StepRegistry, _ palette: Palette) -> String {
    let width = registry.keys.map { $0.count }.max() ?? 0
    let lines = registry.kinds.map { kind in
      let padding = String(repeating: " ", count: width - kind.key.count)
      return
        "  \(palette.paint(kind.key, .strong))\(padding)  \(plain(StepManual.firstSentence(kind.summary)))"
    }
    return lines.joined(separator: "\n") + "\n\n'runbook help step KIND' says more about one.\n"
  }

  static func page(_ kind: any StepKind.Type, _ palette: Palette) -> String {
    var lines = [palette.paint(kind.key, .strong), ""]
    lines += wrapped(plain(kind.summary), indent: "")
    lines += ["", palette.paint("parameters", .strong)]
    for parameter in StepManual.parameters(of: kind) {
      var traits = [plain(parameter.type)]
      if parameter.isRequired { traits.append("required") }
      if let fallback = parameter.defaultText { traits.append("default \(fallback)") }
      if kind.shorthand == parameter.name { traits.append("what a bare value is") }
      lines.append("  \(palette.paint(parameter.name, .ran)) (\(traits.joined(separator: "; ")))")
      lines += wrapped(plain(parameter.words), indent: "      ")
    }
    if kind.takesAnyKey { lines.append("  any other key is a name of your own") }
    lines += ["", palette.paint("example", .strong)]
    lines += kind.example.split(separator: "\n", omittingEmptySubsequences: false).map { "  \($0)" }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Without the marks of Markdown.
  private static func plain(_ text: String) -> String { text.replacing("`", with: "") }

  private static func wrapped(_ text: String, indent: String) -> [String] {
    var lines: [String] = []
    for paragraph in text.split(separator: "\n", omittingEmptySubsequences: false) {
      var line = indent
      for word in paragraph.split(separator: " ") {
        if line.count + word.count > 99, line.count > indent.count {
          lines.append(line)
          line = indent
        }
        line += (line.count > indent.count ? " " : "") + word
      }
      lines.append(line)
    }
    return lines
  }
}
