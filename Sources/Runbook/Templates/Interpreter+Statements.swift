extension Interpreter {
  /// Renders statements one after the other.
  func render(_ statements: [Statement], into output: inout Text) throws(EvaluationFault) {
    for statement in statements { try render(statement, into: &output) }
  }

  private func render(_ statement: Statement, into output: inout Text) throws(EvaluationFault) {
    switch statement {
    case .text(let text): output.append(Text(text))
    case .output(let syntax): output.append(try shown(syntax))
    case .evaluate(let syntax): _ = try evaluate(syntax)
    case .branch(let branches, let otherwise):
      for branch in branches where try isTrue(branch.condition) {
        return try render(branch.body, into: &output)
      }
      try render(otherwise, into: &output)
    case .loop(let loop): try render(loop, into: &output)
    case .assign(let target, let syntax): try assign(target, try evaluate(syntax), at: syntax.place)
    case .assignBlock(let name, let filters, let body):
      let text = try filtered(
        try inFrame { interpreter throws(EvaluationFault) in try interpreter.rendered(body) }, by: filters)
      frames[frames.count - 1][name] = .value(.string(text))
    case .filtered(let filters, let body):
      let text = try inFrame { interpreter throws(EvaluationFault) in try interpreter.rendered(body) }
      output.append(try filtered(text, by: filters))
    case .scoped(let assignments, let body):
      let text = try inFrame { interpreter throws(EvaluationFault) in
        for (target, syntax) in assignments {
          try interpreter.assign(target, try interpreter.evaluate(syntax), at: syntax.place)
        }
        return try interpreter.rendered(body)
      }
      output.append(text)
    case .macro(let syntax): frames[frames.count - 1][syntax.name] = .macro(Macro(syntax, home: self))
    case .callBlock(let syntax, let block): output.append(try call(syntax, with: block))
    case .include(let syntax, let ignoresMissing):
      try include(syntax, ignoresMissing: ignoresMissing, into: &output)
    case .importAll(let syntax, let name):
      frames[frames.count - 1][name] = .module(try imported(syntax))
    case .importSome(let syntax, let names): try importSome(names, from: syntax)
    }
  }

  func rendered(_ statements: [Statement]) throws(EvaluationFault) -> Text {
    var text = Text("")
    try render(statements, into: &text)
    return text
  }

  /// Runs with one more frame of local names.
  private func inFrame(
    _ body: (Interpreter) throws(EvaluationFault) -> Text
  ) throws(EvaluationFault) -> Text {
    frames.append([:])
    defer { frames.removeLast() }
    return try body(self)
  }

  /// What `{{ }}` puts into text: null is nothing.
  func shown(_ syntax: Syntax) throws(EvaluationFault) -> Text {
    let item = try evaluate(syntax)
    if case .undefined(let undefined) = item, undefined.isNothing { return "" }
    let value = try force(item, at: syntax.place)
    if value == .null { return "" }
    guard !value.isOmitted else {
      throw fault("'omit' is no text: it must be the whole value", at: syntax.place)
    }
    return PythonText.string(value)
  }

  private func filtered(_ text: Text, by filters: Syntax?) throws(EvaluationFault) -> Text {
    guard let filters else { return text }
    frames.append([blockText: .value(.string(text))])
    defer { frames.removeLast() }
    return try shown(filters)
  }

  func assign(_ target: Target, _ item: Item, at place: Range<Int>) throws(EvaluationFault) {
    switch target {
    case .name(let name):
      // What is undefined may be given a name: it is a fault where that name is used.
      frames[frames.count - 1][name] = item
    case .member(let owner, let key, let place):
      guard case .namespace(let namespace) = try lookUp(owner, at: place) else {
        throw fault("'\(owner)' is no namespace(), so nothing can be set in it", at: place)
      }
      namespace.values[key] = item
    case .several(let targets, let targetPlace):
      let value = try force(item, at: place)
      guard let values = value.elements else {
        throw fault("\(value.typeName) cannot be taken apart into \(targets.count) names", at: targetPlace)
      }
      guard values.count == targets.count else {
        throw fault("\(values.count) values for \(targets.count) names", at: targetPlace)
      }
      for (target, value) in zip(targets, values) { try assign(target, .value(value), at: place) }
    }
  }

  private func render(_ syntax: LoopSyntax, into output: inout Text) throws(EvaluationFault) {
    let sequence = try value(syntax.sequence)
    guard var items = sequence.elements else {
      throw fault("a loop needs a list, found \(sequence.typeName)", at: syntax.sequence.place)
    }
    frames.append([:])
    defer { frames.removeLast() }
    if let condition = syntax.condition {
      var chosen: [Value] = []
      for item in items {
        frames[frames.count - 1] = [:]
        try assign(syntax.target, .value(item), at: syntax.sequence.place)
        if try isTrue(condition) { chosen.append(item) }
      }
      items = chosen
    }
    let loop = LoopState(items)
    for (index, item) in items.enumerated() {
      loop.index = index
      frames[frames.count - 1] = ["loop": .loop(loop)]
      try assign(syntax.target, .value(item), at: syntax.sequence.place)
      try render(syntax.body, into: &output)
    }
    frames[frames.count - 1] = [:]
    if items.isEmpty { try render(syntax.otherwise, into: &output) }
  }
}

/// The name under which a filter block's filters find their text: no name can be written like this.
let blockText = "(block)"
