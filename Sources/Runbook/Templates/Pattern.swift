/// Compiled regular expressions of one evaluation: a filter on many items compiles its pattern once.
final class PatternCache {
  struct Options: Hashable {
    var ignoresCase = false
    var isMultiline = false
  }

  private struct Key: Hashable {
    var pattern: String
    var options: Options
  }

  private var patterns: [Key: Regex<AnyRegexOutput>] = [:]

  /// Throws words on what is wrong with the pattern.
  func regex(_ pattern: String, _ options: Options) throws(PatternFault) -> Regex<AnyRegexOutput> {
    let key = Key(pattern: pattern, options: options)
    if let known = patterns[key] { return known }
    let translated = try PatternTranslator(pattern).translated()
    let flags = (options.ignoresCase ? "i" : "") + (options.isMultiline ? "m" : "")
    do {
      let regex = try Regex((flags.isEmpty ? "" : "(?\(flags))") + translated).matchingSemantics(
        .unicodeScalar)
      patterns[key] = regex
      return regex
    } catch {
      throw PatternFault(words: "'\(pattern)' is not a regular expression that can be used: \(error)")
    }
  }
}

struct PatternFault: Error {
  var words: String
}

/// Turns a pattern of Python's `re` into one of Swift's `Regex` with the same meaning.
struct PatternTranslator {
  private let scalars: [UnicodeScalar]
  private var index = 0
  private var output = String.UnicodeScalarView()

  init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

  func translated() throws(PatternFault) -> String {
    var copy = self
    return try copy.translate()
  }

  private func starts(with word: String) -> Bool { scalars[index...].starts(with: word.unicodeScalars) }

  private mutating func add(_ text: String) { output.append(contentsOf: text.unicodeScalars) }

  private mutating func translate() throws(PatternFault) -> String {
    for word in ["(?<=", "(?<!"] {
      guard firstIndex(of: Array(word.utf8), in: Array(String(String.UnicodeScalarView(scalars)).utf8)) != nil
      else { continue }
      throw PatternFault(words: "lookbehind, '\(word)…)', is not supported in regular expressions")
    }
    // With (?s) a dot is any character for Swift, too.
    let flags = String(String.UnicodeScalarView(scalars.prefix { $0 != ")" }))
    let dotIsAny = flags.hasPrefix("(?") && !flags.contains(":") && flags.contains("s")
    let isMultiline = flags.hasPrefix("(?") && !flags.contains(":") && flags.contains("m")
    while index < scalars.count {
      let scalar = scalars[index]
      switch scalar {
      case "\\": escape()
      case "[": try characterClass()
      case ".":
        add(dotIsAny ? "." : "[^\\n]")
        index += 1
      case "$":
        // Python's also stands before a line end that is the last character.
        add(isMultiline ? "$" : "(?:$|(?=\\n\\z))")
        index += 1
      default:
        output.append(scalar)
        index += 1
      }
    }
    return String(output)
  }

  private mutating func escape() {
    let next = index + 1 < scalars.count ? scalars[index + 1] : "\\"
    add(next == "Z" ? "\\z" : "\\\(next)")
    index += 2
  }

  /// `[…]`: a bracket needs no escape in Python's.
  private mutating func characterClass() throws(PatternFault) {
    add("[")
    index += 1
    if index < scalars.count, scalars[index] == "^" {
      add("^")
      index += 1
    }
    var isFirst = true
    while index < scalars.count {
      let scalar = scalars[index]
      if scalar == "]", !isFirst {
        add("]")
        index += 1
        return
      }
      if scalar == "\\" {
        escape()
      } else {
        if "[]&~".unicodeScalars.contains(scalar) { add("\\") }
        let isLast = index + 1 < scalars.count && scalars[index + 1] == "]"
        if scalar == "-", isFirst || isLast { add("\\") }
        output.append(scalar)
        index += 1
      }
      isFirst = false
    }
    throw PatternFault(words: "a '[' in the regular expression has no ']'")
  }
}
