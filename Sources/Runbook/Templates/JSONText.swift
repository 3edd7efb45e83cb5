/// JSON as Python's `json.dumps` writes it; secret texts stay marked.
struct JSONText {
  /// nil: all on one line.
  var indent: Int?
  var sortsKeys = false
  var isASCII = true
  /// `<`, `>`, `&` and `'` as escapes, for HTML.
  var isSafeInHTML = false

  func text(_ value: Value) -> Text {
    var output = Text("")
    write(value, 0, &output)
    return output
  }

  private func write(_ value: Value, _ depth: Int, _ output: inout Text) {
    switch value {
    case .null: output.append("null")
    case .bool(let bool): output.append(bool ? "true" : "false")
    case .int(let number): output.append(Text(String(number)))
    case .float(let number):
      output.append(
        Text(
          number.isNaN
            ? "NaN" : number.isInfinite ? (number < 0 ? "-Infinity" : "Infinity") : PythonText.float(number)))
    case .string(let text): output.append(quoted(text))
    case .list(let list):
      write(list.map { (nil, $0) }, ("[", "]"), depth, &output)
    case .map(let map):
      let keys = sortsKeys ? map.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } : map.keys
      write(keys.map { ($0, map[$0] ?? .null) }, ("{", "}"), depth, &output)
    }
  }

  private func write(
    _ items: [(key: String?, value: Value)], _ brackets: (String, String), _ depth: Int, _ output: inout Text
  ) {
    output.append(Text(brackets.0))
    for (index, item) in items.enumerated() {
      if index > 0 { output.append(indent == nil ? ", " : ",") }
      breakLine(depth + 1, &output)
      if let key = item.key { output.append(quoted(Text(key)) + ": ") }
      write(item.value, depth + 1, &output)
    }
    if !items.isEmpty { breakLine(depth, &output) }
    output.append(Text(brackets.1))
  }

  private func breakLine(_ depth: Int, _ output: inout Text) {
    guard let indent else { return }
    output.append(Text("\n" + String(repeating: " ", count: indent * depth)))
  }

  private func quoted(_ text: Text) -> Text {
    var escaped = String.UnicodeScalarView()
    for scalar in text.string.unicodeScalars {
      switch scalar {
      case "\"": escaped.append(contentsOf: "\\\"".unicodeScalars)
      case "\\": escaped.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": escaped.append(contentsOf: "\\n".unicodeScalars)
      case "\r": escaped.append(contentsOf: "\\r".unicodeScalars)
      case "\t": escaped.append(contentsOf: "\\t".unicodeScalars)
      case "\u{8}": escaped.append(contentsOf: "\\b".unicodeScalars)
      case "\u{c}": escaped.append(contentsOf: "\\f".unicodeScalars)
      case "<", ">", "&", "'":
        if isSafeInHTML { escape(scalar, &escaped) } else { escaped.append(scalar) }
      default:
        if scalar.value < 0x20 || (isASCII && scalar.value > 0x7f) {
          escape(scalar, &escaped)
        } else {
          escaped.append(scalar)
        }
      }
    }
    return "\"" + text.derived(String(escaped)) + "\""
  }

  private func escape(_ scalar: UnicodeScalar, _ output: inout String.UnicodeScalarView) {
    for unit in String(scalar).utf16 {
      let bytes = [UInt8(unit >> 8), UInt8(unit & 0xff)]
      output.append(contentsOf: "\\u\(Digest.hex(bytes))".unicodeScalars)
    }
  }
}
