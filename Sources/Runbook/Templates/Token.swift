/// One word or sign of an expression.
struct Token: Sendable {
  enum Kind: Sendable, Equatable {
    case name(String)
    case string(String)
    case int(Int)
    case float(Double)
    case sign(String)
    case end
  }

  var kind: Kind
  var place: Range<Int>

  func isSign(_ sign: String) -> Bool { kind == .sign(sign) }
  func isName(_ name: String) -> Bool { kind == .name(name) }

  /// For "unexpected …".
  var described: String {
    switch kind {
    case .name(let name): "'\(name)'"
    case .string: "a string"
    case .int, .float: "a number"
    case .sign(let sign): "'\(sign)'"
    case .end: "the end of the expression"
    }
  }
}

/// Cuts the inside of `{{ }}` and `{% %}`, or a bare expression, into tokens.
struct Tokenizer {
  let source: TemplateSource
  var index: Int
  private var brackets: [UInt8] = []

  init(_ source: TemplateSource, from index: Int) {
    self.source = source
    self.index = index
  }

  private static let signs: [[UInt8]] = ["//", "**", "==", "!=", "<=", ">="].map { Array($0.utf8) }
  private static let single = Set("+-*/%~<>=.,:|()[]{}".utf8)

  /// The tokens up to the closing mark, which is left to the caller at `index`; nil as the mark: up to the end.
  mutating func tokens(until mark: [UInt8]?) throws(Diagnostic) -> [Token] {
    var tokens: [Token] = []
    let bytes = source.bytes
    while true {
      while index < bytes.count, isBlank(bytes[index]) { index += 1 }
      guard index < bytes.count else {
        if mark == nil {
          tokens.append(Token(kind: .end, place: index..<index))
          return tokens
        }
        throw source.diagnostic(.template, "the expression has no end", at: index..<index)
      }
      if let mark, brackets.isEmpty, isAt(mark) {
        tokens.append(Token(kind: .end, place: index..<(index + mark.count)))
        return tokens
      }
      tokens.append(try token())
    }
  }

  private func isAt(_ mark: [UInt8]) -> Bool {
    let first = source.bytes[index]
    let start = first == 0x2d || first == 0x2b ? index + 1 : index
    return starts(with: mark, at: start) || starts(with: mark, at: index)
  }

  private func starts(with word: [UInt8], at start: Int) -> Bool {
    start + word.count <= source.bytes.count && source.bytes[start..<(start + word.count)].elementsEqual(word)
  }

  private mutating func token() throws(Diagnostic) -> Token {
    let start = index
    let byte = source.bytes[index]
    if byte == 0x5f || byte >= 0x80 || isLetter(byte) {
      while index < source.bytes.count, isWord(source.bytes[index]) { index += 1 }
      return Token(kind: .name(string(start..<index)), place: start..<index)
    }
    if isDigit(byte) { return try number() }
    if byte == 0x22 || byte == 0x27 { return try quoted(byte) }
    for sign in Self.signs where starts(with: sign, at: index) {
      index += sign.count
      return Token(kind: .sign(string(start..<index)), place: start..<index)
    }
    guard Self.single.contains(byte) else {
      throw source.diagnostic(
        .template, "unexpected '\(Character(UnicodeScalar(byte)))'", at: start..<(start + 1))
    }
    try track(byte)
    index += 1
    return Token(kind: .sign(string(start..<index)), place: start..<index)
  }

  private mutating func track(_ byte: UInt8) throws(Diagnostic) {
    let pairs: [UInt8: UInt8] = [0x29: 0x28, 0x5d: 0x5b, 0x7d: 0x7b]
    if pairs.values.contains(byte) { brackets.append(byte) }
    guard let opening = pairs[byte] else { return }
    guard brackets.popLast() == opening else {
      let sign = Character(UnicodeScalar(byte))
      throw source.diagnostic(.template, "'\(sign)' closes nothing", at: index..<(index + 1))
    }
  }

