/// The lines by which two texts differ, in the form of `diff -u` with three lines around each place.
public struct UnifiedDiff: Sendable, Equatable {
  public enum Line: Sendable, Equatable {
    case hunk(String)
    case same(String)
    case removed(String)
    case added(String)
    /// "\ No newline at end of file"
    case noNewline
  }

  public let lines: [Line]

  /// Compares line by line. Every line of `after` that is secret in part is shown with its labels; on the side
  /// before, a line that stands in place of a secret one is hidden whole.
  public init(before: String, after: Text, context: Int = 3) {
    let left = DiffSide(before)
    let right = DiffSide(after.string)
    let shownRight = DiffSide(after.description)
    let secretLines = Self.secretLines(of: after)
    let script = EditScript(left.lines, right.lines)
    // A label never holds a line end, but a secret may: then the two sides have other numbers of lines, and a
    // line is shown by what it is made of instead.
    let hasSameLines = shownRight.lines.count == right.lines.count
    let lines = (0..<right.lines.count).map { index in
      guard secretLines.contains(index) else { return right.lines[index] }
      return hasSameLines ? shownRight.lines[index] : "‹secret›"
    }
    let builder = DiffBuilder(
      left: left, right: right, context: context, shownRight: lines, secretRight: secretLines)
    self.lines = builder.lines(of: script)
  }

  /// The numbers, from 0, of the lines that hold a part of a secret.
  private static func secretLines(of text: Text) -> Set<Int> {
    guard text.isSecret else { return [] }
    var (numbers, line, spans) = (Set<Int>(), 0, text.secrets[...])
    for (offset, byte) in text.string.utf8.enumerated() {
      while let span = spans.first, span.range.upperBound <= offset { spans.removeFirst() }
      if let span = spans.first, span.range.contains(offset) { numbers.insert(line) }
      if byte == 0x0A { line += 1 }
    }
    return numbers
  }
}

/// One text as lines without their ends, and whether the last one has an end.
struct DiffSide {
  var lines: [String]
  var endsWithNewline: Bool

  init(_ text: String) {
    // By bytes: to a Character view "\r\n" is one character and no line would end there.
    var pieces = text.utf8.split(separator: 0x0A, omittingEmptySubsequences: false)
    endsWithNewline = text.utf8.last == 0x0A || text.isEmpty
    if endsWithNewline { pieces.removeLast() }
    lines = pieces.map { String(decoding: $0, as: UTF8.self) }
  }
}

/// Groups the steps of an edit script into hunks.
private struct DiffBuilder {
  let left: DiffSide
  let right: DiffSide
  let context: Int
  let shownRight: [String]
  let secretRight: Set<Int>
  /// Keys of the side after, none of whose lines is secret.
  private let clearKeys: Set<String>

  init(left: DiffSide, right: DiffSide, context: Int, shownRight: [String], secretRight: Set<Int>) {
    self.left = left
    self.right = right
    self.context = context
    self.shownRight = shownRight
    self.secretRight = secretRight
    guard !secretRight.isEmpty else {
      clearKeys = []
      return
    }
    let keys = right.lines.indices.map { (index: $0, key: Self.key(of: right.lines[$0])) }
    let secret = Set(keys.filter { secretRight.contains($0.index) }.compactMap { $0.key })
    clearKeys = Set(keys.compactMap { $0.key }).subtracting(secret)
  }

  func lines(of script: EditScript) -> [UnifiedDiff.Line] {
    let edits = script.edits(endsDiffer: left.endsWithNewline != right.endsWithNewline)
    let changed = edits.indices.filter { edits[$0].kind != .same }
    var (result, start): ([UnifiedDiff.Line], Int) = ([], 0)
    while start < changed.count {
      var end = start
      while end + 1 < changed.count, changed[end + 1] - changed[end] <= 2 * context { end += 1 }
      let range = max(0, changed[start] - context)...min(edits.count - 1, changed[end] + context)
      result += hunk(edits[range])
      start = end + 1
    }
    return result
  }

  private func hunk(_ edits: ArraySlice<EditScript.Edit>) -> [UnifiedDiff.Line] {
    let leftCount = edits.count { $0.kind != .added }
    let rightCount = edits.count { $0.kind != .removed }
    let first = edits.first
    let header = "@@ -\(Self.range(first?.left ?? 0, leftCount)) +\(Self.range(first?.right ?? 0, rightCount)) @@"
    let replacesSecret = edits.contains { $0.kind == .added && secretRight.contains($0.right) }
    var lines: [UnifiedDiff.Line] = [.hunk(header)]
    for edit in edits {
      switch edit.kind {
      case .same: lines.append(.same(shownRight[edit.right]))
      case .removed: lines.append(.removed(shownLeft(edit.left, hiding: replacesSecret)))
      case .added: lines.append(.added(shownRight[edit.right]))
      }
      let endsLeft = edit.kind != .added && edit.left == left.lines.count - 1 && !left.endsWithNewline
      let endsRight = edit.kind != .removed && edit.right == right.lines.count - 1 && !right.endsWithNewline
      if endsLeft || endsRight { lines.append(.noNewline) }
    }
    return lines
  }

  /// A line of the side before that gives way to a secret may be an older value of it, whatever its key was. One
  /// whose key has a value in clear on the side after is none.
  private func shownLeft(_ index: Int, hiding: Bool) -> String {
    let line = left.lines[index]
    guard hiding else { return line }
    guard let key = Self.key(of: line) else { return "‹hidden›" }
    return clearKeys.contains(key) ? line : key + "‹hidden›"
  }

  /// `KEY=` of `KEY=value`, `key: ` of `key: value`.
  private static func key(of line: String) -> String? {
    line.firstIndex { $0 == "=" || $0 == ":" }.map { String(line[...$0]) }
  }

  private static func range(_ start: Int, _ count: Int) -> String {
    switch count {
    case 0: "\(start),0"
    case 1: "\(start + 1)"
    default: "\(start + 1),\(count)"
    }
  }
}
