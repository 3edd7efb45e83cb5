extension Filter {
  static let lists: [Filter] =
    [
      Filter("length", "", "How many items, keys or characters it has.", length),
      Filter("list", "", "A list of its items, keys or characters.", list),
      Filter("first", "", "Its first item.", first),
      Filter("last", "", "Its last item.", last),
      Filter("join", "d attribute", "Its items as one text, with `d` between them.", join),
      Filter("reverse", "", "The other way round: a list or a text.", reverse),
      Filter("flatten", "levels skip_nulls", "Lists in lists as one list.", flatten),
      Filter("zip", "*", "Items of several lists side by side, as far as the shortest goes.", zipped),
      Filter(
        "zip_longest", "* **", "Items of several lists side by side, filled up with `fillvalue`.",
        zippedLongest),
      Filter("product", "*", "Every combination of items of several lists.", product),
      Filter("combinations", "r", "Every choice of `r` items.", combinations),
      Filter("permutations", "r", "Every order of `r` items.", permutations),
      Filter("batch", "linecount fill_with", "Lists of `linecount` items each.", batch),
      Filter("slice", "slices fill_with", "As many lists as `slices` says.", sliced),
      Filter(
        "subelements", "subelements skip_missing", "Each item beside each item of a list in it.", subelements),
      Filter("map", "* **", "A filter, or `attribute=`, on every item.", mapped),
      Filter(
        "select", "*", "The items for which a test holds.",
        { call throws(EvaluationFault) in try choose(call, true) }),
      Filter(
        "reject", "*", "The items for which a test does not hold.",
        { call throws(EvaluationFault) in try choose(call, false) }),
      Filter(
        "selectattr", "*", "The items for whose attribute a test holds.",
        { call throws(EvaluationFault) in try chooseByAttribute(call, true) }),
      Filter(
        "rejectattr", "*", "The items for whose attribute a test does not hold.",
        { call throws(EvaluationFault) in try chooseByAttribute(call, false) }),
    ] + orders
}

private func length(_ call: Call) throws(EvaluationFault) -> Item {
  switch try call.subject {
  case .string(let text): return .value(.int(text.string.unicodeScalars.count))
  case .map(let map): return .value(.int(map.count))
  case .list(let list): return .value(.int(list.count))
  default: return .value(.int(try call.items.count))
  }
}

private func list(_ call: Call) throws(EvaluationFault) -> Item { .list(try call.items) }

private func first(_ call: Call) throws(EvaluationFault) -> Item {
  if let item = try call.items.first { return .value(item) }
  return .undefined(Undefined(message: "there is no first item: the list is empty", place: call.place))
}

private func last(_ call: Call) throws(EvaluationFault) -> Item {
  if let item = try call.items.last { return .value(item) }
  return .undefined(Undefined(message: "there is no last item: the list is empty", place: call.place))
}

private func join(_ call: Call) throws(EvaluationFault) -> Item {
  let separator = try call.argument(0).map { PythonText.string($0) } ?? ""
  var text = Text("")
  for (index, item) in try call.items.enumerated() {
    if index > 0 { text.append(separator) }
    text.append(PythonText.string(try call.attribute(1, of: item)))
  }
  return .value(.string(text))
}

private func reverse(_ call: Call) throws(EvaluationFault) -> Item {
  if case .string(let text) = try call.subject {
    return .value(
      .string(text.derived(String(String.UnicodeScalarView(text.string.unicodeScalars.reversed())))))
  }
  return .list(try call.items.reversed())
}

private func flatten(_ call: Call) throws(EvaluationFault) -> Item {
  let skipsNulls = try call.flag(1, default: true)
  func flat(_ items: [Value], _ levels: Int?) -> [Value] {
    items.flatMap { item -> [Value] in
      if skipsNulls, item == .null || item.text?.string == "None" || item.text?.string == "null" { return [] }
      guard case .list(let inner) = item, levels != 0 else { return [item] }
      return flat(inner, levels.map { $0 - 1 })
    }
  }
  return .list(flat(try call.items, try call.integer(0)))
}

