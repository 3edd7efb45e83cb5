/// The literals of Python that an INI inventory may hold: numbers, quoted text, True, False, None, lists, tuples
/// and maps.
struct PythonLiteral {
  private let characters: [Character]
  private var place = 0
  private var depth = 0

  /// nil where the text is not one literal: then it is text. So is a number that would not be written back as it
  /// stands (`1.10`, `1_000`), so that no version number changes on its way.
  static func value(of text: String) -> Value? {
    var parser = PythonLiteral(characters: Array(text))
    guard let value = parser.tuple() else { return nil }
    return value
  }

  private init(characters: [Character]) { self.characters = characters }

  /// The whole text; values with commas between them are a tuple even without brackets.
  private mutating func tuple() -> Value? {
    guard let first = value() else { return nil }
    guard place < characters.count else { return first }
    var items = [first]
    while take(",") {
      if place == characters.count { return .list(items) }
      guard let item = value() else { return nil }
      items.append(item)
    }
    return place == characters.count ? .list(items) : nil
  }

  private mutating func value() -> Value? {
    skipBlanks()
    defer { skipBlanks() }
    guard place < characters.count, depth < 50 else { return nil }
    depth += 1
    defer { depth -= 1 }
    switch characters[place] {
    case "[": return items(until: "]").map { .list($0.items) }
    case "(":
      guard let group = items(until: ")") else { return nil }
      return group.items.count == 1 && !group.hasTrailingComma ? group.items[0] : .list(group.items)
    case "{": return map()
    case "'", "\"": return string().map { .string($0) }
    default: return word()
    }
  }

  private mutating func items(until end: Character) -> (items: [Value], hasTrailingComma: Bool)? {
    place += 1
    var items: [Value] = []
    skipBlanks()
    if take(end) { return (items, false) }
    while let item = value() {
      items.append(item)
      if take(end) { return (items, false) }
      guard take(",") else { return nil }
      skipBlanks()
      if take(end) { return (items, true) }
    }
    return nil
  }

  private mutating func map() -> Value? {
    place += 1
    var map = ValueMap()
    skipBlanks()
    if take("}") { return .map(map) }
    while let key = value() {
      guard take(":"), let item = value() else { return nil }
      switch key {
      case .string(let text): map[text.string] = item
      case .int(let number): map[String(number)] = item
      case .null, .bool, .float, .list, .map: return nil
      }
      if take("}") { return .map(map) }
      guard take(",") else { return nil }
      skipBlanks()
      if take("}") { return .map(map) }
    }
    return nil
  }

  private mutating func string() -> String? {
    let quote = characters[place]
    place += 1
    var text = ""
    while place < characters.count {
      let character = characters[place]
      place += 1
      if character == quote { return text }
      guard character == "\\" else {
        text.append(character)
        continue
      }
      guard place < characters.count else { return nil }
      switch characters[place] {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "r": text.append("\r")
      case "\\", "'", "\"": text.append(characters[place])
      case "x", "u", "U", "N", "0"..."9", "a", "b", "f", "v": return nil
      case let other: text += "\\" + String(other)
      }
      place += 1
    }
    return nil
  }

  private mutating func word() -> Value? {
    let start = place
    while place < characters.count, !" \t,:[](){}'\"#".contains(characters[place]) { place += 1 }
    let word = String(characters[start..<place])
    switch word {
    case "True": return .bool(true)
    case "False": return .bool(false)
    case "None": return .null
    default: break
    }
    if let number = Int(word), String(number) == word { return .int(number) }
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] where word.hasPrefix(prefix) {
      return Int(word.dropFirst(2), radix: radix).map { .int($0) }
    }
    guard word.contains("."), let number = Double(word), String(number) == word else { return nil }
    return .float(number)
  }

  private mutating func take(_ character: Character) -> Bool {
    guard place < characters.count, characters[place] == character else { return false }
    place += 1
    return true
  }

  private mutating func skipBlanks() {
    while place < characters.count, characters[place] == " " || characters[place] == "\t" { place += 1 }
  }
}
