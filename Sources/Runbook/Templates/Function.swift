/// A function that every template has.
struct Function: Sendable {
  typealias Body = @Sendable (Call) throws(EvaluationFault) -> Item

  let name: String
  let signature: Signature
  let words: String
  let body: Body

  init(_ name: String, _ parameters: String, _ words: String, _ body: @escaping Body) {
    self.name = name
    signature = Signature(parameters)
    self.words = words
    self.body = body
  }

  static let list: [Function] = [
    Function("range", "*", "Numbers from, to (not included), by steps.", range),
    Function("dict", "* **", "A map of names and values, or of pairs.", dict),
    Function("namespace", "* **", "What assignments inside loops may change.", namespace),
    Function("now", "utc fmt", "The time, or its text in a format.", now),
    Function(
      "lookup", "* **", "What a lookup finds: `lookup('file', 'motd.txt')`.",
      { call throws(EvaluationFault) in
        try Lookup.run(call, asList: false)
      }),
    Function(
      "query", "* **", "As `lookup`, always a list.",
      { call throws(EvaluationFault) in try Lookup.run(call, asList: true) }),
    Function(
      "q", "* **", "As `query`.", { call throws(EvaluationFault) in try Lookup.run(call, asList: true) }),
  ]

  static let all: [String: Function] = Dictionary(uniqueKeysWithValues: list.map { ($0.name, $0) })
}

private func range(_ call: Call) throws(EvaluationFault) -> Item {
  var numbers: [Int] = []
  for value in call.rest {
    guard let number = value.integer else {
      throw call.fault("expected a whole number, found \(value.typeName)")
    }
    numbers.append(number)
  }
  guard (1...3).contains(numbers.count) else { throw call.fault("it takes one, two or three numbers") }
  let (start, end) = numbers.count == 1 ? (0, numbers[0]) : (numbers[0], numbers[1])
  let step = numbers.count == 3 ? numbers[2] : 1
  guard step != 0 else { throw call.fault("the step cannot be 0") }
  guard Double(end) - Double(start) <= Double(1 << 20) * abs(Double(step)),
    Double(start) - Double(end) <= Double(1 << 20) * abs(Double(step))
  else { throw call.interpreter.tooLarge(at: call.place) }
  return .list(stride(from: start, to: end, by: step).map { .int($0) })
}

private func dict(_ call: Call) throws(EvaluationFault) -> Item { .value(.map(try pairs(call))) }

private func pairs(_ call: Call) throws(EvaluationFault) -> ValueMap {
  var result = ValueMap()
  for value in call.rest {
    if case .map(let map) = value {
      for (key, value) in map { result[key] = value }
      continue
    }
    for pair in try call.items(of: value) {
      guard case .list(let parts) = pair, parts.count == 2 else { throw call.fault("expected pairs") }
      result[try call.interpreter.key(parts[0], at: call.place)] = parts[1]
    }
  }
  for (name, value) in call.named { result[name] = value }
  return result
}

private func namespace(_ call: Call) throws(EvaluationFault) -> Item {
  var values: [String: Item] = [:]
  for (key, value) in try pairs(call) { values[key] = .value(value) }
  return .namespace(Namespace(values))
}

private func now(_ call: Call) throws(EvaluationFault) -> Item {
  let moment = Moment.now(isUTC: try call.flag(0))
  guard let format = try call.string(1) else { return .moment(moment) }
  return .text(moment.formatted(format))
}
