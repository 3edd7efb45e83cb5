extension ExpressionParser {
  mutating func primary() throws(Diagnostic) -> Syntax {
    let token = current
    switch token.kind {
    case .name(let name):
      advance()
      switch name {
      case "true", "True": return Syntax(kind: .literal(.bool(true)), place: token.place)
      case "false", "False": return Syntax(kind: .literal(.bool(false)), place: token.place)
      case "none", "None": return Syntax(kind: .literal(.null), place: token.place)
      default: return Syntax(kind: .name(name), place: token.place)
      }
    case .string(let first):
      advance()
      var text = first
      while case .string(let more) = current.kind {
        text += more
        advance()
      }
      return Syntax(kind: .literal(.string(text)), place: token.place)
    case .int(let number):
      advance()
      return Syntax(kind: .literal(.int(number)), place: token.place)
    case .float(let number):
      advance()
      return Syntax(kind: .literal(.float(number)), place: token.place)
    case .sign("("): return try parenthesized()
    case .sign("["): return try list()
    case .sign("{"): return try map()
    case .sign, .end: throw unexpected("a value")
    }
  }

  private mutating func parenthesized() throws(Diagnostic) -> Syntax {
    let start = advance().place.lowerBound
    if current.isSign(")") { return Syntax(kind: .list([]), place: start..<advance().place.upperBound) }
    let inside = try tuple()
    try expect(sign: ")")
    return inside
  }

  private mutating func list() throws(Diagnostic) -> Syntax {
    let start = advance().place.lowerBound
    var items: [Syntax] = []
    while !current.isSign("]") {
      items.append(try expression())
      if !current.isSign("]") { try expect(sign: ",") }
    }
    return Syntax(kind: .list(items), place: start..<advance().place.upperBound)
  }

  private mutating func map() throws(Diagnostic) -> Syntax {
    let start = advance().place.lowerBound
    var pairs: [(key: Syntax, value: Syntax)] = []
    while !current.isSign("}") {
      let key = try expression()
      try expect(sign: ":")
      pairs.append((key, try expression()))
      if !current.isSign("}") { try expect(sign: ",") }
    }
    return Syntax(kind: .map(pairs), place: start..<advance().place.upperBound)
  }

  mutating func postfix(_ value: Syntax) throws(Diagnostic) -> Syntax {
    var value = value
    while true {
      if current.isSign(".") || current.isSign("[") {
        value = try subscripted(value)
      } else if current.isSign("(") {
        let arguments = try arguments()
        value = Syntax(kind: .call(value, arguments), place: value.place)
      } else {
        return value
      }
    }
  }

  private mutating func subscripted(_ value: Syntax) throws(Diagnostic) -> Syntax {
    let start = value.place.lowerBound
    if skip(sign: ".") {
      let place = start..<current.place.upperBound
      switch advance().kind {
      case .name(let name): return Syntax(kind: .attribute(value, name), place: place)
      case .int(let number):
        let key = Syntax(kind: .literal(.int(number)), place: place)
        return Syntax(kind: .item(value, key), place: place)
      default: throw source.diagnostic(.template, "expected a name or a number after '.'", at: place)
      }
    }
    try expect(sign: "[")
    let first = current.isSign(":") ? nil : try expression()
    if let first, !current.isSign(":") {
      let end = current.place.upperBound
      try expect(sign: "]")
      return Syntax(kind: .item(value, first), place: start..<end)
    }
    try expect(sign: ":")
    let to = current.isSign(":") || current.isSign("]") ? nil : try expression()
    let step = skip(sign: ":") && !current.isSign("]") ? try expression() : nil
    let end = current.place.upperBound
    try expect(sign: "]")
    return Syntax(kind: .slice(value, from: first, to: to, step: step), place: start..<end)
  }

  /// `(a, b, c=1, *list, **map)`.
  mutating func arguments() throws(Diagnostic) -> ArgumentSyntax {
    try expect(sign: "(")
    var arguments = ArgumentSyntax()
    while !current.isSign(")") {
      let token = current
      if skip(sign: "*") {
        arguments.spreadList = try expression()
      } else if skip(sign: "**") {
        arguments.spreadMap = try expression()
      } else if case .name(let name) = token.kind, next.isSign("=") {
        advance()
        advance()
        arguments.named.append((name, try expression()))
      } else {
        guard arguments.named.isEmpty, arguments.spreadList == nil, arguments.spreadMap == nil else {
          throw source.diagnostic(
            .template, "an argument without a name follows one with a name", at: token.place)
        }
        arguments.positional.append(try expression())
      }
      if !current.isSign(")") { try expect(sign: ",") }
    }
    try expect(sign: ")")
    return arguments
  }

  /// `| filter(…)`, `is test …` and calls, as often as they come.
  mutating func filters(_ value: Syntax) throws(Diagnostic) -> Syntax {
    var value = value
    while true {
      if skip(sign: "|") {
        value = try filter(value)
      } else if current.isName("is") {
        advance()
        value = try test(value)
      } else if current.isSign("(") {
        value = Syntax(kind: .call(value, try arguments()), place: value.place)
      } else {
        return value
      }
    }
  }

  /// One filter, after its `|`.
  mutating func filter(_ value: Syntax) throws(Diagnostic) -> Syntax {
    let (name, place) = try dottedName()
    guard let filter = Filter.named(name) else {
      throw source.diagnostic(
        .template, "no filter is named '\(name)'", at: place,
        hint: nearestName(to: name, among: Filter.all.keys).map { "did you mean '\($0)'?" })
    }
    let arguments = current.isSign("(") ? try arguments() : ArgumentSyntax()
    return Syntax(kind: .filter(value, filter, arguments), place: place)
  }

  private mutating func test(_ value: Syntax) throws(Diagnostic) -> Syntax {
    let isNegated = skip(name: "not")
    let (name, place) = try dottedName()
    guard let rule = TestRule.named(name) else {
      throw source.diagnostic(
        .template, "no test is named '\(name)'", at: place,
        hint: nearestName(to: name, among: TestRule.all.keys).map { "did you mean '\($0)'?" })
    }
    var arguments = ArgumentSyntax()
    if current.isSign("(") {
      arguments = try self.arguments()
    } else if startsArgument {
      guard !current.isName("is") else { throw unexpected("one test at a time") }
      arguments.positional = [try postfix(try primary())]
    }
    let test = Syntax(kind: .test(value, rule, arguments), place: place)
    return isNegated ? Syntax(kind: .not(test), place: place) : test
  }

  /// Whether a test's one argument may stand here without parentheses.
  private var startsArgument: Bool {
    switch current.kind {
    case .name(let name): !["else", "or", "and", "if", "in", "not"].contains(name)
    case .string, .int, .float, .sign("["), .sign("{"): true
    case .sign, .end: false
    }
  }

  /// `name`, or `collection.of.name`, which stands for its last part where that is ours.
  private mutating func dottedName() throws(Diagnostic) -> (String, Range<Int>) {
    let start = current.place.lowerBound
    var name = try expectName()
    var end = start + name.utf8.count
    while skip(sign: ".") {
      end = current.place.upperBound
      name += ".\(try expectName())"
    }
    for prefix in ["ansible.builtin.", "ansible.utils.", "ansible.posix.", "community.general."]
    where name.utf8.starts(with: prefix.utf8) {
      name = String(name.dropFirst(prefix.count))
    }
    return (name, start..<end)
  }
}
