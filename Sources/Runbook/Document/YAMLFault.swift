import CYAML

/// What libyaml found wrong, told by what the person most likely meant to write.
struct YAMLFault {
  private let problem: String
  private let context: String
  private let line: Int
  private let column: Int
  private let start: (line: Int, column: Int)
  private let offset: Int
  private let file: SourceFile
  /// The line of the problem.
  private let text: [Unicode.Scalar]

  init(_ parser: yaml_parser_t, in file: SourceFile) {
    problem = parser.problem.map { String(cString: $0) } ?? "not readable as YAML"
    context = parser.context.map { String(cString: $0) } ?? ""
    offset = parser.error == YAML_READER_ERROR ? parser.problem_offset : -1
    (line, column) = (parser.problem_mark.line + 1, parser.problem_mark.column + 1)
    start = (parser.context_mark.line + 1, parser.context_mark.column + 1)
    self.file = file
    text = Array((file.line(line) ?? "").unicodeScalars)
  }

  var diagnostic: Diagnostic {
    if offset >= 0 { return unreadable }
    return tab ?? expression ?? byContext ?? byProblem ?? fault(problem)
  }

  /// A character that YAML does not allow at all, at a byte offset.
  private var unreadable: Diagnostic {
    let utf8 = file.text.utf8
    let index = utf8.index(utf8.startIndex, offsetBy: min(offset, utf8.count))
    let before = file.text[..<index]
    let lines = before.split(omittingEmptySubsequences: false) { $0.isNewline }
    let column = (lines.last?.unicodeScalars.count ?? 0) + 1
    let code = index < utf8.endIndex ? file.text.unicodeScalars[index].value : 0
    return Diagnostic(
      .syntax, "control character 0x\(String(code, radix: 16)) in the text",
      at: SourcePosition(file: file, line: max(1, lines.count), column: column))
  }

  private var tab: Diagnostic? {
    let blank = text.prefix { $0 == " " || $0 == "\t" }
    guard column <= blank.count + 1, let place = blank.firstIndex(of: "\t") else { return nil }
    return fault("a tab in the indentation", line: line, column: place + 1, hint: "indent with spaces")
  }

  /// `{{` or `{%` where a value or a line starts.
  private var expression: Diagnostic? {
    for (number, scalars) in [(line, text), (start.line, scalars(start.line))] {
      let place = valueStart(scalars)
      let isStatement = scalars.hasExpression(at: 1) && scalars.count > 1 && scalars[1] == "%"
      if isStatement { return statement(number, scalars) }
      if scalars.hasExpression(at: place) { return .unquoted(scalars, column: place, line: number, in: file) }
    }
    return nil
  }

  private func statement(_ number: Int, _ scalars: [Unicode.Scalar]) -> Diagnostic {
    fault(
      "a template statement between lines of YAML", line: number, column: 1, length: scalars.count,
      hint: "YAML is read before templates are: use 'when' or 'for_each', or make this a .j2 file")
  }

  private var byContext: Diagnostic? {
    switch context {
    case "while scanning a quoted scalar", "while parsing a quoted scalar":
      if problem.hasPrefix("found unexpected end") || problem.hasPrefix("found unexpected document") {
        return fault("this quote is never closed", line: start.line, column: start.column)
      }
      if problem.contains("escape") {
        let shown = column <= text.count - 1 ? String(text[column]) : ""
        return fault(
          "'\\\(shown)' means nothing in double quotes", length: 2,
          hint: "write '\\\\\(shown)', or put the value in single quotes")
      }
      return nil
    case "while parsing a flow sequence", "while parsing a flow mapping":
      let isList = context.hasSuffix("sequence")
      if line == start.line, column <= text.count {
        return fault(isList ? "a ',' or ']' is missing here" : "a ',' or '}' is missing here")
      }
      return fault(
        isList ? "this '[' is never closed" : "this '{' is never closed", line: start.line,
        column: start.column)
    case "while scanning an alias", "while scanning an anchor":
      return reservedStart(start.column, start.line)
    case "while scanning a simple key": return missingColon(start.line)
    default: return nil
    }
  }

  private var byProblem: Diagnostic? {
    switch problem {
    case "found character that cannot start any token":
      return reservedStart(column, line)
    case "mapping values are not allowed in this context": return colon
    case "block sequence entries are not allowed in this context":
      return fault("a list must start on a line of its own", hint: "put the '- ' on the next line, indented")
    case "mapping keys are not allowed in this context", "did not find expected node content":
      return reservedStart(column, line)
    case "did not find expected key", "did not find expected '-' indicator": return unexpected
    default: return nil
    }
  }

  /// A value that starts with a character that means something to YAML.
  private func reservedStart(_ column: Int, _ line: Int) -> Diagnostic {
    let scalars = scalars(line)
    guard column <= scalars.count else { return fault("a value is missing here") }
    let value = scalars.value(from: column)
    return fault(
      "a value without quotes cannot start with '\(scalars[column - 1])'", line: line, column: column,
      length: value.unicodeScalars.count, hint: Diagnostic.quotingHint(value))
  }

