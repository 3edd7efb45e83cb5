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
    let shown = Self.lines(of: after)
    let secretLines = Set(shown.indices.filter { shown[$0].isSecret })
    let script = EditScript(left.lines, right.lines)
    let lines = right.lines.indices.map { secretLines.contains($0) ? shown[$0].description : right.lines[$0] }
    let builder = DiffBuilder(
      left: left, right: right, context: context, shownRight: lines, secretRight: secretLines)
    self.lines = builder.lines(of: script)
  }

  /// The lines of a text, each with the parts of it that are secret: a secret of many lines is one on each.
  private static func lines(of text: Text) -> [Text] {
    guard text.isSecret else { return [] }
    var (lines, start) = ([Text](), 0)
    for (offset, byte) in text.string.utf8.enumerated() where byte == 0x0A {
      lines.append(text.slice(start..<offset))
      start = offset + 1
    }
    if start < text.string.utf8.count { lines.append(text.slice(start..<text.string.utf8.count)) }
    return lines
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
    let header =
      "@@ -\(Self.range(first?.left ?? 0, leftCount)) +\(Self.range(first?.right ?? 0, rightCount)) @@"
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
