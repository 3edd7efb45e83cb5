/// An absolute path on a host, without a NUL, a trailing slash, or `..` in it.
public struct AbsolutePath: ParameterValue, Hashable, CustomStringConvertible {
  public let string: String

  /// nil where it is not such a path.
  public init?(_ string: String) {
    guard string.hasPrefix("/"), !string.contains("\0"), !string.split(separator: "/").contains("..") else {
      return nil
    }
    var path = string
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.string = path
  }

  private init(unchecked string: String) { self.string = string }

  public static var typeName: String { "absolute path" }
  public static var placeholder: AbsolutePath { AbsolutePath(unchecked: "/") }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> AbsolutePath {
    let text = try String.decode(argument)
    guard let path = AbsolutePath(text) else {
      throw .invalid(
        Diagnostic(
          .invalidValue, "'\(text)' is not an absolute path", at: argument.position,
          hint: text.hasPrefix("~") ? "write the home directory out" : nil))
    }
    return path
  }
  public var written: String { string }
  public var description: String { string }
  /// The directory that it stands in.
  public var parent: String {
    guard let slash = string.lastIndex(of: "/"), slash != string.startIndex else { return "/" }
    return String(string[..<slash])
  }
}

/// Permission bits: octal digits, as written, or symbolic (`u=rwX,g=rX,o=`).
public struct FileMode: ParameterValue, Hashable, CustomStringConvertible {
  public let bits: Int

  public init(_ bits: Int) { self.bits = bits & 0o7777 }

  public static var typeName: String { "mode" }
  public static var placeholder: FileMode { FileMode(0) }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> FileMode {
    let text = try String.decode(argument)
    if (3...5).contains(text.count), let bits = Int(text, radix: 8), bits <= 0o7777 { return FileMode(bits) }
    if let bits = symbolicBits(text) { return FileMode(bits) }
    throw .invalid(
      Diagnostic(
        .invalidValue, "'\(text)' is not a mode", at: argument.position,
        hint: "write it like \"0640\" or \"u=rw,g=r,o=\""))
  }

  /// `u=rwx,g=rx,o=` and the like, from nothing; only `=` and `+` make sense without a file to start from.
  private static func symbolicBits(_ text: String) -> Int? {
    var bits = 0
    for clause in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let sign = clause.firstIndex(where: { $0 == "=" || $0 == "+" }) else { return nil }
      let who = clause[..<sign].isEmpty ? "a" : clause[..<sign]
      for person in who {
        for right in clause[clause.index(after: sign)...] {
          guard let bit = bit(of: right, for: person) else { return nil }
          bits |= bit
        }
        guard "ugoa".contains(person) else { return nil }
      }
    }
    return bits
  }

  private static func bit(of right: Character, for person: Character) -> Int? {
    let shifts: [Int] =
      switch person {
      case "u": [6]
      case "g": [3]
      case "o": [0]
      case "a": [6, 3, 0]
      default: []
      }
    let value: Int? =
      switch right {
      case "r": 4
      case "w": 2
      case "x", "X": 1
      default: nil
      }
    if right == "t" { return 0o1000 }
    if right == "s" { return person == "u" ? 0o4000 : person == "g" ? 0o2000 : nil }
    guard let value else { return nil }
    return shifts.reduce(0) { $0 | value << $1 }
  }

  public var written: String { "\"\(description)\"" }
  /// Four octal digits.
  public var description: String {
    let digits = String(bits, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }
}

extension Duration: ParameterValue {
  public static var typeName: String { "duration" }
  public static var placeholder: Duration { .zero }
  /// `90`, `90s`, `2m`, `1h30m`, `7d`; a bare number is seconds.
  public static func decode(_ argument: Argument) throws(ParameterFault) -> Duration {
    let text = try String.decode(argument)
    if let seconds = Double(text), seconds >= 0, seconds.isFinite {
      return .milliseconds(Int(seconds * 1000))
    }
    let units: [Character: Int] = ["s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604_800]
    var (total, digits, isSound) = (0, "", !text.isEmpty)
    for character in text {
      if character.isASCII, character.isNumber {
        digits.append(character)
      } else if let unit = units[character], let number = Int(digits) {
        total += number * unit
        digits = ""
      } else {
        isSound = false
      }
    }
    guard isSound, digits.isEmpty else {
      throw .invalid(
        Diagnostic(
          .invalidValue, "'\(text)' is not a duration", at: argument.position,
          hint: "write it like 90s, 2m or 1h30m"))
    }
    return .seconds(total)
  }

  public var written: String {
    let seconds = components.seconds
    for (unit, letter) in [(86400, "d"), (3600, "h"), (60, "m")]
    where seconds > 0 && seconds % Int64(unit) == 0 {
      return "\(seconds / Int64(unit))\(letter)"
    }
    return "\(seconds)s"
  }

  /// Whole seconds, rounded up.
  public var wholeSeconds: Int { Int(components.seconds) + (components.attoseconds > 0 ? 1 : 0) }
}

extension Value: ParameterValue {
  public static var typeName: String { "anything" }
  public static var placeholder: Value { .null }
  /// Plain scalars follow PyYAML's rules, as free variables do.
  public static func decode(_ argument: Argument) throws(ParameterFault) -> Value {
    switch argument.content {
    case .native(let value): return value
    case .written(let text, let isPlain):
      return isPlain && !text.isSecret ? plainScalar(text.string) : .string(text)
    case .list(let items):
      var values: [Value] = []
      for item in items { values.append(try decode(item)) }
      return .list(values)
    case .map(let entries):
      var map = ValueMap()
      for entry in entries { map[entry.key] = try decode(entry.value) }
      return .map(map)
    case .pending(let reason): throw .pending(reason)
    }
  }
  public var written: String {
    switch self {
    case .null: "null"
    case .bool(let bool): bool.written
    case .int(let number): String(number)
    case .float(let number): "\(number)"
    case .string(let text): text.description
    case .list(let list): list.written
    case .map(let map): "{\(map.map { "\($0.key): \($0.value.written)" }.joined(separator: ", "))}"
    }
  }
}
