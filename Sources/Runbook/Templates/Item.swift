/// What an expression can have in hand while it is evaluated: a value, or something that only templates know.
enum Item {
  case value(Value)
  case undefined(Undefined)
  case namespace(Namespace)
  case loop(LoopState)
  case macro(Macro)
  /// What `import` gives: the macros and variables of another template.
  case module([String: Item])
  /// The variables of another host.
  case scope(any Scope)
  case moment(Moment)

  static func text(_ string: String) -> Item { .value(.string(Text(string))) }
  static func list(_ items: [Value]) -> Item { .value(.list(items)) }
}

/// A name, key or index that has nothing behind it. It is a fault as soon as it is used.
struct Undefined {
  var message: String
  var place: Range<Int>
  var hint: String?
  /// What was asked of `null`: a default does not cover that up.
  var isOfNull = false
  /// An `if` without `else`: nothing where it is put into text.
  var isNothing = false
}

/// `namespace()`: what assignments inside a loop may change.
final class Namespace {
  var values: [String: Item]

  init(_ values: [String: Item]) { self.values = values }
}

/// `loop` in a `for`.
final class LoopState {
  let items: [Value]
  var index = 0
  var lastChanged: [Value]?

  init(_ items: [Value]) { self.items = items }

  /// nil: there is no such attribute, or nothing before the first or after the last.
  func attribute(_ name: String) -> Value? {
    switch name {
    case "index": .int(index + 1)
    case "index0": .int(index)
    case "revindex": .int(items.count - index)
    case "revindex0": .int(items.count - index - 1)
    case "first": .bool(index == 0)
    case "last": .bool(index == items.count - 1)
    case "length": .int(items.count)
    // Only recursive loops, which there are none of here, are deeper.
    case "depth": .int(1)
    case "depth0": .int(0)
    case "previtem": index > 0 ? items[index - 1] : nil
    case "nextitem": index + 1 < items.count ? items[index + 1] : nil
    default: nil
    }
  }
}

/// A macro, with the template that it was written in.
final class Macro {
  let syntax: MacroSyntax
  let home: Interpreter
  /// The frames around a `call` block; a macro of its own has the template's outermost one.
  let frames: [[String: Item]]?

  init(_ syntax: MacroSyntax, home: Interpreter, frames: [[String: Item]]? = nil) {
    self.syntax = syntax
    self.home = home
    self.frames = frames
  }
}

extension Value {
  /// What a fault calls it.
  var typeName: String {
    switch self {
    case .null: "nothing (null)"
    case .bool: "a truth value"
    case .int: "a whole number"
    case .float: "a number"
    case .string: "text"
    case .list: "a list"
    case .map: "a map"
    }
  }

  /// Python's truth.
  var isTruthy: Bool {
    switch self {
    case .null: false
    case .bool(let bool): bool
    case .int(let number): number != 0
    case .float(let number): number != 0
    case .string(let text): !text.isEmpty
    case .list(let list): !list.isEmpty
    case .map(let map): !map.isEmpty
    }
  }

  /// As a number; Python counts true and false as 1 and 0.
  var number: Double? {
    switch self {
    case .bool(let bool): bool ? 1 : 0
    case .int(let number): Double(number)
    case .float(let number): number
    default: nil
    }
  }

  var integer: Int? {
    switch self {
    case .bool(let bool): bool ? 1 : 0
    case .int(let number): number
    default: nil
    }
  }

  /// Python's `==`: numbers by value, text by its characters whether or not they are secret.
  func equals(_ other: Value) -> Bool {
    switch (self, other) {
    case (.null, .null): true
    case (.string(let left), .string(let right)): left.string == right.string
    case (.list(let left), .list(let right)):
      left.count == right.count && zip(left, right).allSatisfy { $0.equals($1) }
    case (.map(let left), .map(let right)):
      left.count == right.count && left.allSatisfy { right[$0.key]?.equals($0.value) ?? false }
    default:
      if let left = integer, let right = other.integer {
        left == right
      } else if let left = number, let right = other.number {
        left == right
      } else {
        false
      }
    }
  }

  /// Python's `<`; nil where the two have no order.
  func precedes(_ other: Value) -> Bool? {
    switch (self, other) {
    case (.string(let left), .string(let right)):
      return left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
    case (.list(let left), .list(let right)):
      for (a, b) in zip(left, right) where !a.equals(b) { return a.precedes(b) }
      return left.count < right.count
    default:
      if let left = integer, let right = other.integer { return left < right }
      guard let left = number, let right = other.number else { return nil }
      return left < right
    }
  }

  /// The labels of every secret in it, for a text that is made of it; nil where there is none.
  var secretLabel: String? {
    guard isSecret else { return nil }
    var labels: [String] = []
    collectLabels(into: &labels)
    return labels.joined(separator: ", ")
  }

  private func collectLabels(into labels: inout [String]) {
    switch self {
    case .string(let text):
      for span in text.secrets where !labels.contains(span.label) { labels.append(span.label) }
    case .list(let list): for item in list { item.collectLabels(into: &labels) }
    case .map(let map): for entry in map { entry.value.collectLabels(into: &labels) }
    case .null, .bool, .int, .float: break
    }
  }

  /// Marked like the value that it was made from.
  func derived(from source: Value) -> Value {
    guard let label = source.secretLabel else { return self }
    return markedSecret(label)
  }
}
