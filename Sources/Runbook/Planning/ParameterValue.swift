/// A type that a parameter can have.
public protocol ParameterValue: Sendable {
  /// How the manual names it: "text", "absolute path", "list of text".
  static var typeName: String { get }
  /// Stands in for a value that could not be read; never used on a host.
  static var placeholder: Self { get }
  static func decode(_ argument: Argument) throws(ParameterFault) -> Self
  /// As a person would write it in YAML.
  var written: String { get }
}

extension Argument {
  /// `null`, `~` or nothing at all.
  public var isNull: Bool {
    switch content {
    case .native(.null): true
    case .written(let text, isPlain: true): ["", "~", "null", "Null", "NULL"].contains(text.string)
    default: false
    }
  }

  /// The scalar as text, as written: `no`, `0644`, `1.10` stay what they are.
  public func text() throws(ParameterFault) -> Text {
    switch content {
    case .written(let text, _): return text
    case .native(.string(let text)): return text
    case .native(.int(let number)): return Text(String(number))
    case .native(.float(let number)): return Text("\(number)")
    case .native(.bool(let bool)): return bool ? "true" : "false"
    case .pending(let reason): throw .pending(reason)
    case .native, .list, .map: throw .invalid(expected("text"))
    }
  }

  /// "expected a list, found a map", at the argument.
  public func expected(_ what: String) -> Diagnostic {
    let found =
      switch content {
      case .written: "text"
      case .native(.null): "nothing"
      case .native(.bool): "true or false"
      case .native(.int), .native(.float): "a number"
      case .native: "text"
      case .list: "a list"
      case .map: "a map"
      case .pending(let reason): reason
      }
    return Diagnostic(.invalidValue, "expected \(what), found \(found)", at: position)
  }
}

extension Text: ParameterValue {
  public static var typeName: String { "text" }
  public static var placeholder: Text { "" }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> Text {
    if argument.isNull { throw .invalid(argument.expected("text")) }
    return try argument.text()
  }
  public var written: String { description }
}

/// For what is shown and put into commands' arguments: a secret is refused here, use `Text` for what may be one.
extension String: ParameterValue {
  public static var typeName: String { "text" }
  public static var placeholder: String { "" }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> String {
    let text = try Text.decode(argument)
    guard !text.isSecret else {
      throw .invalid(
        Diagnostic(
          .invalidValue, "a secret (\(text)) may not stand here: it would show in a process list",
          at: argument.position))
    }
    return text.string
  }
  public var written: String { self }
}

extension Bool: ParameterValue {
  public static var typeName: String { "true or false" }
  public static var placeholder: Bool { false }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> Bool {
    if case .native(.bool(let bool)) = argument.content { return bool }
    switch try argument.text().string.lowercased() {
    case "true", "yes", "on": return true
    case "false", "no", "off": return false
    default: throw .invalid(argument.expected("true or false"))
    }
  }
  public var written: String { self ? "true" : "false" }
}

extension Int: ParameterValue {
  public static var typeName: String { "whole number" }
  public static var placeholder: Int { 0 }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> Int {
    guard let number = Int(try argument.text().string) else {
      throw .invalid(argument.expected("a whole number"))
    }
    return number
  }
  public var written: String { String(self) }
}

extension Array: ParameterValue where Element: ParameterValue {
  public static var typeName: String { "list of \(Element.typeName)" }
  public static var placeholder: [Element] { [] }
  /// One scalar is a list of one.
  public static func decode(_ argument: Argument) throws(ParameterFault) -> [Element] {
    switch argument.content {
    case .list(let items):
      var elements: [Element] = []
      for item in items { elements.append(try Element.decode(item)) }
      return elements
    case .pending(let reason): throw .pending(reason)
    case .map where Element.typeName != Value.typeName: throw .invalid(argument.expected("a list"))
    default:
      if argument.isNull { return [] }
      return [try Element.decode(argument)]
    }
  }
  public var written: String { "[\(map { $0.written }.joined(separator: ", "))]" }
}

/// Pairs in the order in which they were written, under distinct keys.
public struct Pairs<Element: ParameterValue>: ParameterValue {
  public var all: [(key: String, value: Element)]

  public init(_ all: [(key: String, value: Element)]) { self.all = all }

  public static var typeName: String { "map of \(Element.typeName)" }
  public static var placeholder: Pairs { Pairs([]) }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> Pairs {
    switch argument.content {
    case .map(let entries):
      var pairs: [(key: String, value: Element)] = []
      for entry in entries { pairs.append((entry.key, try Element.decode(entry.value))) }
      return Pairs(pairs)
    case .pending(let reason): throw .pending(reason)
    default: throw .invalid(argument.expected("a map"))
    }
  }
  public var written: String { "{\(all.map { "\($0.key): \($0.value.written)" }.joined(separator: ", "))}" }
}

/// A choice of fixed words. The type conforms by `enum State: String, CaseIterable, Choice { case present, absent }`.
public protocol Choice: ParameterValue, RawRepresentable, CaseIterable where RawValue == String {}

extension Choice {
  public static var typeName: String { allCases.map { "`\($0.rawValue)`" }.joined(separator: ", ") }
  public static var placeholder: Self {
    guard let first = allCases.first else { preconditionFailure("a choice without words: \(Self.self)") }
    return first
  }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> Self {
    let word = try argument.text().string
    guard let choice = Self(rawValue: word) else {
      let words = allCases.map { $0.rawValue }
      let nearest = nearestName(to: word, among: words)
      throw .invalid(
        Diagnostic(
          .invalidValue, "'\(word)' is none of \(words.map { "'\($0)'" }.joined(separator: ", "))",
          at: argument.position, hint: nearest.map { "did you mean '\($0)'?" }))
    }
    return choice
  }
  public var written: String { rawValue }
}
