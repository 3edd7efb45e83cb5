/// How a template's marks look and what happens to line ends around them: Ansible's defaults, or what a
/// `#jinja2:` first line says.
struct TemplateMarks: Sendable {
  var variable = (open: Array("{{".utf8), close: Array("}}".utf8))
  var block = (open: Array("{%".utf8), close: Array("%}".utf8))
  var comment = (open: Array("{#".utf8), close: Array("#}".utf8))
  /// The first line end after a block is dropped.
  var trimsBlocks = true
  /// Blanks before a block that begins a line are dropped.
  var stripsBlocks = false

  /// Reads a `#jinja2: key:value, …` line; nil where the text does not begin with one.
  static func header(of source: TemplateSource) throws(Diagnostic) -> (marks: TemplateMarks, length: Int)? {
    let prefix = Array("#jinja2:".utf8)
    guard source.bytes.starts(with: prefix) else { return nil }
    let end = source.bytes.firstIndex(of: 0x0a) ?? source.bytes.count
    let line = String(decoding: source.bytes[prefix.count..<end], as: UTF8.self)
    var marks = TemplateMarks()
    for option in line.split(separator: ",") {
      let parts = option.split(separator: ":", maxSplits: 1).map { stripped(String($0)) }
      guard parts.count == 2 else {
        throw source.diagnostic(.template, "expected 'name: value' in the '#jinja2:' line", at: 0..<end)
      }
      if let fault = marks.set(parts[0], to: parts[1]) {
        throw source.diagnostic(.template, fault, at: 0..<end)
      }
    }
    return (marks, min(end + 1, source.bytes.count))
  }

  /// The fault, where there is one.
  private mutating func set(_ name: String, to value: String) -> String? {
    let isQuoted =
      value.utf8.count > 1 && value.utf8.first == value.utf8.last
      && "'\"".utf8.contains(value.utf8.first ?? 0)
    let mark = isQuoted ? Array(value.utf8.dropFirst().dropLast()) : Array(value.utf8)
    switch name {
    case "trim_blocks", "lstrip_blocks", "keep_trailing_newline":
      guard let isOn = ["true": true, "false": false][value.lowercased()] else {
        return "'\(name)' must be True or False in the '#jinja2:' line"
      }
      if name == "trim_blocks" { trimsBlocks = isOn }
      if name == "lstrip_blocks" { stripsBlocks = isOn }
    case "variable_start_string": variable.open = mark
    case "variable_end_string": variable.close = mark
    case "block_start_string": block.open = mark
    case "block_end_string": block.close = mark
    case "comment_start_string": comment.open = mark
    case "comment_end_string": comment.close = mark
    default: return "'\(name)' is not supported in the '#jinja2:' line"
    }
    return mark.isEmpty ? "'\(name)' may not be empty" : nil
  }
}

/// A template cut at its marks.
enum TemplatePiece {
  case text(String)
  case output([Token])
  case block([Token], place: Range<Int>)
}

/// Cuts a template into text, outputs and blocks, with Jinja's whitespace control.
struct TemplateScanner {
  let source: TemplateSource
  let marks: TemplateMarks
  private var index: Int
  private var pieces: [TemplatePiece] = []
  /// Whether the text that follows begins a line.
  private var isAtLineStart = true

  init(_ source: TemplateSource, _ marks: TemplateMarks, from index: Int) {
    self.source = source
    self.marks = marks
    self.index = index
  }

  private enum Mark { case variable, block, comment }

  mutating func scan() throws(Diagnostic) -> [TemplatePiece] {
    while let (open, mark) = nextMark() {
      let length = opening(mark).count
      var textEnd = open
      switch byte(at: open + length) {
      case 0x2d: while textEnd > index, isBlank(source.bytes[textEnd - 1]) { textEnd -= 1 }
      case 0x2b: break
      default: if marks.stripsBlocks, mark != .variable { textEnd = lineStart(before: open) ?? open }
      }
      add(text: index..<textEnd)
      let hasSign =
        [0x2d, 0x2b].contains(byte(at: open + length))
        && !(mark == .variable && byte(at: open + length) == 0x2b)
      let inside = open + length + (hasSign ? 1 : 0)
      switch mark {
      case .comment: try skipComment(from: inside, opened: open)
      case .variable:
        let tokens = try tokens(from: inside, until: marks.variable.close)
        pieces.append(.output(tokens))
        close(marks.variable.close, trims: false)
      case .block:
        let tokens = try tokens(from: inside, until: marks.block.close)
        if tokens[0].isName("raw"), tokens.count == 2 {
          try scanRaw(opened: open)
        } else {
          pieces.append(.block(tokens, place: open..<index))
          close(marks.block.close, trims: marks.trimsBlocks)
        }
      }
    }
    add(text: index..<source.bytes.count)
    return pieces
  }

