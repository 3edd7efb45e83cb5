public import Runbook

/// Text with places marked by ① to ⑨, so that a test can say where it expects a fault.
public struct MarkedText: Sendable {
  /// The text without its marks.
  public let text: String
  public let file: SourceFile
  private let positions: [Character: SourcePosition]

  public init(_ marked: String, path: String = "test.yml") {
    var (text, line, column) = ("", 1, 1)
    var places: [(Character, Int, Int)] = []
    for character in marked {
      if "①②③④⑤⑥⑦⑧⑨".contains(character) {
        places.append((character, line, column))
        continue
      }
      text.append(character)
      if character == "\n" { (line, column) = (line + 1, 1) } else { column += 1 }
    }
    self.text = text
    let file = SourceFile(path: path, text: text)
    self.file = file
    positions = Dictionary(
      uniqueKeysWithValues: places.map { ($0.0, SourcePosition(file: file, line: $0.1, column: $0.2)) })
  }

  public subscript(mark: Character) -> SourcePosition? { positions[mark] }
}
