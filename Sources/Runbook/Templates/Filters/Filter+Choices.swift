extension Filter {
  static let choices: [Filter] = [
    Filter(
      "default", "value boolean", "Another value where it is undefined; with `true`, also where it is empty.",
      byDefault),
    Filter("ternary", "yes no null", "One of two values by its truth; a third for null.", ternary),
    Filter("mandatory", "message", "Itself; a fault where it is undefined.", mandatory),
    Filter("bool", "", "True for `true`, `yes`, `on`, `1`, `y`, `t`; false for all else.", boolean),
    Filter("type_debug", "", "The name of its type in Python.", typeName),
    Filter(
      "extract", "container *", "What a container has under this key, then under further keys.", extract),
    Filter(
      "random", "start step seed",
      "One item, or a number below it; only with `seed`, so that it stays the same.", random),
  ]
}

private func byDefault(_ call: Call) throws(EvaluationFault) -> Item {
  let fallback = call.arguments[0] ?? .text("")
  switch call.input {
  case .undefined(let undefined):
    if undefined.isOfNull { _ = try call.subject }
    return fallback
  case .value(let value):
    return try call.flag(1) && !value.isTruthy ? fallback : call.input
  default: return call.input
  }
}

private func ternary(_ call: Call) throws(EvaluationFault) -> Item {
  let value = try call.subject
  guard let yes = call.arguments[0], let no = call.arguments[1] else {
    throw call.fault("it needs two values")
  }
  if value == .null, let null = call.arguments[2] { return null }
  return value.isTruthy ? yes : no
}

private func mandatory(_ call: Call) throws(EvaluationFault) -> Item {
  if case .undefined(let undefined) = call.input {
    if let message = try call.string(0) {
      throw call.interpreter.fault(message, at: undefined.place, code: .undefined)
    }
    _ = try call.subject
  }
  return call.input
}

private func boolean(_ call: Call) throws(EvaluationFault) -> Item {
  switch try call.subject {
  case .bool(let bool): return .value(.bool(bool))
  case .int(let number): return .value(.bool(number == 1))
  case .float(let number): return .value(.bool(number == 1))
  case .string(let text):
    return .value(.bool(["yes", "on", "1", "true", "t", "y"].contains(text.string.lowercased())))
  default: return .value(.bool(false))
  }
}

private func typeName(_ call: Call) throws(EvaluationFault) -> Item {
  switch try call.subject {
  case .null: .text("NoneType")
  case .bool: .text("bool")
  case .int: .text("int")
  case .float: .text("float")
  case .string: .text("str")
  case .list: .text("list")
  case .map: .text("dict")
  }
}

private func extract(_ call: Call) throws(EvaluationFault) -> Item {
  let container = try call.required(0, "the container")
  var item = try call.interpreter.element(
    try call.subject, of: .value(container), described: nil, at: call.place)
  for key in call.rest.flatMap({ key -> [Value] in if case .list(let keys) = key { keys } else { [key] } }) {
    item = try call.interpreter.element(key, of: item, described: nil, at: call.place)
  }
  return item
}

private func random(_ call: Call) throws(EvaluationFault) -> Item {
  guard let seed = try call.argument(2) else {
    throw call.fault("give a seed: without one, every run would find something to change")
  }
  let digest = Digest.sha256(Array(PythonText.string(seed).string.utf8))
  let number = digest.prefix(7).reduce(0) { $0 << 8 | Int($1) }
  if let end = try call.subject.integer {
    let start = try call.integer(0) ?? 0
    let step = try call.integer(1) ?? 1
    guard step > 0, end > start else { throw call.fault("there is no number to choose from") }
    return .value(.int(start + number % ((end - start + step - 1) / step) * step))
  }
  let items = try call.items
  guard !items.isEmpty else { throw call.fault("there is nothing to choose from") }
  return .value(items[number % items.count])
}