private func columns(_ call: Call) throws(EvaluationFault) -> [[Value]] {
  var columns = [try call.items]
  for value in call.rest { columns.append(try call.items(of: value)) }
  return columns
}

private func zipped(_ call: Call) throws(EvaluationFault) -> Item {
  let columns = try columns(call)
  let count = columns.map { $0.count }.min() ?? 0
  return .list((0..<count).map { index in .list(columns.map { $0[index] }) })
}

private func zippedLongest(_ call: Call) throws(EvaluationFault) -> Item {
  let columns = try columns(call)
  if let other = call.named.first(where: { $0.name != "fillvalue" }) {
    throw call.fault("there is no argument '\(other.name)'")
  }
  let filler = call.named.first?.value ?? .null
  let count = columns.map { $0.count }.max() ?? 0
  return .list((0..<count).map { index in .list(columns.map { index < $0.count ? $0[index] : filler }) })
}

private func product(_ call: Call) throws(EvaluationFault) -> Item {
  var rows: [[Value]] = [[]]
  for column in try columns(call) {
    guard rows.count * column.count <= 1 << 18 else { throw call.interpreter.tooLarge(at: call.place) }
    rows = rows.flatMap { row in column.map { row + [$0] } }
  }
  return .list(rows.map { .list($0) })
}

private func combinations(_ call: Call) throws(EvaluationFault) -> Item {
  let items = try call.items
  guard let size = try call.integer(0), size >= 0 else { throw call.fault("it needs how many") }
  guard items.count <= 24 else { throw call.interpreter.tooLarge(at: call.place) }
  func choose(_ size: Int, _ items: ArraySlice<Value>) -> [[Value]] {
    if size == 0 { return [[]] }
    guard let first = items.first else { return [] }
    return choose(size - 1, items.dropFirst()).map { [first] + $0 } + choose(size, items.dropFirst())
  }
  return .list(choose(size, items[...]).map { .list($0) })
}

private func permutations(_ call: Call) throws(EvaluationFault) -> Item {
  let items = try call.items
  let size = try call.integer(0) ?? items.count
  guard items.count <= 8 else { throw call.interpreter.tooLarge(at: call.place) }
  func arrange(_ size: Int, _ items: [Value]) -> [[Value]] {
    if size <= 0 { return [[]] }
    return items.indices.flatMap { index -> [[Value]] in
      var others = items
      let item = others.remove(at: index)
      return arrange(size - 1, others).map { [item] + $0 }
    }
  }
  return .list(size > items.count ? [] : arrange(size, items).map { .list($0) })
}

private func batch(_ call: Call) throws(EvaluationFault) -> Item {
  let items = try call.items
  guard let size = try call.integer(0), size > 0 else {
    throw call.fault("it needs how many items a list has")
  }
  let filler = try call.argument(1)
  var rows: [Value] = []
  for start in stride(from: 0, to: items.count, by: size) {
    var row = Array(items[start..<min(start + size, items.count)])
    if let filler, filler != .null { row += [Value](repeating: filler, count: size - row.count) }
    rows.append(.list(row))
  }
  return .list(rows)
}

private func sliced(_ call: Call) throws(EvaluationFault) -> Item {
  let items = try call.items
  guard let count = try call.integer(0), count > 0, count < 1 << 16 else {
    throw call.fault("it needs how many lists")
  }
  let filler = try call.argument(1)
  let (size, rest) = (items.count / count, items.count % count)
  var (rows, start): ([Value], Int) = ([], 0)
  for index in 0..<count {
    let end = start + size + (index < rest ? 1 : 0)
    var row = Array(items[start..<end])
    if let filler, filler != .null, index >= rest { row.append(filler) }
    rows.append(.list(row))
    start = end
  }
  return .list(rows)
}

