/// One use of a filter, a test, a function or a method: its input and its arguments, bound to parameter names.
struct Call {
  let interpreter: Interpreter
  /// What faults call it: "filter 'join'".
  let title: String
  let place: Range<Int>
  var input: Item
  /// In the order of the parameters; nil where not given.
  var arguments: [Item?] = []
  /// What a variadic one takes beside its parameters.
  var rest: [Value] = []
  var named: [(name: String, value: Value)] = []

  func fault(_ message: String, hint: String? = nil) -> EvaluationFault {
    interpreter.fault("\(title): \(message)", at: place, hint: hint)
  }

  /// The input; an undefined one is a fault.
  var subject: Value {
    get throws(EvaluationFault) { try interpreter.force(input, at: place) }
  }

  /// The input as text: numbers and truth values are written out, as Python's `str` does.
  var text: Text {
    get throws(EvaluationFault) { PythonText.string(try subject) }
  }

  /// The input's items: a list's, a map's keys, a text's characters.
  var items: [Value] {
    get throws(EvaluationFault) { try items(of: try subject) }
  }

  func items(of value: Value) throws(EvaluationFault) -> [Value] {
    guard let items = value.elements else { throw fault("expected a list, found \(value.typeName)") }
    return items
  }

  var map: ValueMap {
    get throws(EvaluationFault) { try map(try subject) }
  }

  func map(_ value: Value) throws(EvaluationFault) -> ValueMap {
    guard case .map(let map) = value else { throw fault("expected a map, found \(value.typeName)") }
    return map
  }

  /// An argument that was given; an undefined one is a fault.
  func argument(_ index: Int) throws(EvaluationFault) -> Value? {
    guard index < arguments.count, let item = arguments[index] else { return nil }
    return try interpreter.force(item, at: place)
  }

  func required(_ index: Int, _ what: String) throws(EvaluationFault) -> Value {
    guard let value = try argument(index) else { throw fault("\(what) is missing") }
    return value
  }

  func string(_ index: Int) throws(EvaluationFault) -> String? {
    guard let value = try argument(index), value != .null else { return nil }
    guard case .string(let text) = value else {
      throw fault("expected text as argument, found \(value.typeName)")
    }
    return text.string
  }

  func integer(_ index: Int) throws(EvaluationFault) -> Int? {
    guard let value = try argument(index), value != .null else { return nil }
    guard let number = value.integer else {
      throw fault("expected a whole number as argument, found \(value.typeName)")
    }
    return number
  }

  func flag(_ index: Int, default fallback: Bool = false) throws(EvaluationFault) -> Bool {
    try argument(index)?.isTruthy ?? fallback
  }
}

extension Value {
  /// What iteration gives; nil where it cannot be iterated. Characters of a secret text are secret.
  var elements: [Value]? {
    switch self {
    case .list(let list): list
    case .map(let map): map.keys.map { .string($0) }
    case .string(let text): text.string.unicodeScalars.map { .string(text.derived(String($0))) }
    case .null, .bool, .int, .float: nil
    }
  }
}

/// The parameters of a filter, test or function: their names, and whether more may follow.
struct Signature: Sendable {
  let names: [String]
  let isVariadic: Bool
  let takesNames: Bool

  /// `"separator attribute"`; `*` at the end: any number of arguments, `**`: also any names.
  init(_ text: String) {
    let words = text.split(separator: " ").map { String($0) }
    names = words.filter { !$0.hasPrefix("*") }
    isVariadic = words.contains("*")
    takesNames = words.contains("**")
  }
}

