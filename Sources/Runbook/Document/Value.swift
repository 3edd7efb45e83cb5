/// What a variable, an expression or a step's output can be.
public indirect enum Value: Sendable, Hashable {
  case null
  case bool(Bool)
  case int(Int)
  case float(Double)
  case string(Text)
  case list([Value])
  case map(ValueMap)

  public static func string(_ string: String) -> Value { .string(Text(string)) }

  public subscript(key: String) -> Value? {
    guard case .map(let map) = self else { return nil }
    return map[key]
  }

  /// The string, where this is one.
  public var text: Text? {
    guard case .string(let text) = self else { return nil }
    return text
  }

  /// Whether any part of it is secret.
  public var isSecret: Bool {
    switch self {
    case .string(let text): text.isSecret
    case .list(let list): list.contains { $0.isSecret }
    case .map(let map): map.contains { $0.value.isSecret }
    case .null, .bool, .int, .float: false
    }
  }

  /// The same value with every string in it marked secret under one label.
  public func markedSecret(_ label: String) -> Value {
    switch self {
    case .string(let text): .string(Text(secret: text.string, label: label))
    case .list(let list): .list(list.map { $0.markedSecret(label) })
    case .map(let map): .map(ValueMap(map.map { ($0.key, $0.value.markedSecret(label)) }))
    case .int(let number): .string(Text(secret: String(number), label: label))
    case .null, .bool, .float: self
    }
  }
}

/// A map with text keys that keeps the order in which they were written.
public struct ValueMap: Sendable, Hashable, ExpressibleByDictionaryLiteral, Sequence {
  public private(set) var keys: [String]
  private var values: [String: Value]

  public init() {
    keys = []
    values = [:]
  }

  /// The last of two equal keys wins, at the place of the first.
  public init(_ pairs: some Sequence<(String, Value)>) {
    self.init()
    for (key, value) in pairs { self[key] = value }
  }

  public init(dictionaryLiteral elements: (String, Value)...) { self.init(elements) }

  public var count: Int { keys.count }
  public var isEmpty: Bool { keys.isEmpty }

  public subscript(key: String) -> Value? {
    get { values[key] }
    set {
      if let newValue {
        if values.updateValue(newValue, forKey: key) == nil { keys.append(key) }
      } else if values.removeValue(forKey: key) != nil {
        keys.removeAll { $0 == key }
      }
    }
  }

  public func makeIterator() -> AnyIterator<(key: String, value: Value)> {
    var index = 0
    return AnyIterator {
      guard index < keys.count, let value = values[keys[index]] else { return nil }
      defer { index += 1 }
      return (keys[index], value)
    }
  }

  /// Two maps are equal when they hold the same values, in whatever order.
  public static func == (left: ValueMap, right: ValueMap) -> Bool { left.values == right.values }
  public func hash(into hasher: inout Hasher) { hasher.combine(values) }
}
