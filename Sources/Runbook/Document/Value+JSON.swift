extension Value {
  /// JSON text. Secret texts are shown by their labels unless `revealing`. What JSON has no number for (`.inf`,
  /// `.nan`) becomes null.
  public func json(pretty: Bool = false, revealing: Bool = false) -> String {
    var writer = JSONWriter(isPretty: pretty, isRevealing: revealing)
    writer.write(self, depth: 0)
    return writer.text
  }
}

private struct JSONWriter {
  let isPretty: Bool
  let isRevealing: Bool
  var text = ""

  mutating func write(_ value: Value, depth: Int) {
    switch value {
    case .null: text += "null"
    case .bool(let bool): text += bool ? "true" : "false"
    case .int(let number): text += String(number)
    case .float(let number): text += number.isFinite ? String(number) : "null"
    case .string(let string): write(isRevealing ? string.string : string.description)
    case .list(let list):
      guard !list.isEmpty else { return text += "[]" }
      text += "["
      for (index, item) in list.enumerated() {
        startItem(index, depth + 1)
        write(item, depth: depth + 1)
      }
      end("]", depth)
    case .map(let map):
      guard !map.isEmpty else { return text += "{}" }
      text += "{"
      for (index, entry) in map.enumerated() {
        startItem(index, depth + 1)
        write(entry.key)
        text += isPretty ? ": " : ":"
        write(entry.value, depth: depth + 1)
      }
      end("}", depth)
    }
  }

  private mutating func startItem(_ index: Int, _ depth: Int) {
    if index > 0 { text += "," }
    if isPretty { text += "\n" + String(repeating: "  ", count: depth) }
  }

  private mutating func end(_ bracket: String, _ depth: Int) {
    if isPretty { text += "\n" + String(repeating: "  ", count: depth) }
    text += bracket
  }

  private mutating func write(_ string: String) { text += jsonString(string) }
}

/// A JSON string with its quotes. Only what must be escaped is.
func jsonString(_ string: String) -> String {
  var text = "\""
  for scalar in string.unicodeScalars {
    switch scalar {
    case "\"": text += "\\\""
    case "\\": text += "\\\\"
    case "\n": text += "\\n"
    case "\r": text += "\\r"
    case "\t": text += "\\t"
    case "\0"..<" ", "\u{7F}":
      let hex = String(scalar.value, radix: 16)
      text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    default: text.unicodeScalars.append(scalar)
    }
  }
  return text + "\""
}