  private func byte(at index: Int) -> UInt8 { index < source.bytes.count ? source.bytes[index] : 0 }

  private func opening(_ mark: Mark) -> [UInt8] {
    switch mark {
    case .variable: marks.variable.open
    case .block: marks.block.open
    case .comment: marks.comment.open
    }
  }

  private func nextMark() -> (Int, Mark)? {
    let openings = [
      (marks.variable.open, Mark.variable), (marks.block.open, .block), (marks.comment.open, .comment),
    ]
    .sorted { $0.0.count > $1.0.count }
    let firsts = Set(openings.map { $0.0[0] })
    var place = index
    while place < source.bytes.count {
      if firsts.contains(source.bytes[place]) {
        for (open, mark) in openings where source.bytes[place...].starts(with: open) { return (place, mark) }
      }
      place += 1
    }
    return nil
  }

  /// Where the line begins that has only blanks before `end`; nil where it has more.
  private func lineStart(before end: Int) -> Int? {
    var start = end
    while start > index, source.bytes[start - 1] == 0x20 || source.bytes[start - 1] == 0x09 { start -= 1 }
    if start > index { return source.bytes[start - 1] == 0x0a ? start : nil }
    return isAtLineStart ? start : nil
  }

  private mutating func add(text range: Range<Int>) {
    guard !range.isEmpty else { return }
    pieces.append(.text(String(decoding: source.bytes[range], as: UTF8.self)))
  }

  private mutating func tokens(from start: Int, until close: [UInt8]) throws(Diagnostic) -> [Token] {
    var tokenizer = Tokenizer(source, from: start)
    let tokens = try tokenizer.tokens(until: close)
    index = tokenizer.index
    return tokens
  }

  /// Goes past a closing mark, with what its sign and `trim_blocks` drop after it.
  private mutating func close(_ mark: [UInt8], trims: Bool) {
    let sign = source.bytes[index...].starts(with: mark) ? 0 : byte(at: index)
    index += mark.count + (sign == 0 ? 0 : 1)
    isAtLineStart = false
    if sign == 0x2d {
      while index < source.bytes.count, isBlank(source.bytes[index]) { index += 1 }
    } else if trims, sign != 0x2b, byte(at: index) == 0x0a {
      index += 1
      isAtLineStart = true
    }
  }

  private mutating func skipComment(from start: Int, opened: Int) throws(Diagnostic) {
    guard var end = firstIndex(of: marks.comment.close, in: source.bytes, from: start) else {
      throw source.diagnostic(
        .template, "the comment has no end", at: opened..<(opened + marks.comment.open.count))
    }
    if end > start, [0x2d, 0x2b].contains(source.bytes[end - 1]) { end -= 1 }
    index = end
    close(marks.comment.close, trims: marks.trimsBlocks)
  }

  /// `{% raw %}…{% endraw %}`; the line end after the first is kept, as in Jinja.
  private mutating func scanRaw(opened: Int) throws(Diagnostic) {
    close(marks.block.close, trims: false)
    let start = index
    var search = start
    while let open = firstIndex(of: marks.block.open, in: source.bytes, from: search) {
      search = open + 1
      var inside = open + marks.block.open.count
      let sign = byte(at: inside)
      if sign == 0x2d || sign == 0x2b { inside += 1 }
      var word = inside
      while word < source.bytes.count, isBlank(source.bytes[word]) { word += 1 }
      guard source.bytes[word...].starts(with: "endraw".utf8) else { continue }
      var textEnd = open
      if sign == 0x2d {
        while textEnd > start, isBlank(source.bytes[textEnd - 1]) { textEnd -= 1 }
      } else if marks.stripsBlocks, sign != 0x2b {
        textEnd = lineStart(before: open) ?? open
      }
      _ = try tokens(from: inside, until: marks.block.close)
      add(text: start..<textEnd)
      return close(marks.block.close, trims: marks.trimsBlocks)
    }
    throw source.diagnostic(
      .template, "'raw' has no 'endraw'", at: opened..<(opened + marks.block.open.count))
  }
}
