/// `lookup('kind', …)`: values from the control machine.
struct Lookup: Sendable {
  let name: String
  let words: String
  /// Finds the values for the terms; options are the named arguments.
  let body: @Sendable (_ terms: [Value], _ call: Call) throws(EvaluationFault) -> [Value]

  static let list: [Lookup] = [
    Lookup(name: "dict", words: "A map as a list of `key` and `value`.", body: fromMaps),
    Lookup(
      name: "env", words: "A variable of this process's environment; `default=` where it is not set.",
      body: environment),
    Lookup(
      name: "file", words: "A text file of the control machine, without blanks at its end.",
      body: Lookup.files),
    Lookup(
      name: "fileglob", words: "Files of the control machine whose name fits a pattern.",
      body: Lookup.matchingFiles),
    Lookup(
      name: "first_found", words: "The first of several files of the control machine that is there.",
      body: Lookup.firstFound),
    Lookup(name: "items", words: "Its terms, lists in them taken apart.", body: flattened),
    Lookup(name: "list", words: "Its terms.", body: { terms, _ in terms }),
    Lookup(
      name: "sequence", words: "Not supported: use `range`.",
      body: { _, call throws(EvaluationFault) in
        throw call.fault("the lookup 'sequence' is not supported", hint: "use range(…)")
      }),
    Lookup(
      name: "template", words: "A template file of the control machine, rendered.", body: Lookup.templates),
    Lookup(name: "varnames", words: "Names of variables that a pattern fits.", body: variableNames),
    Lookup(name: "vars", words: "Variables by name; `default=` where there is none.", body: variables),
  ]

  /// Lookups that run programs or write files on the control machine, and what to do instead.
  private static let refused = [
    "pipe": "run a command step with 'delegate: control', and register what it prints",
    "password": "keep the password in the vault",
    "url": "fetch it by an http step",
  ]

  static func run(_ call: Call, asList: Bool) throws(EvaluationFault) -> Item {
    guard case .string(let text) = call.rest.first else { throw call.fault("it needs the name of a lookup") }
    let name = plainName(text.string)
    guard let lookup = list.first(where: { $0.name == name }) else {
      let nearest = nearestName(to: name, among: list.map { $0.name }).map { "did you mean '\($0)'?" }
      let words =
        refused[name] == nil ? "no lookup is named '\(name)'" : "the lookup '\(name)' is not supported"
      throw call.fault(words, hint: refused[name] ?? nearest)
    }
    let values = try lookup.body(Array(call.rest.dropFirst()), call)
    let wantsList = call.named.first { $0.name == "wantlist" }?.value.isTruthy ?? false
    if asList || wantsList { return .list(values) }
    guard values.count != 1, !values.isEmpty else { return .value(values.first ?? .string("")) }
    if values.allSatisfy({ $0.text != nil }) {
      var joined = Text("")
      for (index, value) in values.enumerated() {
        joined.append((index > 0 ? "," : "") + PythonText.string(value))
      }
      return .value(.string(joined))
    }
    return .list(values)
  }
}

extension Call {
  fileprivate func option(_ name: String) -> Value? { named.first { $0.name == name }?.value }

  fileprivate func name(_ value: Value) throws(EvaluationFault) -> String {
    guard case .string(let text) = value else { throw fault("expected a name, found \(value.typeName)") }
    return text.string
  }
}

private func fromMaps(_ terms: [Value], _ call: Call) throws(EvaluationFault) -> [Value] {
  var items: [Value] = []
  for term in terms { items += try call.map(term).map { .map(["key": .string($0.key), "value": $0.value]) } }
  return items
}

private func environment(_ terms: [Value], _ call: Call) throws(EvaluationFault) -> [Value] {
  var values: [Value] = []
  for term in terms {
    let name = try call.name(term)
    let value = call.interpreter.environment.processVariable(name).map { Value.string($0) }
    values.append(value ?? call.option("default") ?? .string(""))
  }
  return values
}

private func variables(_ terms: [Value], _ call: Call) throws(EvaluationFault) -> [Value] {
  var values: [Value] = []
  for term in terms {
    let item = try call.interpreter.lookUp(try call.name(term), at: call.place)
    if case .undefined = item, let fallback = call.option("default") {
      values.append(fallback)
    } else {
      values.append(try call.interpreter.force(item, at: call.place))
    }
  }
  return values
}

private func variableNames(_ terms: [Value], _ call: Call) throws(EvaluationFault) -> [Value] {
  var names: [String] = []
  let known = Set(call.interpreter.scope.names).sorted()
  for term in terms {
    let regex = try call.regex(try call.name(term), ignoresCase: false, isMultiline: false)
    names += known.filter { $0.firstMatch(of: regex) != nil }
  }
  return names.map { .string($0) }
}

private func flattened(_ terms: [Value], _ call: Call) throws(EvaluationFault) -> [Value] {
  terms.flatMap { term -> [Value] in if case .list(let items) = term { items } else { [term] } }
}
