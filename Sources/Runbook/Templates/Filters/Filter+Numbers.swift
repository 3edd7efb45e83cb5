import Glibc

extension Filter {
  static let numbers: [Filter] = [
    Filter("int", "default base", "As a whole number; `default` (0) where it is none.", toInt),
    Filter("float", "default", "As a number; `default` (0.0) where it is none.", toFloat),
    Filter("abs", "", "Without its sign.", absolute),
    Filter("round", "precision method", "Rounded: `common` (to even), `ceil` or `floor`.", rounded),
    Filter("log", "base", "Its logarithm, the natural one where no base is given.", logarithm),
    Filter("pow", "exponent", "Its power.", raised),
    Filter("root", "base", "Its root, the square one where nothing is given.", root),
    Filter("filesizeformat", "binary", "Bytes for people, in steps of 1000 or, `binary`, 1024.", fileSize),
    Filter("human_readable", "isbits unit", "Bytes for people, in steps of 1024.", readable),
    Filter("human_to_bytes", "default_unit isbits", "`1.5 KB` as a number of bytes.", toBytes),
    Filter("strftime", "second utc", "A time (seconds since 1970, or now) in this format.", formattedTime),
    Filter("to_datetime", "format", "The time that a text says.", toMoment),
  ]
}

private func toInt(_ call: Call) throws(EvaluationFault) -> Item {
  let fallback = Item.value(try call.argument(0) ?? .int(0))
  switch try call.subject {
  case .float(let number):
    guard number.isFinite, abs(number) < 9e18 else { return fallback }
    return .value(.int(Int(number)))
  case .string(let text):
    let base = try call.integer(1) ?? 10
    guard (2...36).contains(base) else { throw call.fault("the base must be from 2 to 36") }
    let digits = stripped(text.string).filter { $0 != "_" }.lowercased()
    if let number = integer(digits, base: base) { return .value(.int(number)) }
    if let number = Double(digits), number.isFinite, abs(number) < 9e18 { return .value(.int(Int(number))) }
    return fallback
  case let value: return value.integer.map { .value(.int($0)) } ?? fallback
  }
}

private func integer(_ digits: String, base: Int) -> Int? {
  let prefixes = [16: "0x", 8: "0o", 2: "0b"]
  guard let prefix = prefixes[base], digits.hasPrefix(prefix) else { return Int(digits, radix: base) }
  return Int(digits.dropFirst(2), radix: base)
}

private func toFloat(_ call: Call) throws(EvaluationFault) -> Item {
  let value = try call.subject
  if let number = value.number { return .value(.float(number)) }
  if case .string(let text) = value, let number = Double(stripped(text.string)) {
    return .value(.float(number))
  }
  return .value(try call.argument(0) ?? .float(0))
}

extension Call {
  /// The input as a number.
  var number: Double {
    get throws(EvaluationFault) {
      let value = try subject
      guard let number = value.number else {
        throw fault(
          "expected a number, found \(value.typeName)", hint: value.text == nil ? nil : "convert it by | int")
      }
      return number
    }
  }

  func number(_ index: Int) throws(EvaluationFault) -> Double? {
    guard let value = try argument(index), value != .null else { return nil }
    guard let number = value.number else {
      throw fault("expected a number as argument, found \(value.typeName)")
    }
    return number
  }
}

private func absolute(_ call: Call) throws(EvaluationFault) -> Item {
  guard let whole = try call.subject.integer else { return .value(.float(abs(try call.number))) }
  guard whole != .min else { throw call.interpreter.tooLarge(at: call.place) }
  return .value(.int(abs(whole)))
}

private func rounded(_ call: Call) throws(EvaluationFault) -> Item {
  let number = try call.number
  let precision = try call.integer(0) ?? 0
  guard (-15...15).contains(precision) else { throw call.fault("the precision must be from -15 to 15") }
  switch try call.string(1) ?? "common" {
  case "common":
    if precision >= 0 { return .value(.float(Double(formatted("%.\(precision)f", number)) ?? number)) }
    let factor = pow(10, Double(-precision))
    return .value(.float((number / factor).rounded(.toNearestOrEven) * factor))
  case "ceil":
    let factor = pow(10, Double(precision))
    return .value(.float((number * factor).rounded(.up) / factor))
  case "floor":
    let factor = pow(10, Double(precision))
    return .value(.float((number * factor).rounded(.down) / factor))
  case let method: throw call.fault("'\(method)' is none of 'common', 'ceil', 'floor'")
  }
}

