import Glibc

/// Reads JSON text, strictly by RFC 8259. The last of two equal keys wins; an integer too large for 64 bits is a
/// float.
public enum JSONReader {
  /// `name` is what faults call the text.
  public static func read(_ text: String, named name: String = "JSON") throws(Diagnostic) -> Value {
    var parser = JSONParser(text, name: name)
    return try parser.document()
  }
}

private struct JSONParser {
  private static let depthLimit = 200

  private let bytes: [UInt8]
  private let name: String
  private var place = 0

  init(_ text: String, name: String) {
    bytes = Array(text.utf8)
    self.name = name
  }

  mutating func document() throws(Diagnostic) -> Value {
    skipBlanks()
    let value = try value(depth: 0)
    skipBlanks()
    guard place == bytes.count else { throw fault("text after the end of the JSON value") }
    return value
  }

  private mutating func value(depth: Int) throws(Diagnostic) -> Value {
    guard depth <= Self.depthLimit else { throw fault("nested more than \(Self.depthLimit) deep") }
    guard let first = current else { throw fault("the JSON text ends too early") }
    switch first {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"), 0x30...0x39: return try number()
    default: throw fault("this starts no JSON value")
    }
  }

  private mutating func object(depth: Int) throws(Diagnostic) -> Value {
    place += 1
    var map = ValueMap()
    skipBlanks()
    if take("}") { return .map(map) }
    while true {
      skipBlanks()
      guard current == UInt8(ascii: "\"") else { throw fault("a key in double quotes is missing") }
      let key = try string()
      skipBlanks()
      guard take(":") else { throw fault("a ':' is missing") }
      skipBlanks()
      map[key] = try value(depth: depth + 1)
      skipBlanks()
      if take("}") { return .map(map) }
      guard take(",") else { throw fault("a ',' or '}' is missing") }
    }
  }

  private mutating func array(depth: Int) throws(Diagnostic) -> Value {
    place += 1
    var list: [Value] = []
    skipBlanks()
    if take("]") { return .list(list) }
    while true {
      skipBlanks()
      list.append(try value(depth: depth + 1))
      skipBlanks()
      if take("]") { return .list(list) }
      guard take(",") else { throw fault("a ',' or ']' is missing") }
    }
  }

  private mutating func string() throws(Diagnostic) -> String {
    let start = place
    place += 1
    var run = place
    var text: [UInt8] = []
    while let byte = current {
      if byte == UInt8(ascii: "\"") {
        text += bytes[run..<place]
        place += 1
        return String(decoding: text, as: UTF8.self)
      }
      guard byte >= 0x20 else { throw fault("a control character in a string") }
      place += 1
      guard byte == UInt8(ascii: "\\") else { continue }
      text += bytes[run..<(place - 1)]
      text += Array(String(try escape()).utf8)
      run = place
    }
    place = start
    throw fault("this string is never closed")
  }

  private mutating func escape() throws(Diagnostic) -> Unicode.Scalar {
    let byte = current
    place += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return try unicodeEscape()
    default:
      place -= 1
      throw fault("an unknown escape in a string")
    }
  }

  /// What follows `\u`; two of them where the first is the upper half of a surrogate pair.
  private mutating func unicodeEscape() throws(Diagnostic) -> Unicode.Scalar {
    let start = place
    let first = try hexDigits()
    if let scalar = Unicode.Scalar(first) { return scalar }
    if first < 0xDC00, take("\\"), take("u") {
      let second = try hexDigits()
      if (0xDC00...0xDFFF).contains(second),
        let scalar = Unicode.Scalar(0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00))
      {
        return scalar
      }
    }
    place = start
    throw fault("half of a surrogate pair in a string")
  }

  private mutating func hexDigits() throws(Diagnostic) -> UInt32 {
    var number: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw fault("'\\u' takes four hexadecimal digits")
      }
      number = number * 16 + UInt32(digit)
      place += 1
    }
    return number
  }

  private mutating func number() throws(Diagnostic) -> Value {
    let start = place
    _ = take("-")
    guard !take("0") else { return try fraction(from: start) }
    try digits()
    return try fraction(from: start)
  }

  private mutating func fraction(from start: Int) throws(Diagnostic) -> Value {
    var isFloat = false
    if take(".") {
      isFloat = true
      try digits()
    }
    if take("e") || take("E") {
      isFloat = true
      if !take("+") { _ = take("-") }
      try digits()
    }
    if let byte = current, (0x30...0x39).contains(byte) { throw fault("a number cannot start with 0") }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if !isFloat, let number = Int(text) { return .int(number) }
    return .float(strtod(text, nil))
  }

  private mutating func digits() throws(Diagnostic) {
    let start = place
    while let byte = current, (0x30...0x39).contains(byte) { place += 1 }
    guard place > start else { throw fault("a digit is missing") }
  }

  private mutating func word(_ word: String, _ value: Value) throws(Diagnostic) -> Value {
    guard bytes[place...].starts(with: word.utf8) else { throw fault("this starts no JSON value") }
    place += word.utf8.count
    return value
  }

  private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func take(_ character: UnicodeScalar) -> Bool {
    guard let byte = current, byte == character.value else { return false }
    place += 1
    return true
  }

  private mutating func skipBlanks() {
    while let byte = current, [0x20, 0x09, 0x0A, 0x0D].contains(byte) { place += 1 }
  }

  private func fault(_ message: String) -> Diagnostic {
    let before = bytes[..<min(place, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let start = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let column = String(decoding: before[start...], as: UTF8.self).unicodeScalars.count + 1
    let file = SourceFile(path: name, text: String(decoding: bytes, as: UTF8.self))
    return Diagnostic(.syntax, message, at: SourcePosition(file: file, line: line, column: column))
  }
}
