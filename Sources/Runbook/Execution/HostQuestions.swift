/// What is asked of a host, and how its answers are read.
enum HostQuestions {
  static let hostFacts = "printf '%s' \"$(uname -m)\""

  static func parseHostFacts(_ output: [UInt8]) throws(Diagnostic) -> ValueMap {
    ["machine": .string(String(decoding: output, as: UTF8.self))]
  }

  /// One line of hexadecimal digits for each query.
  static func text(for queries: [FactQuery]) -> String {
    queries.map { query in
      let script =
        switch query {
        case .status(let path):
          "p=\(shellWord(path)); if [ -e \"$p\" ] || [ -L \"$p\" ]; then stat -c '%F|%a|%U|%G|%u|%g|%s|%Y' -- \"$p\"; fi"
        case .content(let path):
          "p=\(shellWord(path)); if [ -e \"$p\" ]; then printf x; cat -- \"$p\"; fi"
        case .command(let name): "if command -v \(shellWord(name)) >/dev/null; then printf 1; fi"
        case .script(let text): "{ (eval \(shellWord(text))); printf '\\n%s' \"$?\"; } 2>/dev/null"
        default: "printf unknown"
        }
      return "{ \(script); } | od -An -v -tx1 | tr -d ' \\n'; echo"
    }.joined(separator: "\n")
  }

  static func parse(_ output: [UInt8], for queries: [FactQuery]) throws(Diagnostic) -> FactAnswers {
    let lines = String(decoding: output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.count >= queries.count else { throw Diagnostic(.unreadable, "the host's answer is cut off") }
    var answers = FactAnswers()
    for (query, line) in zip(queries, lines) { answers[query] = answer(query, bytes(line)) }
    return answers
  }

  private static func bytes(_ digits: Substring) -> [UInt8] {
    let digits = Array(digits.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(String(decoding: digits[$0...($0 + 1)], as: UTF8.self), radix: 16) ?? 0
    }
  }

  private static func answer(_ query: FactQuery, _ bytes: [UInt8]) -> FactAnswer {
    let text = String(decoding: bytes, as: UTF8.self)
    switch query {
    case .status:
      let fields = text.split(separator: "|").map { $0.trimmingSpaces }
      guard fields.count == 8 else { return .status(nil) }
      let kind: FileStatus.Kind =
        switch fields[0] {
        case "directory": .directory
        case "symbolic link": .link
        case "regular file", "regular empty file": .file
        default: .other
        }
      return .status(
        FileStatus(
          kind: kind, mode: Int(fields[1], radix: 8) ?? 0, owner: fields[2], group: fields[3],
          userID: Int(fields[4]) ?? 0, groupID: Int(fields[5]) ?? 0, size: Int(fields[6]) ?? 0,
          modified: Int(fields[7]) ?? 0))
    case .content: return .content(bytes.isEmpty ? nil : Array(bytes.dropFirst()))
    case .command: return .command(!bytes.isEmpty)
    case .script:
      let cut = text.lastIndex(of: "\n") ?? text.startIndex
      return .script(ScriptOutput(status: Int(text[text.index(after: cut)...]) ?? 0, output: String(text[..<cut])))
    default: return .unreadable("cannot be asked yet")
    }
  }
}

extension Substring {
  fileprivate var trimmingSpaces: String { split(separator: " ").joined(separator: " ").split(separator: "\n").joined() }
}