/// A number by C's `printf`.
func formatted(_ format: String, _ argument: any CVarArg) -> String {
  var buffer = [CChar](repeating: 0, count: 512)
  let length = withVaList([argument]) { vsnprintf(&buffer, buffer.count, format, $0) }
  return String(
    decoding: buffer.prefix(max(0, min(Int(length), 511))).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

private func logarithm(_ call: Call) throws(EvaluationFault) -> Item {
  let number = try call.number
  guard number > 0 else { throw call.fault("only a number above 0 has a logarithm") }
  guard let base = try call.number(0) else { return .value(.float(log(number))) }
  return .value(.float(base == 10 ? log10(number) : log(number) / log(base)))
}

private func raised(_ call: Call) throws(EvaluationFault) -> Item {
  guard let exponent = try call.number(0) else { throw call.fault("the exponent is missing") }
  return .value(.float(pow(try call.number, exponent)))
}

private func root(_ call: Call) throws(EvaluationFault) -> Item {
  let base = try call.number(0) ?? 2
  return .value(.float(base == 2 ? (try call.number).squareRoot() : pow(try call.number, 1 / base)))
}

private func fileSize(_ call: Call) throws(EvaluationFault) -> Item {
  let isBinary = try call.flag(0)
  let value = try call.subject
  guard let bytes = value.number ?? value.text.flatMap({ Double($0.string) }) else {
    throw call.fault("expected a number of bytes, found \(value.typeName)")
  }
  let base: Double = isBinary ? 1024 : 1000
  if bytes == 1 { return .text("1 Byte") }
  if bytes < base { return .text("\(Int(bytes)) Bytes") }
  let units = isBinary ? ["KiB", "MiB", "GiB", "TiB", "PiB"] : ["kB", "MB", "GB", "TB", "PB"]
  var (scaled, index) = (bytes / base, 0)
  while scaled >= base, index + 1 < units.count { (scaled, index) = (scaled / base, index + 1) }
  return .text("\(formatted("%.1f", scaled)) \(units[index])")
}

private let byteUnits = ["Y", "Z", "E", "P", "T", "G", "M", "K"]

private func readable(_ call: Call) throws(EvaluationFault) -> Item {
  let bytes = try call.number
  let wanted = try call.string(1)?.uppercased()
  let small = try call.flag(0) ? "bits" : "Bytes"
  for (index, unit) in byteUnits.enumerated() {
    let size = pow(1024, Double(byteUnits.count - index))
    guard wanted.map({ $0.hasPrefix(unit) }) ?? (bytes >= size) else { continue }
    return .text("\(formatted("%.2f", bytes / size)) \(unit)\(small.prefix(1) == "B" ? "B" : "b")")
  }
  return .text("\(formatted("%.2f", bytes)) \(small)")
}

private func toBytes(_ call: Call) throws(EvaluationFault) -> Item {
  let text = stripped(try call.text.string)
  let digits = text.prefix { $0.isNumber || $0 == "." }
  var unit = stripped(String(text.dropFirst(digits.count))).uppercased()
  if unit.isEmpty, let fallback = try call.string(0) { unit = fallback.uppercased() }
  guard let number = Double(digits) else { throw call.fault("'\(text)' is not a size") }
  if unit.isEmpty || unit.hasPrefix("B") { return .value(.int(Int(number.rounded()))) }
  guard let index = byteUnits.firstIndex(of: String(unit.prefix(1))), unit.utf8.count <= 2 else {
    throw call.fault("'\(unit)' is not a unit of size")
  }
  let size = number * pow(1024, Double(byteUnits.count - index))
  guard size < 9e18 else { throw call.interpreter.tooLarge(at: call.place) }
  return .value(.int(Int(size.rounded(.toNearestOrEven))))
}

private func formattedTime(_ call: Call) throws(EvaluationFault) -> Item {
  let seconds = try call.argument(0)
  let moment: Moment
  if let seconds, seconds != .null {
    guard let number = seconds.number ?? seconds.text.flatMap({ Double($0.string) }) else {
      throw call.fault("expected seconds since 1970, found \(seconds.typeName)")
    }
    moment = Moment(seconds: Int(number), isUTC: try call.flag(1))
  } else {
    moment = .now(isUTC: try call.flag(1))
  }
  return .text(moment.formatted(try call.text.string))
}

private func toMoment(_ call: Call) throws(EvaluationFault) -> Item {
  let format = try call.string(0) ?? "%Y-%m-%d %H:%M:%S"
  let text = try call.text.string
  guard let moment = Moment(parsing: text, format: format) else {
    throw call.fault("the text is no time in the format '\(format)'")
  }
  return .moment(moment)
}
