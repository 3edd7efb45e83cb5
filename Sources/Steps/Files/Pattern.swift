import Runbook

/// A regular expression as a parameter. `^` and `$` match at the ends of every line.
struct Pattern: ParameterValue, Hashable {
  let text: String

  static var typeName: String { "regular expression" }
  static var placeholder: Pattern { Pattern(text: "") }
  static func decode(_ argument: Argument) throws(ParameterFault) -> Pattern {
    let text = try String.decode(argument)
    do {
      _ = try Regex(text)
    } catch {
      throw .invalid(
        Diagnostic(
          .invalidValue, "'\(text)' is not a regular expression that can be used here", at: argument.position,
          notes: ["\(error)"]))
    }
    return Pattern(text: text)
  }
  var written: String { text }

  /// Compiled; a pattern that was decoded always is.
  func regex() throws(Diagnostic) -> Regex<AnyRegexOutput> {
    do {
      return try Regex(text).anchorsMatchLineEndings().matchingSemantics(.unicodeScalar)
    } catch {
      throw Diagnostic(.invalidValue, "'\(text)' is not a regular expression that can be used here")
    }
  }

  /// A replacement with `\1`, `\g<name>`, `\g<1>`, `\0`, `\n`, `\t` and `\\` put in; secrets keep their
  /// marks.
  static func expand(_ replacement: Text, with match: Regex<AnyRegexOutput>.Match) throws(Diagnostic) -> Text
  {
    var (result, rest) = (Text(""), Array(replacement.string.utf8)[...])
    var (literal, offset) = (0, 0)
    func flush(to end: Int) { result.append(replacement.slice(literal..<end)) }
    while let slash = rest.firstIndex(of: UInt8(ascii: "\\")), slash + 1 < rest.endIndex {
      offset = slash
      let (part, length) = try expansion(rest[(slash + 1)...], match)
      flush(to: offset)
      result.append(Text(part))
      literal = slash + 1 + length
      rest = rest[literal...]
    }
    flush(to: replacement.string.utf8.count)
    return result
  }

  /// What stands for the escape whose bytes after the backslash are these, and how many of them it takes.
  private static func expansion(
    _ bytes: ArraySlice<UInt8>, _ match: Regex<AnyRegexOutput>.Match
  ) throws(Diagnostic) -> (String, Int) {
    let text = String(decoding: bytes.prefix(64), as: UTF8.self)
    switch text.first {
    case "n": return ("\n", 1)
    case "t": return ("\t", 1)
    case "\\": return ("\\", 1)
    case "g":
      guard text.dropFirst().first == "<", let end = text.firstIndex(of: ">") else { throw .badEscape(text) }
      let name = String(text[text.index(text.startIndex, offsetBy: 2)..<end])
      return (try group(name, match), name.utf8.count + 3)
    case let digit? where digit.isASCII && digit.isNumber:
      return (try group(String(digit), match), 1)
    default: throw .badEscape(text)
    }
  }

  private static func group(_ name: String, _ match: Regex<AnyRegexOutput>.Match) throws(Diagnostic) -> String
  {
    if let number = Int(name) {
      guard number < match.output.count else { throw .noGroup(name) }
      return match.output[number].substring.map(String.init) ?? ""
    }
    guard let capture = match.output.first(where: { $0.name == name }) else { throw .noGroup(name) }
    return capture.substring.map(String.init) ?? ""
  }
}

extension Diagnostic {
  fileprivate static func badEscape(_ text: String) -> Diagnostic {
    Diagnostic(
      .invalidValue, "'\\\(text.prefix(1))' means nothing in a replacement",
      hint: #"write \1 or \g<name> for a group, \\ for a backslash"#)
  }

  fileprivate static func noGroup(_ name: String) -> Diagnostic {
    Diagnostic(.invalidValue, "the regular expression has no group '\(name)'")
  }
}
