import Glibc

/// What a plain scalar means by YAML 1.1 as PyYAML reads it (its resolver): existing group_vars rely on it.
///
/// Dates stay text. An integer too large for 64 bits is a float.
public func plainScalar(_ text: String) -> Value {
  switch text {
  case "", "~", "null", "Null", "NULL": return .null
  case "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return .bool(true)
  case "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return .bool(false)
  default: break
  }
  guard let first = text.utf8.first, text.utf8.count <= 400, "+-.0123456789".utf8.contains(first) else {
    return .string(text)
  }
  return PlainNumber(text).value ?? .string(text)
}

/// A number by YAML 1.1's patterns.
private struct PlainNumber {
  private let isNegative: Bool
  /// Without the sign.
  private let digits: [UInt8]
  private let hasSign: Bool

  init(_ text: String) {
    var bytes = Array(text.utf8)
    hasSign = bytes[0] == UInt8(ascii: "+") || bytes[0] == UInt8(ascii: "-")
    isNegative = bytes[0] == UInt8(ascii: "-")
    if hasSign { bytes.removeFirst() }
    digits = bytes
  }

  var value: Value? { special ?? based ?? sexagesimal ?? decimal }

  private var special: Value? {
    switch String(decoding: digits, as: UTF8.self) {
    case ".inf", ".Inf", ".INF": .float(isNegative ? -.infinity : .infinity)
    case ".nan", ".NaN", ".NAN": hasSign ? nil : .float(.nan)
    default: nil
    }
  }

  /// `0b101`, `0x1F`, `0644`.
  private var based: Value? {
    guard digits.count > 1, digits[0] == UInt8(ascii: "0") else { return nil }
    switch digits[1] {
    case UInt8(ascii: "b"): return integer(digits[2...], radix: 2)
    case UInt8(ascii: "x"): return integer(digits[2...], radix: 16)
    default: return integer(digits[1...], radix: 8)
    }
  }

  /// `190:20:30`, `1:30.5`: base 60.
  private var sexagesimal: Value? {
    let parts = digits.split(separator: UInt8(ascii: ":"), omittingEmptySubsequences: false)
    guard parts.count > 1, let lead = parts.first, let first = lead.first, isDigit(first),
      lead.allSatisfy(isDigitOrLine)
    else { return nil }
    let last = parts[parts.count - 1].split(
      separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard let seconds = last.first else { return nil }
    let fields = parts[1..<(parts.count - 1)] + [seconds]
    guard
      fields.allSatisfy({
        (1...2).contains($0.count) && $0.allSatisfy(isDigit) && ($0.count == 1 || $0.first ?? 0 < 0x36)
      })
    else { return nil }
    let isFloat = last.count == 2
    // An integer of base 60 does not start with 0, but for PyYAML a float may.
    guard isFloat || first != UInt8(ascii: "0") else { return nil }
    var total = number(lead) ?? 0
    for field in fields { total = total * 60 + (number(field) ?? 0) }
    guard isFloat else {
      return total < 9e18 ? .int(Int(isNegative ? -total : total)) : .float(isNegative ? -total : total)
    }
    guard last[1].allSatisfy(isDigitOrLine) else { return nil }
    if last[1].contains(where: isDigit) {
      guard let fraction = number([UInt8(ascii: "0"), UInt8(ascii: ".")] + last[1]) else { return nil }
      total += fraction
    }
    return .float(isNegative ? -total : total)
  }

  /// `12_000`, `1.5`, `.5`, `1.5e+3`. An exponent needs a point before it and a sign: `1e5` is text.
  private var decimal: Value? {
    let parts = digits.split(separator: UInt8(ascii: "."), maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      guard let first = digits.first, (0x31...0x39).contains(first) || digits == [0x30] else { return nil }
      return integer(digits[...], radix: 10)
    }
    let whole = parts[0]
    guard whole.allSatisfy(isDigitOrLine), whole.first.map(isDigit) ?? true else { return nil }
    var fraction = parts[1]
    // PyYAML's pattern for `.5` has no sign.
    if whole.isEmpty, hasSign { return nil }
    var exponent: ArraySlice<UInt8> = []
    if let mark = fraction.firstIndex(where: { $0 | 0x20 == UInt8(ascii: "e") }) {
      exponent = fraction[(mark + 1)...]
      fraction = fraction[..<mark]
      guard let sign = exponent.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") else {
        return nil
      }
      guard exponent.count > 1, exponent.dropFirst().allSatisfy(isDigit) else { return nil }
    }
    guard fraction.allSatisfy(isDigitOrLine), !whole.isEmpty || fraction.first.map(isDigit) ?? false else {
      return nil
    }
    var text = whole + [UInt8(ascii: ".")] + (fraction.isEmpty ? [UInt8(ascii: "0")] : fraction)
    if !exponent.isEmpty { text += [UInt8(ascii: "e")] + exponent }
    guard let number = number(text) else { return nil }
    return .float(isNegative ? -number : number)
  }

  /// Digits of a base, `_` between them left out; nil where one is no such digit.
  private func integer(_ digits: ArraySlice<UInt8>, radix: Int) -> Value? {
    let plain = digits.filter { $0 != UInt8(ascii: "_") }
    let values = plain.compactMap { isDigit($0) ? Int($0) - 0x30 : letter($0) }
    guard values.count == plain.count, values.allSatisfy({ $0 < radix }) else { return nil }
    // `0_` is zero for PyYAML; `0x_` is nothing.
    guard !plain.isEmpty || (radix == 8 && !digits.isEmpty) else { return nil }
    let text = (isNegative ? "-0" : "0") + String(decoding: plain, as: UTF8.self)
    if let number = Int(text, radix: radix) { return .int(number) }
    if radix == 10 { return number(plain).map { .float(isNegative ? -$0 : $0) } }
    let large = values.reduce(0.0) { $0 * Double(radix) + Double($1) }
    return .float(isNegative ? -large : large)
  }

  private func letter(_ byte: UInt8) -> Int? {
    (0x61...0x66).contains(byte | 0x20) ? Int(byte | 0x20) - 0x61 + 10 : nil
  }

  private func number(_ digits: ArraySlice<UInt8>) -> Double? {
    let plain = digits.filter { $0 != UInt8(ascii: "_") }
    return plain.isEmpty ? nil : strtod(String(decoding: plain, as: UTF8.self), nil)
  }

  private func number(_ digits: [UInt8]) -> Double? { number(digits[...]) }

  private func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
  private func isDigitOrLine(_ byte: UInt8) -> Bool { isDigit(byte) || byte == UInt8(ascii: "_") }
}
