/// Puts a template's pieces together as statements.
struct TemplateParser {
  let source: TemplateSource
  private let pieces: [TemplatePiece]
  private var index = 0
  private var depth = 0

  init(_ source: TemplateSource, _ pieces: [TemplatePiece]) {
    self.source = source
    self.pieces = pieces
  }

  /// A block's words, its name already read.
  struct Tag {
    var name: String
    var parser: ExpressionParser
    var place: Range<Int>
  }

  mutating func program() throws(Diagnostic) -> [Statement] {
    let (statements, end) = try statements(until: [])
    if let end { throw source.diagnostic(.template, "'\(end.name)' ends nothing", at: end.place) }
    return statements
  }

  /// Statements up to a block with one of these names; nil: up to the end of the template.
  mutating func statements(until ends: Set<String>) throws(Diagnostic) -> ([Statement], end: Tag?) {
    var statements: [Statement] = []
    while index < pieces.count {
      let piece = pieces[index]
      index += 1
      switch piece {
      case .text(let text): statements.append(.text(text))
      case .output(let tokens):
        var parser = ExpressionParser(source, tokens)
        statements.append(.output(try parser.tuple()))
        try parser.expectEnd()
      case .block(let tokens, let place):
        var parser = ExpressionParser(source, tokens)
        let place = tokens.first.map { $0.place } ?? place
        let tag = Tag(name: try parser.expectName(), parser: parser, place: place)
        if ends.contains(tag.name) || Self.closers.contains(tag.name) { return (statements, tag) }
        depth += 1
        defer { depth -= 1 }
        guard depth < 60 else {
          throw source.diagnostic(.template, "blocks are nested too deeply", at: place)
        }
        statements += try statement(tag)
      }
    }
    return (statements, nil)
  }

  private static let closers: Set<String> = [
    "endif", "elif", "else", "endfor", "endset", "endmacro", "endcall", "endfilter", "endwith", "endblock",
    "endraw",
  ]
  private static let openers = [
    "if", "for", "set", "with", "macro", "call", "filter", "include", "import", "from", "do", "block", "raw",
  ]

  private mutating func statement(_ tag: Tag) throws(Diagnostic) -> [Statement] {
    switch tag.name {
    case "if": return [try branch(tag)]
    case "for": return [try loop(tag)]
    case "set": return [try assignment(tag)]
    case "with": return [try scoped(tag)]
    case "macro": return [try macro(tag)]
    case "call": return [try callBlock(tag)]
    case "filter": return [try filterBlock(tag)]
    case "include": return [try include(tag)]
    case "import", "from": return [try importing(tag)]
    case "do":
      var parser = tag.parser
      let expression = try parser.tuple()
      try parser.expectEnd()
      return [.evaluate(expression)]
    case "block":
      var parser = tag.parser
      _ = try parser.expectName()
      return try body(of: tag, until: "endblock")
    case "extends", "autoescape", "trans", "break", "continue":
      throw source.diagnostic(.template, "'\(tag.name)' is not supported", at: tag.place)
    default:
      let nearest = nearestName(to: tag.name, among: Self.openers)
      throw source.diagnostic(
        .template, "there is no block '\(tag.name)'", at: tag.place,
        hint: nearest.map { "did you mean '\($0)'?" })
    }
  }

  /// The statements of a block with one end.
  mutating func body(of tag: Tag, until end: String) throws(Diagnostic) -> [Statement] {
    let (body, closing) = try statements(until: [end])
    try check(closing, ends: tag, with: [end])
    return body
  }

  func check(_ closing: Tag?, ends tag: Tag, with names: [String]) throws(Diagnostic) {
    guard let closing else {
      throw source.diagnostic(.template, "'\(tag.name)' has no '\(names.last ?? "end")'", at: tag.place)
    }
    guard names.contains(closing.name) else {
      let line = source.position(of: tag.place).line
      throw source.diagnostic(
        .template, "'\(closing.name)' cannot end '\(tag.name)', which began in line \(line)",
        at: closing.place,
        hint: "close it with '\(names.last ?? "end")'")
    }
  }

  private mutating func branch(_ tag: Tag) throws(Diagnostic) -> Statement {
    var branches: [(condition: Syntax, body: [Statement])] = []
    var current = tag
    while true {
      let condition = try current.parser.tuple()
      try current.parser.expectEnd()
      let (body, closing) = try statements(until: ["elif", "else", "endif"])
      branches.append((condition, body))
      try check(closing, ends: tag, with: ["elif", "else", "endif"])
      guard let closing else { break }
      if closing.name == "elif" {
        current = closing
      } else if closing.name == "else" {
        return .branch(branches, otherwise: try self.body(of: tag, until: "endif"))
      } else {
        break
      }
    }
    return .branch(branches, otherwise: [])
  }

  private mutating func loop(_ tag: Tag) throws(Diagnostic) -> Statement {
    var parser = tag.parser
    let target = try parser.target(allowsMembers: false)
    guard parser.skip(name: "in") else { throw parser.unexpected("'in'") }
    let sequence = try parser.tuple(allowsConditional: false)
    let condition = parser.skip(name: "if") ? try parser.expression() : nil
    if parser.current.isName("recursive") {
      throw source.diagnostic(.template, "recursive loops are not supported", at: parser.current.place)
    }
    try parser.expectEnd()
    let (body, closing) = try statements(until: ["else", "endfor"])
    try check(closing, ends: tag, with: ["else", "endfor"])
    let otherwise = closing?.name == "else" ? try self.body(of: tag, until: "endfor") : []
    return .loop(
      LoopSyntax(target: target, sequence: sequence, condition: condition, body: body, otherwise: otherwise))
  }

  private mutating func assignment(_ tag: Tag) throws(Diagnostic) -> Statement {
    var parser = tag.parser
    let target = try parser.target(allowsMembers: true)
    if parser.skip(sign: "=") {
      let value = try parser.tuple()
      try parser.expectEnd()
      return .assign(target, value)
    }
    guard case .name(let name) = target else { throw parser.unexpected("'='") }
    let filters = try parser.blockFilters()
    return .assignBlock(name, filters: filters, try body(of: tag, until: "endset"))
  }

  private mutating func filterBlock(_ tag: Tag) throws(Diagnostic) -> Statement {
    var parser = tag.parser
    let block = Syntax(kind: .name(blockText), place: tag.place)
    let first = try parser.filter(block)
    let filters = try parser.filters(first)
    try parser.expectEnd()
    return .filtered(filters, try body(of: tag, until: "endfilter"))
  }

  private mutating func scoped(_ tag: Tag) throws(Diagnostic) -> Statement {
    var parser = tag.parser
    var assignments: [(target: Target, value: Syntax)] = []
    while !parser.isAtEnd {
      let target = try parser.target(allowsMembers: false, isSingle: true)
      try parser.expect(sign: "=")
      assignments.append((target, try parser.expression()))
      if !parser.isAtEnd { try parser.expect(sign: ",") }
    }
    return .scoped(assignments, try body(of: tag, until: "endwith"))
  }
}
