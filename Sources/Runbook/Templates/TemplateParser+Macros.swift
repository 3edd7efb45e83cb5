extension TemplateParser {
  mutating func macro(_ tag: Tag) throws(Diagnostic) -> Statement {
    var parser = tag.parser
    let name = try parser.expectName()
    let parameters = try parser.parameters()
    try parser.expectEnd()
    return .macro(MacroSyntax(name: name, parameters: parameters, body: try body(of: tag, until: "endmacro")))
  }

  mutating func callBlock(_ tag: Tag) throws(Diagnostic) -> Statement {
    var parser = tag.parser
    let parameters = parser.current.isSign("(") ? try parser.parameters() : []
    let call = try parser.expression()
    try parser.expectEnd()
    let body = try body(of: tag, until: "endcall")
    return .callBlock(call, MacroSyntax(name: "caller", parameters: parameters, body: body))
  }

  mutating func include(_ tag: Tag) throws(Diagnostic) -> Statement {
    var parser = tag.parser
    let name = try parser.expression()
    var ignoresMissing = false
    if parser.skip(name: "ignore") {
      guard parser.skip(name: "missing") else { throw parser.unexpected("'missing'") }
      ignoresMissing = true
    }
    parser.skipContext()
    try parser.expectEnd()
    return .include(name, ignoresMissing: ignoresMissing)
  }

  mutating func importing(_ tag: Tag) throws(Diagnostic) -> Statement {
    var parser = tag.parser
    let template = try parser.expression()
    if tag.name == "import" {
      guard parser.skip(name: "as") else { throw parser.unexpected("'as'") }
      let name = try parser.expectName()
      parser.skipContext()
      try parser.expectEnd()
      return .importAll(template, as: name)
    }
    guard parser.skip(name: "import") else { throw parser.unexpected("'import'") }
    var names: [(name: String, alias: String)] = []
    while !parser.isAtEnd, !(parser.current.isName("with") || parser.current.isName("without")) {
      let name = try parser.expectName()
      names.append((name, parser.skip(name: "as") ? try parser.expectName() : name))
      guard parser.skip(sign: ",") else { break }
    }
    parser.skipContext()
    try parser.expectEnd()
    return .importSome(template, names)
  }
}

extension ExpressionParser {
  /// `with context`, `without context`: what is included sees the names around it in any case.
  mutating func skipContext() {
    guard current.isName("with") || current.isName("without"), next.isName("context") else { return }
    advance()
    advance()
  }

  /// `(a, b=1)`.
  mutating func parameters() throws(Diagnostic) -> [(name: String, fallback: Syntax?)] {
    var parameters: [(name: String, fallback: Syntax?)] = []
    try expect(sign: "(")
    while !current.isSign(")") {
      let name = try expectName()
      parameters.append((name, skip(sign: "=") ? try expression() : nil))
      if !current.isSign(")") { try expect(sign: ",") }
    }
    try expect(sign: ")")
    return parameters
  }

  /// The names of a loop or an assignment: `a`, `a, b`, `(a, b)`, `ns.x`.
  mutating func target(allowsMembers: Bool, isSingle: Bool = false) throws(Diagnostic) -> Target {
    let start = current.place.lowerBound
    var targets = [try oneTarget(allowsMembers: allowsMembers)]
    guard !isSingle, current.isSign(",") else { return targets[0] }
    while skip(sign: ",") {
      guard case .name(let name) = current.kind, name != "in" else {
        if current.isSign("(") {
          targets.append(try oneTarget(allowsMembers: allowsMembers))
          continue
        }
        break
      }
      targets.append(try oneTarget(allowsMembers: allowsMembers))
    }
    return .several(targets, place: start..<current.place.lowerBound)
  }

  private mutating func oneTarget(allowsMembers: Bool) throws(Diagnostic) -> Target {
    let place = current.place
    if skip(sign: "(") {
      let inside = try target(allowsMembers: allowsMembers)
      try expect(sign: ")")
      return inside
    }
    let name = try expectName()
    guard !["true", "false", "none", "True", "False", "None", "loop"].contains(name) else {
      throw source.diagnostic(.template, "'\(name)' cannot be given another value", at: place)
    }
    guard allowsMembers, skip(sign: ".") else { return .name(name) }
    let end = current.place.upperBound
    return .member(name, try expectName(), place: place.lowerBound..<end)
  }

  /// `| upper | trim` after `{% set x`; nil where there is none.
  mutating func blockFilters() throws(Diagnostic) -> Syntax? {
    guard !isAtEnd else { return nil }
    let filters = try filters(Syntax(kind: .name(blockText), place: current.place))
    try expectEnd()
    return filters
  }
}
