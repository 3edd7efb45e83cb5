extension Interpreter {
  /// A name's item: a local one, a variable of the scope, one that every template has.
  func lookUp(_ name: String, at place: Range<Int>) throws(EvaluationFault) -> Item {
    if let local = local(name) { return local }
    if let value = try scope.value(of: name) { return .value(value) }
    if name == "omit" { return .value(.omitted) }
    return .undefined(undefined(name, at: place))
  }

  func local(_ name: String) -> Item? {
    for frame in frames.reversed() {
      if let item = frame[name] { return item }
    }
    return nil
  }

  private func undefined(_ name: String, at place: Range<Int>) -> Undefined {
    if Function.all[name] != nil {
      return Undefined(message: "'\(name)' is a function: call it with (…)", place: place)
    }
    let nearest = nearestName(to: name, among: scope.names + frames.flatMap { $0.keys })
    return Undefined(
      message: "'\(name)' is undefined", place: place, hint: nearest.map { "did you mean '\($0)'?" })
  }

  /// `target.name` and, for a key that is text, `target['name']`.
  func member(
    _ name: String, of target: Syntax, isAttribute: Bool, at place: Range<Int>
  ) throws(EvaluationFault) -> Item {
    if case .name(let table) = target.kind, local(table) == nil,
      let inner = try scope.scope(of: table, key: name)
    {
      return .scope(inner)
    }
    return try member(name, of: try evaluate(target), described: described(target), at: place)
  }

  func member(
    _ name: String, of item: Item, described: String?, at place: Range<Int>
  ) throws(EvaluationFault) -> Item {
    let owner = described ?? "it"
    let missing = Undefined(message: "'\(owner)' has no '\(name)'", place: place)
    switch item {
    case .undefined: return item
    case .value(.map(let map)):
      if let value = map[name] { return .value(value) }
      let nearest = nearestName(to: name, among: map.keys)
      return .undefined(
        Undefined(
          message: described == nil ? "there is no key '\(name)'" : missing.message, place: place,
          hint: nearest.map { "did you mean '\($0)'?" }))
    case .value(.null):
      let message = "'\(owner)' is null, and so has no '\(name)'"
      return .undefined(Undefined(message: message, place: place, isOfNull: true))
    case .value(let value):
      return .undefined(
        Undefined(message: "'\(owner)' is \(value.typeName), and so has no '\(name)'", place: place))
    case .namespace(let namespace): return namespace.values[name] ?? .undefined(missing)
    case .loop(let loop): return loop.attribute(name).map { .value($0) } ?? .undefined(missing)
    case .module(let names): return names[name] ?? .undefined(missing)
    case .scope(let scope):
      if let value = try scope.value(of: name) { return .value(value) }
      return .undefined(missing)
    case .moment(let moment): return moment.attribute(name).map { .value($0) } ?? .undefined(missing)
    case .macro: return .undefined(missing)
    }
  }

  /// `target[key]`.
  func item(_ key: Syntax, of target: Syntax, at place: Range<Int>) throws(EvaluationFault) -> Item {
    let keyItem = try evaluate(key)
    if case .undefined = keyItem { return keyItem }
    let keyValue = try force(keyItem, at: key.place)
    if case .string(let text) = keyValue {
      return try member(text.string, of: target, isAttribute: false, at: place)
    }
    return try element(keyValue, of: try evaluate(target), described: described(target), at: place)
  }

  func element(
    _ key: Value, of item: Item, described: String?, at place: Range<Int>
  ) throws(EvaluationFault) -> Item {
    if case .string(let text) = key {
      return try member(text.string, of: item, described: described, at: place)
    }
    guard case .value(let value) = item, let index = key.integer else {
      return try member(try self.key(key, at: place), of: item, described: described, at: place)
    }
    let count: Int
    switch value {
    case .list(let list):
      count = list.count
      let place = index < 0 ? index + count : index
      if list.indices.contains(place) { return .value(list[place]) }
    case .string(let text):
      let scalars = Array(text.string.unicodeScalars)
      count = scalars.count
      let place = index < 0 ? index + count : index
      if scalars.indices.contains(place) { return .value(.string(text.derived(String(scalars[place])))) }
    default: return try member(String(index), of: item, described: described, at: place)
    }
    let owner = described ?? "it"
    return .undefined(
      Undefined(message: "'\(owner)' has no item \(index): it has \(count)", place: place))
  }

  /// A chain of names as written, for faults; nil where the expression is not one.
  func described(_ syntax: Syntax) -> String? {
    switch syntax.kind {
    case .name(let name): return name
    case .attribute(let target, let name): return described(target).map { "\($0).\(name)" }
    case .item(let target, let key):
      guard let owner = described(target) else { return nil }
      switch key.kind {
      case .literal(let value): return "\(owner)[\(PythonText.representation(value))]"
      case .name(let name): return "\(owner)[\(name)]"
      default: return "\(owner)[…]"
      }
    default: return nil
    }
  }

  func slice(
    _ target: Syntax, _ from: Syntax?, _ to: Syntax?, _ step: Syntax?, at place: Range<Int>
  ) throws(EvaluationFault) -> Value {
    let value = try value(target)
    var bounds: [Int?] = []
    for part in [from, to, step] {
      guard let part, case let bound = try self.value(part), bound != .null else {
        bounds.append(nil)
        continue
      }
      guard let number = bound.integer else {
        throw fault("a slice's bound must be a whole number, not \(bound.typeName)", at: part.place)
      }
      bounds.append(number)
    }
    guard bounds[2] != 0 else { throw fault("a slice's step cannot be 0", at: place) }
    switch value {
    case .list(let list):
      return .list(sliceIndices(bounds[0], bounds[1], bounds[2] ?? 1, count: list.count).map { list[$0] })
    case .string(let text):
      let scalars = Array(text.string.unicodeScalars)
      let chosen = sliceIndices(bounds[0], bounds[1], bounds[2] ?? 1, count: scalars.count).map {
        scalars[$0]
      }
      return .string(text.derived(String(String.UnicodeScalarView(chosen))))
    default: throw fault("\(value.typeName) cannot be sliced", at: place)
    }
  }
}

/// Which places Python's `[from:to:step]` takes of `count`.
private func sliceIndices(_ from: Int?, _ to: Int?, _ step: Int, count: Int) -> [Int] {
  func clamped(_ bound: Int, _ low: Int, _ high: Int) -> Int {
    min(max(bound < 0 ? bound + count : bound, low), high)
  }
  if step > 0 {
    let start = from.map { clamped($0, 0, count) } ?? 0
    let end = to.map { clamped($0, 0, count) } ?? count
    return Array(stride(from: start, to: end, by: step))
  }
  let start = from.map { clamped($0, -1, count - 1) } ?? count - 1
  let end = to.map { clamped($0, -1, count - 1) } ?? -1
  return Array(stride(from: start, to: end, by: step))
}
