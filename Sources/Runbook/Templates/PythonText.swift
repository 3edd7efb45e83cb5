/// Values as Python's `str` and `repr` write them.
enum PythonText {
  /// `str(value)`; secret parts stay marked.
  static func string(_ value: Value) -> Text {
    switch value {
    case .string(let text): text
    case .null: "None"
    case .bool(let bool): bool ? "True" : "False"
    case .int(let number): Text(String(number))
    case .float(let number): Text(float(number))
    case .list, .map: representation(value)
    }
  }

  /// `repr(value)`: texts in quotes.
  static func representation(_ value: Value) -> Text {
    switch value {
    case .string(let text): return quoted(text)
    case .list(let list):
      var result = Text("[")
      for (index, item) in list.enumerated() {
        if index > 0 { result.append(", ") }
        result.append(representation(item))
      }
      result.append("]")
      return result
    case .map(let map):
      var result = Text("{")
      for (index, entry) in map.enumerated() {
        if index > 0 { result.append(", ") }
        result.append(quoted(Text(entry.key)))
        result.append(": ")
        result.append(representation(entry.value))
      }
      result.append("}")
      return result
    default: return string(value)
    }
  }

  /// The shortest digits that read back as the same number, with Python's exponents.
  static func float(_ number: Double) -> String {
    if number.isNaN { return "nan" }
    if number.isInfinite { return number < 0 ? "-inf" : "inf" }
    let text = "\(number)"
    guard let mark = text.firstIndex(of: "e") else { return text }
    // Swift writes `1e+16` as Python does, but `1e-05` may come as `1e-05`; the exponent has two digits at least.
    let exponent = text[text.index(after: mark)...]
    let sign = exponent.hasPrefix("-") ? "-" : "+"
    let digits = exponent.drop { $0 == "-" || $0 == "+" }
    var mantissa = String(text[..<mark])
    if mantissa.hasSuffix(".0") { mantissa.removeLast(2) }
    return "\(mantissa)e\(sign)\(digits.count < 2 ? "0" : "")\(digits)"
  }

  private static func quoted(_ text: Text) -> Text {
    let hasSingle = text.string.utf8.contains(0x27)
    let quote: UnicodeScalar = hasSingle && !text.string.utf8.contains(0x22) ? "\"" : "'"
    var output = String.UnicodeScalarView()
    for scalar in text.string.unicodeScalars {
      switch scalar {
      case "\\": output.append(contentsOf: "\\\\".unicodeScalars)
      case "\n": output.append(contentsOf: "\\n".unicodeScalars)
      case "\r": output.append(contentsOf: "\\r".unicodeScalars)
      case "\t": output.append(contentsOf: "\\t".unicodeScalars)
      case quote: output.append(contentsOf: "\\\(quote)".unicodeScalars)
      default:
        if scalar.value < 0x20 || scalar.value == 0x7f {
          output.append(contentsOf: "\\x\(Digest.hex([UInt8(scalar.value)]))".unicodeScalars)
        } else {
          output.append(scalar)
        }
      }
    }
    return Text(String(quote)) + text.derived(String(output)) + Text(String(quote))
  }
}
