extension Interpreter {
  /// `callee(arguments)`: a macro, a function, a method of a value.
  func call(_ callee: Syntax, _ syntax: ArgumentSyntax, at place: Range<Int>) throws(EvaluationFault) -> Item
  {
    switch callee.kind {
    case .name(let name):
      if let local = local(name) { return try call(local, named: name, syntax, at: callee.place) }
      if let function = Function.all[name] {
        var call = Call(interpreter: self, title: "'\(name)'", place: place, input: .value(.null))
        try bind(syntax, to: function.signature, &call)
        return try function.body(call)
      }
      let nearest = nearestName(to: name, among: Array(Function.all.keys) + frames.flatMap { $0.keys })
      throw fault(
        "there is no function or macro '\(name)'", at: callee.place, code: .undefined,
        hint: nearest.map { "did you mean '\($0)'?" })
    case .attribute(let target, let name):
      return try callMember(name, of: target, syntax, at: callee.place)
    default:
      throw fault("only functions, macros and methods can be called", at: callee.place)
    }
  }

  private func call(
    _ item: Item, named name: String, _ syntax: ArgumentSyntax, at place: Range<Int>
  ) throws(EvaluationFault) -> Item {
    switch item {
    case .macro(let macro):
      return .value(
        .string(try expand(macro, try positional(syntax), try named(syntax), caller: nil, at: place)))
    case .loop: throw fault("recursive loops are not supported", at: place)
    default: throw fault("'\(name)' is not a function or a macro", at: place)
    }
  }

  private func callMember(
    _ name: String, of target: Syntax, _ syntax: ArgumentSyntax, at place: Range<Int>
  ) throws(EvaluationFault) -> Item {
    let owner = try evaluate(target)
    switch owner {
    case .module(let names):
      guard let item = names[name] else { break }
      return try call(item, named: name, syntax, at: place)
    case .loop(let loop):
      return try callLoop(loop, name, try positional(syntax), at: place)
    case .undefined: _ = try force(owner, at: place)
    default: break
    }
    if case .moment(let moment) = owner, let method = Moment.methods[name] {
      var call = Call(interpreter: self, title: "'.\(name)()'", place: place, input: owner)
      try bind(syntax, to: method.signature, &call)
      return try method.body(moment, call)
    }
    let value = try force(owner, at: target.place)
    guard let method = Method.find(name, of: value) else {
      let nearest = nearestName(to: name, among: Method.names(of: value))
      throw fault(
        "\(value.typeName) has no method '\(name)'", at: place, hint: nearest.map { "did you mean '\($0)'?" })
    }
    var call = Call(interpreter: self, title: "'.\(name)()'", place: place, input: .value(value))
    try bind(syntax, to: method.signature, &call)
    switch method.body {
    case .reading(let body): return try body(call)
    case .changing(let body):
      let (changed, result) = try body(call)
      try store(changed, in: target)
      return .value(result)
    }
  }

  private func callLoop(
    _ loop: LoopState, _ name: String, _ arguments: [Item], at place: Range<Int>
  ) throws(EvaluationFault) -> Item {
    var values: [Value] = []
    for argument in arguments { values.append(try force(argument, at: place)) }
    switch name {
    case "cycle":
      guard !values.isEmpty else { throw fault("'loop.cycle' needs something to go round", at: place) }
      return .value(values[loop.index % values.count])
    case "changed":
      defer { loop.lastChanged = values }
      guard let last = loop.lastChanged else { return .value(.bool(true)) }
      return .value(.bool(!Value.list(last).equals(.list(values))))
    default: throw fault("'loop' has no method '\(name)'", at: place)
    }
  }

  /// Puts a list or map that a method changed (`append`, `update`) back where it came from. Values here are not
  /// shared, so only the name that the method was called on sees the change.
  private func store(_ value: Value, in target: Syntax) throws(EvaluationFault) {
    switch target.kind {
    case .name(let name):
      let index = frames.lastIndex { $0[name] != nil } ?? 0
      frames[index][name] = .value(value)
    case .attribute(let owner, let key): try store(value, key, in: owner)
    case .item(let owner, let key): try store(value, try self.value(key), in: owner)
    default: break
    }
  }

  private func store(_ value: Value, _ key: String, in owner: Syntax) throws(EvaluationFault) {
    if case .namespace(let namespace) = try evaluate(owner) {
      namespace.values[key] = .value(value)
    } else {
      try store(value, .string(key), in: owner)
    }
  }

  private func store(_ value: Value, _ key: Value, in owner: Syntax) throws(EvaluationFault) {
    switch try self.value(owner) {
    case .map(var map):
      map[try self.key(key, at: owner.place)] = value
      try store(.map(map), in: owner)
    case .list(var list):
      guard let index = key.integer.map({ $0 < 0 ? $0 + list.count : $0 }), list.indices.contains(index)
      else { return }
      list[index] = value
      try store(.list(list), in: owner)
    default: break
    }
  }
}