  private mutating func number() throws(Diagnostic) -> Token {
    let start = index
    let bytes = source.bytes
    for (prefix, radix) in [("0x", 16), ("0o", 8), ("0b", 2)] {
      guard string(start..<min(start + 2, bytes.count)).lowercased() == prefix else { continue }
      index += 2
      while index < bytes.count, isWord(bytes[index]) { index += 1 }
      let digits = string((start + 2)..<index).filter { $0 != "_" }
      guard let number = Int(digits, radix: radix) else { throw notANumber(start) }
      return Token(kind: .int(number), place: start..<index)
    }
    var isFloat = false
    skipDigits()
    if index + 1 < bytes.count, bytes[index] == 0x2e, isDigit(bytes[index + 1]) {
      isFloat = true
      index += 1
      skipDigits()
    }
    if index < bytes.count, bytes[index] | 0x20 == 0x65 {
      var next = index + 1
      if next < bytes.count, bytes[next] == 0x2b || bytes[next] == 0x2d { next += 1 }
      if next < bytes.count, isDigit(bytes[next]) {
        isFloat = true
        index = next
        skipDigits()
      }
    }
    let digits = string(start..<index).filter { $0 != "_" }
    if !isFloat, let number = Int(digits) { return Token(kind: .int(number), place: start..<index) }
    if isFloat, let number = Double(digits) { return Token(kind: .float(number), place: start..<index) }
    throw notANumber(start)
  }

  private mutating func skipDigits() {
    while index < source.bytes.count, isDigit(source.bytes[index]) || source.bytes[index] == 0x5f {
      index += 1
    }
  }

  private func notANumber(_ start: Int) -> Diagnostic {
    source.diagnostic(
      .template, "'\(string(start..<index))' is not a number that can be used here", at: start..<index)
  }

  private mutating func quoted(_ quote: UInt8) throws(Diagnostic) -> Token {
    let start = index
    let bytes = source.bytes
    index += 1
    var hasEscape = false
    while index < bytes.count, bytes[index] != quote {
      if bytes[index] == 0x5c {
        hasEscape = true
        index += 1
      }
      index += 1
    }
    guard index < bytes.count else {
      throw source.diagnostic(.template, "the string has no end", at: start..<(start + 1))
    }
    let inside = (start + 1)..<index
    index += 1
    // In a YAML scalar a backslash is only that, as Ansible has it: YAML's own escapes were there before.
    let text = hasEscape && source.style == .file ? try unescaped(inside) : string(inside)
    return Token(kind: .string(text), place: start..<index)
  }

  /// Python's escapes in a string literal; a backslash before anything else stays.
  private func unescaped(_ range: Range<Int>) throws(Diagnostic) -> String {
    var output = String.UnicodeScalarView()
    var scalars = string(range).unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "\\", let escape = scalars.popFirst() else {
        output.append(scalar)
        continue
      }
      let lengths: [UnicodeScalar: Int] = ["x": 2, "u": 4, "U": 8]
      let simple: [UnicodeScalar: UnicodeScalar] = [
        "n": "\n", "t": "\t", "r": "\r", "\\": "\\", "'": "'", "\"": "\"", "a": "\u{7}", "b": "\u{8}",
        "f": "\u{c}",
        "v": "\u{b}",
      ]
      if let plain = simple[escape] {
        output.append(plain)
      } else if let length = lengths[escape] {
        let digits = String(String.UnicodeScalarView(scalars.prefix(length)))
        guard digits.utf8.count == length, let code = UInt32(digits, radix: 16),
          let value = UnicodeScalar(code)
        else {
          throw source.diagnostic(.template, "'\\\(escape)' needs \(length) hexadecimal digits", at: range)
        }
        scalars = scalars.dropFirst(length)
        output.append(value)
      } else if ("0"..."7").contains(escape) {
        var digits = String(escape)
        while digits.count < 3, let next = scalars.first, ("0"..."7").contains(next) {
          digits.unicodeScalars.append(next)
          scalars.removeFirst()
        }
        output.append(UnicodeScalar(UInt32(digits, radix: 8) ?? 0) ?? "\u{FFFD}")
      } else if escape != "\n" {
        output.append(scalar)
        output.append(escape)
      }
    }
    return String(output)
  }

  private func string(_ range: Range<Int>) -> String { String(decoding: source.bytes[range], as: UTF8.self) }
}

private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
private func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }
private func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || isDigit(byte) || byte == 0x5f || byte >= 0x80 }
