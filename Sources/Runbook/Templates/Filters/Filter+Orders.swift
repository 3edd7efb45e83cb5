extension Filter {
  /// Lists by their order, and as sets.
  static let orders: [Filter] = [
    Filter(
      "sort", "reverse case_sensitive attribute",
      "In order; text without regard to case unless `case_sensitive`.", sorted),
    Filter(
      "min", "case_sensitive attribute", "The least item.",
      { call throws(EvaluationFault) in try extreme(call, isLeast: true) }),
    Filter(
      "max", "case_sensitive attribute", "The greatest item.",
      { call throws(EvaluationFault) in try extreme(call, isLeast: false) }),
    Filter("sum", "attribute start", "The sum of its items.", sum),
    Filter(
      "groupby", "attribute default",
      "Lists of items that have one attribute in common, each with its value.", grouped),
    Filter(
      "unique", "case_sensitive attribute",
      "Each item once; text without regard to case unless `case_sensitive`.", unique),
    Filter("union", "other", "The items of both lists, each once.", union),
    Filter("intersect", "other", "The items that both lists have.", intersect),
    Filter("difference", "other", "The items that the other list does not have.", difference),
    Filter("symmetric_difference", "other", "The items that only one of the lists has.", symmetricDifference),
  ]
}

extension Call {
  /// Sorts by keys; throws where two keys have no order.
  func sort(_ pairs: [(key: Value, item: Value)], reverse: Bool) throws(EvaluationFault) -> [Value] {
    if let first = pairs.first {
      for pair in pairs where pair.key.precedes(first.key) == nil { throw unordered(pair.key, first.key) }
    }
    var unordered: (Value, Value)?
    let sorted = pairs.enumerated().sorted { left, right in
      let (a, b) = reverse ? (right, left) : (left, right)
      guard let precedes = a.element.key.precedes(b.element.key),
        let follows = b.element.key.precedes(a.element.key)
      else {
        unordered = (a.element.key, b.element.key)
        return false
      }
      if precedes || follows { return precedes }
      return left.offset < right.offset
    }
    if let unordered { throw self.unordered(unordered.0, unordered.1) }
    return sorted.map { $0.element.item }
  }

  private func unordered(_ left: Value, _ right: Value) -> EvaluationFault {
    fault("\(left.typeName) and \(right.typeName) have no order")
  }

  /// Without regard to case, unless the argument at `index` says otherwise.
  func folded(_ value: Value, sensitiveBy index: Int) throws(EvaluationFault) -> Value {
    guard case .string(let text) = value, try !flag(index) else { return value }
    return .string(text.derived(text.string.lowercased()))
  }
}

private func sorted(_ call: Call) throws(EvaluationFault) -> Item {
  let paths = try call.string(2)?.split(separator: ",").map { Value.string(String($0)) }
  var pairs: [(key: Value, item: Value)] = []
  for item in try call.items {
    guard let paths, !paths.isEmpty else {
      pairs.append((try call.folded(item, sensitiveBy: 1), item))
      continue
    }
    var keys: [Value] = []
    for path in paths {
      let value = try call.interpreter.force(try call.attribute(path, of: item), at: call.place)
      keys.append(try call.folded(value, sensitiveBy: 1))
    }
    pairs.append((keys.count == 1 ? keys[0] : .list(keys), item))
  }
  return .list(try call.sort(pairs, reverse: try call.flag(0)))
}

private func extreme(_ call: Call, isLeast: Bool) throws(EvaluationFault) -> Item {
  var pairs: [(key: Value, item: Value)] = []
  for item in try call.items {
    let key = try call.attribute(1, of: item)
    pairs.append((try call.folded(key, sensitiveBy: 0), item))
  }
  if let item = try call.sort(pairs, reverse: !isLeast).first { return .value(item) }
  return .undefined(Undefined(message: "there is no item: the list is empty", place: call.place))
}

private func sum(_ call: Call) throws(EvaluationFault) -> Item {
  var total = try call.argument(1) ?? .int(0)
  for item in try call.items {
    let value = try call.attribute(0, of: item)
    total = try call.interpreter.binary(.plus, total, value, at: call.place)
  }
  return .value(total)
}

private func grouped(_ call: Call) throws(EvaluationFault) -> Item {
  guard let path = try call.argument(0) else { throw call.fault("it needs an attribute's name") }
  let fallback = try call.argument(1)
  var groups: [(key: Value, item: Value)] = []
  for item in try call.items {
    let found = try call.attribute(path, of: item)
    let key: Value
    if case .undefined = found, let fallback {
      key = fallback
    } else {
      key = try call.interpreter.force(found, at: call.place)
    }
    let index = groups.firstIndex { $0.key.equals(key) }
    if let index, case .list(let items) = groups[index].item {
      groups[index].item = .list(items + [item])
    } else {
      groups.append((key, .list([item])))
    }
  }
  return .list(try call.sort(groups.map { ($0.key, .list([$0.key, $0.item])) }, reverse: false))
}

private func unique(_ call: Call) throws(EvaluationFault) -> Item {
  var seen = Seen()
  var chosen: [Value] = []
  for item in try call.items {
    let key = try call.attribute(1, of: item)
    if seen.insert(try call.folded(key, sensitiveBy: 0)) { chosen.append(item) }
  }
  return .list(chosen)
}

/// Values that were met before; texts by their characters, all else by comparison.
private struct Seen {
  private var texts: Set<String> = []
  private var others: [Value] = []

  mutating func insert(_ value: Value) -> Bool {
    if case .string(let text) = value { return texts.insert(text.string).inserted }
    guard !others.contains(where: { $0.equals(value) }) else { return false }
    others.append(value)
    return true
  }

  func contains(_ value: Value) -> Bool {
    if case .string(let text) = value { return texts.contains(text.string) }
    return others.contains { $0.equals(value) }
  }

  init(_ values: [Value] = []) { for value in values { _ = insert(value) } }
}

private func once(_ values: [Value]) -> [Value] {
  var seen = Seen()
  return values.filter { seen.insert($0) }
}

private func other(_ call: Call) throws(EvaluationFault) -> [Value] {
  try call.items(of: try call.required(0, "the other list"))
}

private func union(_ call: Call) throws(EvaluationFault) -> Item { .list(once(try call.items + other(call))) }

private func intersect(_ call: Call) throws(EvaluationFault) -> Item {
  let seen = Seen(try other(call))
  return .list(once(try call.items.filter { seen.contains($0) }))
}

private func difference(_ call: Call) throws(EvaluationFault) -> Item {
  let seen = Seen(try other(call))
  return .list(once(try call.items.filter { !seen.contains($0) }))
}

private func symmetricDifference(_ call: Call) throws(EvaluationFault) -> Item {
  let (left, right) = (try call.items, try other(call))
  let (inLeft, inRight) = (Seen(left), Seen(right))
  return .list(once(left.filter { !inRight.contains($0) } + right.filter { !inLeft.contains($0) }))
}
