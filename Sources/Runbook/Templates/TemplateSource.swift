/// The text of a template and where it stands, to turn offsets into positions when a fault is shown.
final class TemplateSource: Sendable {
  let text: String
  let bytes: [UInt8]
  let start: SourcePosition
  let style: Template.Style

  init(_ text: String, at start: SourcePosition, style: Template.Style) {
    self.text = text
    bytes = Array(text.utf8)
    self.start = start
    self.style = style
  }

  /// Where a range of the text stands in its file; the scalar's own place where it cannot be found there.
  func position(of range: Range<Int>) -> SourcePosition {
    let from = min(range.lowerBound, bytes.count)
    var lineStart = from
    while lineStart > 0, bytes[lineStart - 1] != 0x0a { lineStart -= 1 }
    var lineEnd = from
    while lineEnd < bytes.count, bytes[lineEnd] != 0x0a { lineEnd += 1 }
    let column = characters(bytes[lineStart..<from])
    let length = characters(bytes[from..<min(max(range.upperBound, from), lineEnd)])
    if style == .file {
      let line = bytes[..<lineStart].reduce(0) { $0 + ($1 == 0x0a ? 1 : 0) }
      return SourcePosition(file: start.file, line: start.line + line, column: column + 1, length: length)
    }
    let line = trimmed(lineStart..<lineEnd)
    if let found = search(line), line.contains(from) || line.upperBound == from {
      let column = found.column + characters(bytes[line.lowerBound..<from])
      return SourcePosition(file: start.file, line: found.line, column: column, length: length)
    }
    // An escape or a folded line makes the file's text another one: the words at the fault may still be there.
    if let found = search(trimmed(from..<min(max(range.upperBound, from), lineEnd))) {
      return SourcePosition(file: start.file, line: found.line, column: found.column, length: length)
    }
    return start
  }

  func diagnostic(
    _ code: Diagnostic.Code, _ message: String, at range: Range<Int>, notes: [String] = [],
    hint: String? = nil
  ) -> Diagnostic {
    Diagnostic(code, message, at: position(of: range), notes: notes, hint: hint)
  }

  private func characters(_ bytes: ArraySlice<UInt8>) -> Int { String(decoding: bytes, as: UTF8.self).count }

  private func trimmed(_ range: Range<Int>) -> Range<Int> {
    var (from, to) = (range.lowerBound, range.upperBound)
    while from < to, isBlank(bytes[from]) { from += 1 }
    while to > from, isBlank(bytes[to - 1]) { to -= 1 }
    return from..<to
  }

  /// The first place in the file, from the scalar on, that holds these bytes.
  private func search(_ range: Range<Int>) -> (line: Int, column: Int)? {
    guard !range.isEmpty else { return nil }
    let wanted = bytes[range]
    var number = start.line
    while let line = start.file.line(number), number < start.line + 10_000 {
      let skipped = number == start.line ? start.column - 1 : 0
      let utf8 = Array(line.dropFirst(skipped).utf8)
      if let offset = firstIndex(of: Array(wanted), in: utf8) {
        return (number, skipped + characters(utf8[..<offset]) + 1)
      }
      number += 1
    }
    return nil
  }
}

/// A blank as Python's `str.strip` and Jinja's whitespace control know it, within ASCII.
func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0d).contains(byte) }

/// Where `wanted` first begins in `bytes`, from an offset on.
func firstIndex(of wanted: [UInt8], in bytes: [UInt8], from start: Int = 0) -> Int? {
  guard let first = wanted.first else { return start <= bytes.count ? start : nil }
  var index = start
  while index + wanted.count <= bytes.count {
    if bytes[index] == first, bytes[index..<(index + wanted.count)].elementsEqual(wanted) { return index }
    index += 1
  }
  return nil
}
