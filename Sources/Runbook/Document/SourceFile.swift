import Synchronization

/// The text of one file, kept so that a fault can show the line it stands on.
public final class SourceFile: Sendable {
  /// The path as a person would type it, relative to the project where that is possible.
  public let path: String
  /// The text, without a byte order mark.
  public let text: String
  /// Decrypted text: faults name the place in it, and never show the line.
  public let isSecret: Bool
  /// Where each line begins, in UTF-8 bytes; made when a line is first asked for.
  private let starts = Mutex<[Int]?>(nil)

  public init(path: String, text: String, isSecret: Bool = false) {
    self.path = path
    self.isSecret = isSecret
    var text = text
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    text.makeContiguousUTF8()
    self.text = text
  }

  /// The line with this 1-based number, without its line end; nil past the end.
  public func line(_ number: Int) -> String? {
    let (start, end) = starts.withLock { known in
      let lines = known ?? lineStarts(of: text)
      known = lines
      guard number >= 1, number <= lines.count else { return (0, -1) }
      return (lines[number - 1], number < lines.count ? lines[number] : text.utf8.count)
    }
    guard end >= start else { return nil }
    let utf8 = text.utf8
    let from = utf8.index(utf8.startIndex, offsetBy: start)
    var to = utf8.index(utf8.startIndex, offsetBy: end)
    while to > from {
      let before = utf8.index(before: to)
      guard utf8[before] == UInt8(ascii: "\n") || utf8[before] == UInt8(ascii: "\r") else { break }
      to = before
    }
    return String(text[from..<to])
  }
}

/// The UTF-8 offsets at which lines begin; a line ends by LF, CRLF or CR.
private func lineStarts(of text: String) -> [Int] {
  var starts = [0]
  var previous: UInt8 = 0
  for (offset, byte) in text.utf8.enumerated() {
    if previous == UInt8(ascii: "\n") || (previous == UInt8(ascii: "\r") && byte != UInt8(ascii: "\n")) {
      starts.append(offset)
    }
    previous = byte
  }
  if previous == UInt8(ascii: "\n") || previous == UInt8(ascii: "\r") { starts.append(text.utf8.count) }
  return starts
}

/// A place in a file: what a fault points at.
public struct SourcePosition: Sendable, Hashable, CustomStringConvertible {
  public let file: SourceFile
  /// 1-based.
  public let line: Int
  /// 1-based, in characters.
  public let column: Int
  /// How many characters to underline; 1 where only a point is known.
  public let length: Int

  public init(file: SourceFile, line: Int, column: Int, length: Int = 1) {
    self.file = file
    self.line = line
    self.column = column
    self.length = max(1, length)
  }

  public var description: String { "\(file.path):\(line):\(column)" }

  public static func == (left: SourcePosition, right: SourcePosition) -> Bool {
    left.file.path == right.file.path && left.line == right.line && left.column == right.column
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(file.path)
    hasher.combine(line)
    hasher.combine(column)
  }
}
