import Runbook

/// An argv: a list, or one line that is split as a shell splits words, with nothing expanded.
struct CommandLine: ParameterValue, Hashable {
  let words: [String]

  static var typeName: String { "list of text, or one line" }
  static var placeholder: CommandLine { CommandLine(words: []) }
  static func decode(_ argument: Argument) throws(ParameterFault) -> CommandLine {
    let words: [String]
    if case .list = argument.content {
      words = try [String].decode(argument)
    } else {
      let line = try String.decode(argument)
      guard let split = Self.split(line) else {
        throw .invalid(
          Diagnostic(.invalidValue, "a quote is not closed in the command", at: argument.position))
      }
      words = split
    }
    guard let program = words.first, !program.isEmpty else { throw .invalid(argument.expected("a command")) }
    return CommandLine(words: words)
  }
  var written: String { shellLine(words) }

  /// nil where a quote is not closed, or a backslash ends the line.
  static func split(_ line: String) -> [String]? {
    var (words, word, isWord) = ([String](), "", false)
    var quote: Unicode.Scalar?
    var isEscaped = false
    for scalar in line.unicodeScalars {
      if isEscaped {
        if quote == "\"", !#""\$`"#.unicodeScalars.contains(scalar) { word.unicodeScalars.append("\\") }
        word.unicodeScalars.append(scalar)
        isEscaped = false
      } else if scalar == "\\", quote != "'" {
        (isEscaped, isWord) = (true, true)
      } else if let open = quote {
        if scalar == open { quote = nil } else { word.unicodeScalars.append(scalar) }
      } else if scalar == "'" || scalar == "\"" {
        (quote, isWord) = (scalar, true)
      } else if scalar.properties.isWhitespace {
        if isWord { words.append(word) }
        (word, isWord) = ("", false)
      } else {
        word.unicodeScalars.append(scalar)
        isWord = true
      }
    }
    guard quote == nil, !isEscaped else { return nil }
    return isWord ? words + [word] : words
  }
}