  /// A `: ` where no mapping can begin.
  private var colon: Diagnostic? {
    let place = valueStart(text)
    if place == column { return reservedStart(column, line) }
    if place < column {
      let value = text.value(from: place)
      return fault(
        "': ' inside a value without quotes", line: line, column: column, hint: Diagnostic.quotingHint(value))
    }
    // The key is the first thing on its line: the line before it is the faulty one, or the indentation.
    guard let above = lineAbove else { return nil }
    if spacelessColon(scalars(above)) != nil { return missingColon(above) }
    if valueStart(scalars(above)) == keyStart(scalars(above)) { return missingColon(above) }
    let key = keyStart(text)
    return fault(
      "this key is indented deeper than those it belongs to", line: line, column: key,
      length: max(1, column - key),
      notes: ["the line before it, line \(above), has a value already"])
  }

  /// A line with `key:value`, or without any colon, among keys.
  private func missingColon(_ number: Int) -> Diagnostic {
    let scalars = scalars(number)
    if let colon = spacelessColon(scalars) {
      return fault("a space is missing after this ':'", line: number, column: colon)
    }
    let key = keyStart(scalars)
    let value = scalars.value(from: key)
    return fault(
      "a key without ':'", line: number, column: key, length: value.unicodeScalars.count,
      hint: "write '\(value):', or indent it if it goes on the line before")
  }

  /// Something that is neither the next key nor the next item.
  private var unexpected: Diagnostic? {
    let first = text.prefix { $0 == " " }.count + 1
    if column == first, column <= text.count {
      if text[column - 1] == ":" { return fault("a key is missing before this ':'") }
      let isItem = text.count > column && text[column - 1] == "-" && text[column] == " "
      if isItem, problem.hasSuffix("key") {
        return fault("a list item among keys", hint: "check the indentation")
      }
      if !isItem, !problem.hasSuffix("key"), first == start.column {
        return fault("a key among list items", hint: "start it with '- ', or check the indentation")
      }
      return fault("the indentation of this line fits no line above it")
    }
    let place = valueStart(text)
    if place < column, place <= text.count, text[place - 1] == "\"" || text[place - 1] == "'" {
      let rest = text.value(from: column)
      return fault(
        "text after the closing quote", length: rest.unicodeScalars.count,
        hint: "put the quotes around the whole value")
    }
    guard column <= text.count else { return nil }
    return fault("'\(text[column - 1])' is not expected here")
  }
}

extension YAMLFault {
  private func fault(
    _ message: String, line: Int? = nil, column: Int? = nil, length: Int = 1, notes: [String] = [],
    hint: String? = nil
  ) -> Diagnostic {
    let place = SourcePosition(
      file: file, line: line ?? self.line, column: column ?? self.column, length: length)
    return Diagnostic(.syntax, message, at: place, notes: notes, hint: hint)
  }

  private func scalars(_ number: Int) -> [Unicode.Scalar] { Array((file.line(number) ?? "").unicodeScalars) }

  /// The last line before the problem's that says something.
  private var lineAbove: Int? {
    (1..<max(1, line)).last {
      let scalars = scalars($0)
      let first = keyStart(scalars)
      return first <= scalars.count && scalars[first - 1] != "#"
    }
  }

  /// The 1-based column behind indentation and `- `.
  private func keyStart(_ scalars: [Unicode.Scalar]) -> Int {
    var place = 0
    while place < scalars.count {
      if scalars[place] == " " {
        place += 1
      } else if scalars[place] == "-", place + 1 < scalars.count, scalars[place + 1] == " " {
        place += 2
      } else {
        break
      }
    }
    return place + 1
  }

  /// The 1-based column of what follows the line's first `: `; that of the key where there is none, or where
  /// nothing follows.
  private func valueStart(_ scalars: [Unicode.Scalar]) -> Int {
    let first = keyStart(scalars)
    var quote: Unicode.Scalar?
    var place = first - 1
    while place + 1 < scalars.count {
      let scalar = scalars[place]
      if place == first - 1, scalar == "\"" || scalar == "'" {
        quote = scalar
      } else if scalar == quote {
        quote = nil
      } else if quote == nil, scalar == ":", scalars[place + 1] == " " {
        var value = place + 1
        while value < scalars.count, scalars[value] == " " { value += 1 }
        return value < scalars.count ? value + 1 : first
      }
      place += 1
    }
    return first
  }

  /// The 1-based column of the colon of `key:value`.
  private func spacelessColon(_ scalars: [Unicode.Scalar]) -> Int? {
    let first = keyStart(scalars)
    guard first <= scalars.count else { return nil }
    var place = first - 1
    if scalars[place] == "\"" || scalars[place] == "'" {
      let quote = scalars[place]
      guard let end = scalars[(place + 1)...].firstIndex(of: quote) else { return nil }
      place = end + 1
    } else {
      while place < scalars.count, isWord(scalars[place]) { place += 1 }
      guard place > first - 1 else { return nil }
    }
    guard place + 1 < scalars.count, scalars[place] == ":", scalars[place + 1] != " " else { return nil }
    return place + 1
  }

  private func isWord(_ scalar: Unicode.Scalar) -> Bool {
    scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "_" || scalar == "-"
      || scalar == "."
  }
}
