/// The text of one file, kept so that a fault can show the line it stands on.
public final class SourceFile: Sendable {
  /// The path as a person would type it, relative to the project where that is possible.
  public let path: String
  public let text: String

  public init(path: String, text: String) {
    self.path = path
    self.text = text
  }

  /// The line with this 1-based number, without its line end; nil past the end.
  public func line(_ number: Int) -> String? {
    var current = 1
    for line in text.split(separator: /\r\n|\n|\r/, omittingEmptySubsequences: false) {
      if current == number { return String(line) }
      current += 1
    }
    return nil
  }
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
