extension Filter {
  static let maps: [Filter] = [
    Filter("combine", "* **", "Maps as one, the later winning; `recursive=`, `list_merge=`.", combine),
    Filter("dict2items", "key_name value_name", "A map as a list of `key` and `value`.", toItems),
    Filter("items2dict", "key_name value_name", "A list of `key` and `value` as a map.", fromItems),
    Filter("items", "", "A map as a list of pairs.", pairs),
    Filter(
      "dictsort", "case_sensitive by reverse",
      "A map as a list of pairs, in order of its keys or, `by='value'`, values.", dictsort),
  ]
}

private func combine(_ call: Call) throws(EvaluationFault) -> Item {
  var (isRecursive, merge) = (false, "replace")
  for (name, value) in call.named {
    switch name {
    case "recursive": isRecursive = value.isTruthy
    case "list_merge": merge = PythonText.string(value).string
    default: throw call.fault("there is no argument '\(name)'")
    }
  }
  let merges = ["replace", "keep", "append", "prepend", "append_rp", "prepend_rp"]
  guard merges.contains(merge) else {
    throw call.fault("'\(merge)' is none of \(merges.map { "'\($0)'" }.joined(separator: ", "))")
  }
  var maps: [Value] = []
  for value in [try call.subject] + call.rest {
    if case .list(let inner) = value { maps += inner } else { maps.append(value) }
  }
  var result = ValueMap()
  for value in maps { result = combined(result, try call.map(value), isRecursive, merge) }
  return .value(.map(result))
}

private func combined(_ low: ValueMap, _ high: ValueMap, _ isRecursive: Bool, _ merge: String) -> ValueMap {
  var result = low
  for (key, value) in high {
    if isRecursive, case .map(let inner) = value, case .map(let before) = result[key] {
      result[key] = .map(combined(before, inner, true, merge))
    } else if case .list(let items) = value, case .list(let before) = result[key] {
      result[key] = .list(merged(before, items, merge))
    } else {
      result[key] = value
    }
  }
  return result
}

private func merged(_ before: [Value], _ items: [Value], _ merge: String) -> [Value] {
  let old = before.filter { item in !items.contains { $0.equals(item) } }
  switch merge {
  case "keep": return before
  case "append": return before + items
  case "prepend": return items + before
  case "append_rp": return old + items
  case "prepend_rp": return items + old
  default: return items
  }
}

private func toItems(_ call: Call) throws(EvaluationFault) -> Item {
  let (key, value) = (try call.string(0) ?? "key", try call.string(1) ?? "value")
  return .list(try call.map.map { .map([key: .string($0.key), value: $0.value]) })
}

private func fromItems(_ call: Call) throws(EvaluationFault) -> Item {
  let (keyName, valueName) = (try call.string(0) ?? "key", try call.string(1) ?? "value")
  var result = ValueMap()
  for item in try call.items {
    let map = try call.map(item)
    guard let key = map[keyName], let value = map[valueName] else {
      throw call.fault("each item needs '\(keyName)' and '\(valueName)'")
    }
    result[try call.interpreter.key(key, at: call.place)] = value
  }
  return .value(.map(result))
}

private func pairs(_ call: Call) throws(EvaluationFault) -> Item {
  .list(try call.map.map { .list([.string($0.key), $0.value]) })
}

private func dictsort(_ call: Call) throws(EvaluationFault) -> Item {
  let by = try call.string(1) ?? "key"
  guard by == "key" || by == "value" else { throw call.fault("'by' is 'key' or 'value', not '\(by)'") }
  var pairs: [(key: Value, item: Value)] = []
  for (key, value) in try call.map {
    let sortKey = by == "key" ? Value.string(key) : value
    pairs.append((try call.folded(sortKey, sensitiveBy: 0), .list([.string(key), value])))
  }
  return .list(try call.sort(pairs, reverse: try call.flag(2)))
}
