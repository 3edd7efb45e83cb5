/// Python's `'{} {name:>5}'.format(…)`.
enum BraceFormat {
  static func apply(_ format: String, _ call: Call) throws(EvaluationFault) -> Text {
    var output = Text("")
    var plain = String.UnicodeScalarView()
    var scalars = format.unicodeScalars[...]
    var next = 0
    while let scalar = scalars.popFirst() {
      if scalar == "{" || scalar == "}", scalars.first == scalar {
        plain.append(scalar)
        scalars.removeFirst()
        continue
      }
      guard scalar != "}" else { throw call.fault("a '}' in the format closes nothing") }
      guard scalar == "{" else {
        plain.append(scalar)
        continue
      }
      let field = Substring(scalars.prefix { $0 != "}" })
      guard field.unicodeScalars.count < scalars.count else {
        throw call.fault("a '{' in the format has no '}'")
      }
      scalars = scalars.dropFirst(field.unicodeScalars.count + 1)
      output.append(Text(String(plain)))
      plain = .init()
      output.append(try shown(String(field), &next, call))
    }
    output.append(Text(String(plain)))
    return output
  }

  private static func shown(_ field: String, _ next: inout Int, _ call: Call) throws(EvaluationFault) -> Text
  {
    let parts = split(field, at: ":", most: 1)
    let conversion = split(parts[0], at: "!", most: 1)
    var item = try value(conversion[0], &next, call)
    if conversion.count > 1 {
      item = .string(conversion[1] == "r" ? PythonText.representation(item) : PythonText.string(item))
    }
    guard parts.count > 1, !parts[1].isEmpty else { return PythonText.string(item) }
    guard let text = formatted(item, parts[1]) else {
      throw call.fault("the format '\(parts[1])' cannot show \(item.typeName)")
    }
    return text
  }

  /// The value that `0`, `name` or `name[key]` stands for.
  private static func value(_ path: String, _ next: inout Int, _ call: Call) throws(EvaluationFault) -> Value
  {
    let words = path.split(omittingEmptySubsequences: true) { ".[]".contains($0) }.map { String($0) }
    let name = path.isEmpty || path.hasPrefix("[") || path.hasPrefix(".") ? nil : words.first
    let index = name.map { Int($0) } ?? next
    if name == nil { next += 1 }
    let value: Value
    if let index {
      guard index < call.rest.count else { throw call.fault("the format wants more values than there are") }
      value = call.rest[index]
    } else {
      guard let named = call.named.last(where: { $0.name == name }) else {
        throw call.fault("the format wants '\(name ?? "")', which is not given")
      }
      value = named.value
    }
    var item = Item.value(value)
    for word in words.dropFirst(name == nil ? 0 : 1) {
      let key: Value = Int(word).map { .int($0) } ?? .string(word)
      item = try call.interpreter.element(key, of: item, described: nil, at: call.place)
    }
    return try call.interpreter.force(item, at: call.place)
  }

  /// By `[[fill]align][sign][0][width][,][.precision][type]`; nil where that does not fit the value.
  private static func formatted(_ value: Value, _ format: String) -> Text? {
    var scalars = Array(format.unicodeScalars)[...]
    var (filler, align): (String, UnicodeScalar?) = (" ", nil)
    let aligns = "<>^=".unicodeScalars
    if scalars.count > 1, aligns.contains(scalars[scalars.startIndex + 1]) {
      filler = String(scalars.removeFirst())
      align = scalars.removeFirst()
    } else if let first = scalars.first, aligns.contains(first) {
      align = scalars.removeFirst()
    }
    var field = PercentFormat.Field()
    if let sign = scalars.first, "+- ".unicodeScalars.contains(sign) {
      if sign != "-" { field.flags.insert(Character(sign)) }
      scalars.removeFirst()
    }
    if scalars.first == "0", align == nil { (filler, align) = ("0", "=") }
    let width = number(&scalars) ?? 0
    let groups = scalars.first == "," || scalars.first == "_" ? scalars.removeFirst() : nil
    if scalars.first == "." {
      scalars.removeFirst()
      field.precision = number(&scalars)
    }
    let isText = value.text != nil
    field.kind =
      scalars.popFirst() ?? (isText ? "s" : value.integer != nil ? "d" : field.precision == nil ? "s" : "g")
    guard scalars.isEmpty, width <= 4096 else { return nil }
    var shownValue = value
    let isPercent = field.kind == "%"
    if isPercent {
      guard let number = value.number else { return nil }
      (shownValue, field.kind) = (.float(number * 100), "f")
    }
    guard var text = PercentFormat.shown(shownValue, field) else { return nil }
    if let groups { text = text.derived(grouped(text.string, by: String(groups))) }
    if isPercent { text.append("%") }
    return text.derived(aligned(text.string, width, filler, align ?? (isText ? "<" : ">")))
  }

  private static func number(_ scalars: inout ArraySlice<UnicodeScalar>) -> Int? {
    let digits = scalars.prefix { ("0"..."9").contains($0) }
    scalars = scalars.dropFirst(digits.count)
    return Int(String(String.UnicodeScalarView(digits)))
  }

  private static func grouped(_ text: String, by separator: String) -> String {
    let sign = text.prefix { !$0.isNumber }
    let digits = text.dropFirst(sign.count).prefix { $0.isNumber }
    let rest = text.dropFirst(sign.count + digits.count)
    var groups: [Substring] = []
    var left = digits
    while left.count > 3 {
      groups.insert(left.suffix(3), at: 0)
      left = left.dropLast(3)
    }
    return sign + ([left] + groups).joined(separator: separator) + rest
  }

  private static func aligned(_ text: String, _ width: Int, _ filler: String, _ align: UnicodeScalar)
    -> String
  {
    switch align {
    case "<": return padded(text, to: width, with: filler, left: false, right: true)
    case ">": return padded(text, to: width, with: filler, left: true, right: false)
    case "^":
      let missing = max(0, width - text.unicodeScalars.count)
      let left = String(repeating: filler, count: missing / 2)
      return left + text + String(repeating: filler, count: missing - missing / 2)
    default:
      let sign = text.prefix { $0 == "-" || $0 == "+" }
      let digits = String(text.dropFirst(sign.count))
      return sign + padded(digits, to: width - sign.count, with: filler, left: true, right: false)
    }
  }
}
