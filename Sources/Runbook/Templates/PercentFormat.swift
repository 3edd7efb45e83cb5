/// Python's `'%s: %03d' % (…)`.
enum PercentFormat {
  struct Field {
    var flags: Set<Character> = []
    var width = 0
    var precision: Int?
    var kind: UnicodeScalar = "s"
  }

  static func apply(
    _ format: Text, _ arguments: [Value], _ interpreter: Interpreter, at place: Range<Int>
  ) throws(EvaluationFault) -> Text {
    var output = Text("")
    var plain = String.UnicodeScalarView()
    var scalars = format.string.unicodeScalars[...]
    var next = 0
    var usesNames = false
    while let scalar = scalars.popFirst() {
      guard scalar == "%" else {
        plain.append(scalar)
        continue
      }
      var value: Value?
      if scalars.first == "(" {
        usesNames = true
        let name = String(Substring(scalars.dropFirst().prefix { $0 != ")" }))
        scalars = scalars.dropFirst(name.unicodeScalars.count + 2)
        guard let found = arguments.first?[name] else {
          throw interpreter.fault("the format wants '\(name)', which is not given", at: place)
        }
        value = found
      }
      guard let field = field(&scalars) else {
        throw interpreter.fault("the format has an incomplete '%'", at: place)
      }
      if field.kind == "%" {
        plain.append("%")
        continue
      }
      if value == nil {
        guard next < arguments.count else {
          throw interpreter.fault("the format wants more values than there are", at: place)
        }
        value = arguments[next]
        next += 1
      }
      output.append(Text(String(plain)))
      plain = .init()
      guard let value, let text = shown(value, field) else {
        throw interpreter.fault("'%\(field.kind)' cannot show \(value?.typeName ?? "nothing")", at: place)
      }
      output.append(text)
    }
    guard usesNames || next == arguments.count || (arguments.count == 1 && next == 0 && arguments[0].isMap)
    else {
      throw interpreter.fault("the format wants fewer values than there are", at: place)
    }
    output.append(Text(String(plain)))
    return output.isSecret || !format.isSecret ? output : format.derived(output.string)
  }

  private static func field(_ scalars: inout Substring.UnicodeScalarView) -> Field? {
    var field = Field()
    while let flag = scalars.first, "-+ #0".unicodeScalars.contains(flag) {
      field.flags.insert(Character(flag))
      scalars.removeFirst()
    }
    field.width = number(&scalars) ?? 0
    if scalars.first == "." {
      scalars.removeFirst()
      field.precision = number(&scalars) ?? 0
    }
    guard field.width <= 4096, (field.precision ?? 0) <= 100, let kind = scalars.popFirst() else {
      return nil
    }
    field.kind = kind
    return field
  }

  private static func number(_ scalars: inout Substring.UnicodeScalarView) -> Int? {
    let digits = String(Substring(scalars.prefix { ("0"..."9").contains($0) }))
    scalars = scalars.dropFirst(digits.unicodeScalars.count)
    return Int(digits)
  }

  /// nil where the value does not fit the field.
  static func shown(_ value: Value, _ field: Field) -> Text? {
    switch field.kind {
    case "s", "r", "a":
      let text = field.kind == "s" ? PythonText.string(value) : PythonText.representation(value)
      guard field.width > 0 || field.precision != nil else { return text }
      let cut = field.precision.map { String(text.string.unicodeScalars.prefix($0)) } ?? text.string
      return text.derived(
        padded(cut, to: field.width, left: !field.flags.contains("-"), right: false).padRight(field))
    case "d", "i", "u":
      guard let number = value.integer ?? value.number.flatMap({ Int(exactly: $0.rounded(.towardZero)) })
      else { return nil }
      return Text(Self.number(String(number.magnitude), isNegative: number < 0, field))
    case "x", "X", "o":
      guard let number = value.integer else { return nil }
      let radix = field.kind == "o" ? 8 : 16
      let prefix = field.flags.contains("#") ? (field.kind == "o" ? "0o" : "0\(field.kind)") : ""
      let digits = String(number.magnitude, radix: radix, uppercase: field.kind == "X")
      return Text(Self.number(prefix + digits, isNegative: number < 0, field))
    case "f", "F", "e", "E", "g", "G":
      guard let number = value.number else { return nil }
      let digits = formatted("%.\(field.precision ?? 6)\(field.kind)", abs(number))
      return Text(Self.number(digits, isNegative: number.sign == .minus, field))
    case "c":
      if case .string(let text) = value, text.string.unicodeScalars.count == 1 { return text }
      return value.integer.flatMap { UInt32(exactly: $0) }.flatMap { UnicodeScalar($0) }.map {
        Text(String($0))
      }
    default: return nil
    }
  }

  private static func number(_ digits: String, isNegative: Bool, _ field: Field) -> String {
    let sign = isNegative ? "-" : field.flags.contains("+") ? "+" : field.flags.contains(" ") ? " " : ""
    if field.flags.contains("0"), !field.flags.contains("-") {
      let missing = max(0, field.width - sign.count - digits.count)
      return sign + String(repeating: "0", count: missing) + digits
    }
    return padded(sign + digits, to: field.width, left: !field.flags.contains("-"), right: false).padRight(
      field)
  }
}

extension String {
  fileprivate func padRight(_ field: PercentFormat.Field) -> String {
    padded(self, to: field.width, left: false, right: true)
  }
}

extension Value {
  fileprivate var isMap: Bool { if case .map = self { true } else { false } }
}