private func subelements(_ call: Call) throws(EvaluationFault) -> Item {
  let subject = try call.subject
  let items: [Value] = if case .map(let map) = subject { map.map { $0.value } } else { try call.items }
  let path = try call.required(0, "the name of the list")
  let keys: [Value] =
    if case .list(let keys) = path { keys } else {
      PythonText.string(path).string.split(separator: ".").map { .string(String($0)) }
    }
  let skipsMissing = try call.flag(1)
  var rows: [Value] = []
  for item in items {
    var inner = Item.value(item)
    for key in keys { inner = try call.interpreter.element(key, of: inner, described: nil, at: call.place) }
    if case .undefined = inner, skipsMissing { continue }
    guard case .list(let list) = try call.interpreter.force(inner, at: call.place) else {
      throw call.fault("'\(PythonText.string(path))' is not a list")
    }
    rows += list.map { .list([item, $0]) }
  }
  return .list(rows)
}

private func mapped(_ call: Call) throws(EvaluationFault) -> Item {
  var values: [Value] = []
  if let attribute = call.named.first(where: { $0.name == "attribute" })?.value {
    let fallback = call.named.first { $0.name == "default" }?.value
    for item in try call.items {
      let found = try call.attribute(attribute, of: item)
      if case .undefined = found, let fallback {
        values.append(fallback)
      } else {
        values.append(try call.interpreter.force(found, at: call.place))
      }
    }
    return .list(values)
  }
  guard case .string(let name) = call.rest.first else {
    throw call.fault("it needs a filter's name, or attribute=")
  }
  let rest = Array(call.rest.dropFirst())
  for item in try call.items {
    values.append(try call.interpreter.apply(named: plainName(name.string), to: item, rest, call.named, call))
  }
  return .list(values)
}

/// A filter's or test's name without its collection.
func plainName(_ name: String) -> String { name.split(separator: ".").last.map { String($0) } ?? name }

private func choose(_ call: Call, _ wanted: Bool) throws(EvaluationFault) -> Item {
  var chosen: [Value] = []
  for item in try call.items where try holds(.value(item), call.rest[...], call) == wanted {
    chosen.append(item)
  }
  return .list(chosen)
}

private func chooseByAttribute(_ call: Call, _ wanted: Bool) throws(EvaluationFault) -> Item {
  guard let attribute = call.rest.first else { throw call.fault("it needs an attribute's name") }
  var chosen: [Value] = []
  for item in try call.items {
    let value = try call.attribute(attribute, of: item)
    if try holds(value, call.rest.dropFirst(), call) == wanted { chosen.append(item) }
  }
  return .list(chosen)
}

/// Whether the test that the words name holds; without one, whether the item counts as true.
private func holds(_ item: Item, _ words: ArraySlice<Value>, _ call: Call) throws(EvaluationFault) -> Bool {
  guard let first = words.first else { return try call.interpreter.force(item, at: call.place).isTruthy }
  guard case .string(let name) = first else { throw call.fault("a test's name must be text") }
  return try call.interpreter.test(named: plainName(name.string), on: item, Array(words.dropFirst()), call)
}

extension Call {
  /// `a.b.0` of an item, as `attribute=` names it; undefined where it is not there.
  func attribute(_ path: Value, of item: Value) throws(EvaluationFault) -> Item {
    guard case .string(let text) = path else {
      return try interpreter.element(path, of: .value(item), described: nil, at: place)
    }
    var found = Item.value(item)
    for part in text.string.split(separator: ".") {
      let key: Value = Int(part).map { .int($0) } ?? .string(String(part))
      found = try interpreter.element(key, of: found, described: nil, at: place)
    }
    return found
  }

  /// The item, or its attribute where the argument at `index` names one.
  func attribute(_ index: Int, of item: Value) throws(EvaluationFault) -> Value {
    guard let path = try argument(index), path != .null else { return item }
    return try interpreter.force(try attribute(path, of: item), at: place)
  }
}