extension Interpreter {
  /// Evaluates arguments and binds them to parameters.
  func bind(
    _ syntax: ArgumentSyntax, to signature: Signature, _ call: inout Call
  ) throws(EvaluationFault) {
    call.arguments = [Item?](repeating: nil, count: signature.names.count)
    var count = 0
    for argument in try positional(syntax) {
      if count < signature.names.count {
        call.arguments[count] = argument
      } else if signature.isVariadic {
        call.rest.append(try force(argument, at: call.place))
      } else {
        let most = signature.names.isEmpty ? "takes no arguments" : "takes at most \(signature.names.count)"
        throw call.fault("too many arguments, it \(most)")
      }
      count += 1
    }
    for (name, value) in try named(syntax) {
      if let index = signature.names.firstIndex(of: name) {
        guard call.arguments[index] == nil else { throw call.fault("'\(name)' is given twice") }
        call.arguments[index] = value
      } else if signature.takesNames {
        call.named.append((name, try force(value, at: call.place)))
      } else {
        let nearest = nearestName(to: name, among: signature.names)
        throw call.fault("there is no argument '\(name)'", hint: nearest.map { "did you mean '\($0)'?" })
      }
    }
  }

  func positional(_ syntax: ArgumentSyntax) throws(EvaluationFault) -> [Item] {
    var items: [Item] = []
    for argument in syntax.positional { items.append(try evaluate(argument)) }
    guard let spread = syntax.spreadList else { return items }
    guard let more = try value(spread).elements else { throw fault("'*' wants a list", at: spread.place) }
    return items + more.map { .value($0) }
  }

  func named(_ syntax: ArgumentSyntax) throws(EvaluationFault) -> [(name: String, value: Item)] {
    var items: [(name: String, value: Item)] = []
    for argument in syntax.named { items.append((argument.name, try evaluate(argument.value))) }
    guard let spread = syntax.spreadMap else { return items }
    guard case .map(let map) = try value(spread) else { throw fault("'**' wants a map", at: spread.place) }
    return items + map.map { ($0.key, .value($0.value)) }
  }

  func apply(
    _ filter: Filter, to input: Item, _ arguments: ArgumentSyntax, at place: Range<Int>
  ) throws(EvaluationFault) -> Item {
    var call = Call(interpreter: self, title: "filter '\(filter.name)'", place: place, input: input)
    try bind(arguments, to: filter.signature, &call)
    return try filter.body(call)
  }

  func test(
    _ rule: TestRule, _ input: Item, _ arguments: ArgumentSyntax, at place: Range<Int>
  ) throws(EvaluationFault) -> Bool {
    var call = Call(interpreter: self, title: "test '\(rule.name)'", place: place, input: input)
    try bind(arguments, to: rule.signature, &call)
    return try rule.body(call)
  }

  /// Applies a filter by name to a value, as `map('upper')` does.
  func apply(
    named name: String, to value: Value, _ rest: [Value], _ named: [(name: String, value: Value)],
    _ outer: Call
  ) throws(EvaluationFault) -> Value {
    guard let filter = Filter.named(name) else {
      throw outer.fault(
        "no filter is named '\(name)'",
        hint: nearestName(to: name, among: Filter.all.keys).map { "did you mean '\($0)'?" })
    }
    var call = Call(interpreter: self, title: "filter '\(name)'", place: outer.place, input: .value(value))
    try bind(Self.literals(rest, named, outer.place), to: filter.signature, &call)
    return try force(try filter.body(call), at: outer.place)
  }

  /// Runs a test by name on an item, as `select('search', …)` does.
  func test(named name: String, on item: Item, _ rest: [Value], _ outer: Call) throws(EvaluationFault) -> Bool
  {
    guard let rule = TestRule.named(name) else {
      throw outer.fault(
        "no test is named '\(name)'",
        hint: nearestName(to: name, among: TestRule.all.keys).map { "did you mean '\($0)'?" })
    }
    return try test(rule, item, Self.literals(rest, [], outer.place), at: outer.place)
  }

  private static func literals(
    _ rest: [Value], _ named: [(name: String, value: Value)], _ place: Range<Int>
  ) -> ArgumentSyntax {
    ArgumentSyntax(
      positional: rest.map { Syntax(kind: .literal($0), place: place) },
      named: named.map { ($0.name, Syntax(kind: .literal($0.value), place: place)) })
  }
}
