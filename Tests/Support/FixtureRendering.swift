import Runbook

extension FixtureOutcome {
  /// One action as lines of YAML.
  static func lines(_ action: Action) -> [String] {
    switch action {
    case .run(let argv): block("  - run", shellLine(argv))
    case .script(let text): block("  - script", text.description)
    case .command(let command): lines(command)
    case .write(let write):
      fields("write", write.path, write.mode, write.owner, write.group, [("validate", write.validate)])
        + block("    content", content(write.content))
    case .upload(let upload):
      fields("upload", upload.path, upload.mode, upload.owner, upload.group, [])
        + ["    source: \(upload.source)", "    digest: \(upload.digest)"]
    case .fetch(let from, let to): ["  - fetch: \(from)", "    to: \(to)"]
    case .reboot(let timeout): ["  - reboot: within \(timeout.written)"]
    case .ask(let text): block("  - ask", text.description)
    case .show(let text): block("  - show", text.description)
    case .sleep(let duration): ["  - sleep: \(duration.written)"]
    }
  }

  private static func lines(_ command: CommandAction) -> [String] {
    var lines: [String]
    switch command.program {
    case .arguments(let words):
      lines = block("  - command", words.map { shellWord($0.description) }.joined(separator: " "))
    case .shell(let text): lines = block("  - shell", text.description)
    }
    if let directory = command.directory { lines.append("    directory: \(directory)") }
    if let input = command.input { lines += block("    input", input.description) }
    if command.accepted != [0] { lines.append("    accepted: \(command.accepted)") }
    return lines
  }

  private static func fields(
    _ name: String, _ path: String, _ mode: Int, _ owner: String?, _ group: String?,
    _ more: [(String, String?)]
  ) -> [String] {
    let all = [("owner", owner), ("group", group)] + more
    return ["  - \(name): \(path)", "    mode: \(FileMode(mode))"]
      + all.compactMap { name, value in value.map { "    \(name): \($0)" } }
  }

  private static func content(_ content: FileContent) -> String {
    switch content {
    case .text(let text): return text.description
    case .bytes(let bytes):
      let text = String(decoding: bytes, as: UTF8.self)
      return Array(text.utf8) == bytes ? text : "‹\(bytes.count) bytes›"
    }
  }

  /// `name: text`, or a block where the text has more than one line.
  static func block(_ name: String, _ text: String) -> [String] {
    let newline = UInt8(ascii: "\n")
    guard text.utf8.contains(newline) || text.isEmpty || text.hasSuffix(" ") else {
      return ["\(name): \(text)"]
    }
    let indent = String(repeating: " ", count: name.prefix { $0 == " " || $0 == "-" }.count + 2)
    var lines = text.utf8.split(separator: newline, omittingEmptySubsequences: false).map { line in
      "\(indent)|" + String(decoding: line, as: UTF8.self).replacing("\r", with: "‹CR›")
    }
    if text.utf8.last == newline { lines.removeLast() } else { lines.append("\(indent)‹no newline›") }
    return ["\(name): |"] + lines
  }
}
