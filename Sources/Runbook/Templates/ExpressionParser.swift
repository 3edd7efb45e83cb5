/// Reads tokens as Jinja's expressions: its grammar, its precedence.
struct ExpressionParser {
  let source: TemplateSource
  private let tokens: [Token]
  private var index = 0
  private var depth = 0

  init(_ source: TemplateSource, _ tokens: [Token]) {
    self.source = source
    self.tokens = tokens
  }

  var current: Token { tokens[index] }
  var next: Token { tokens[min(index + 1, tokens.count - 1)] }
  var isAtEnd: Bool { current.kind == .end }

  @discardableResult
  mutating func advance() -> Token {
    defer { if index + 1 < tokens.count { index += 1 } }
    return tokens[index]
  }

  mutating func skip(sign: String) -> Bool {
    guard current.isSign(sign) else { return false }
    advance()
    return true
  }

  mutating func skip(name: String) -> Bool {
    guard current.isName(name) else { return false }
    advance()
    return true
  }

  mutating func expect(sign: String) throws(Diagnostic) {
    guard skip(sign: sign) else { throw unexpected("'\(sign)'") }
  }

  mutating func expectName() throws(Diagnostic) -> String {
    guard case .name(let name) = current.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  func expectEnd() throws(Diagnostic) {
    guard isAtEnd else { throw unexpected(nil) }
  }

  func unexpected(_ wanted: String?) -> Diagnostic {
    let message = "unexpected \(current.described)" + (wanted.map { ", expected \($0)" } ?? "")
    // `{{.Names}}` is Go's, not Jinja's.
    let isGo = index == 0 && current.isSign(".")
    let hint =
      isGo ? "to keep braces as they are, put {% raw %} and {% endraw %} around them, or tag it !unsafe" : nil
    return source.diagnostic(.template, message, at: current.place, hint: hint)
  }

  /// A whole expression: a conditional one or what is below it.
  mutating func expression(allowsConditional: Bool = true) throws(Diagnostic) -> Syntax {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else {
      throw source.diagnostic(.template, "the expression is nested too deeply", at: current.place)
    }
    var value = try disjunction()
    while allowsConditional, skip(name: "if") {
      let condition = try disjunction()
      let otherwise = skip(name: "else") ? try expression() : nil
      value = Syntax(kind: .conditional(condition, then: value, otherwise: otherwise), place: value.place)
    }
    return value
  }

  /// An expression, or several with commas between: a list.
  mutating func tuple(allowsConditional: Bool = true) throws(Diagnostic) -> Syntax {
    let first = try expression(allowsConditional: allowsConditional)
    guard current.isSign(",") else { return first }
    var items = [first]
    while skip(sign: ",") {
      if isAtEnd || current.isSign(")") || current.isName("if") || current.isName("recursive") { break }
      items.append(try expression(allowsConditional: allowsConditional))
    }
    return Syntax(kind: .list(items), place: first.place.lowerBound..<tokens[index - 1].place.upperBound)
  }

  private mutating func disjunction() throws(Diagnostic) -> Syntax {
    var left = try conjunction()
    while skip(name: "or") {
      left = Syntax(kind: .or(left, try conjunction()), place: left.place)
    }
    return left
  }

  private mutating func conjunction() throws(Diagnostic) -> Syntax {
    var left = try negation()
    while skip(name: "and") {
      left = Syntax(kind: .and(left, try negation()), place: left.place)
    }
    return left
  }

  private mutating func negation() throws(Diagnostic) -> Syntax {
    var places: [Range<Int>] = []
    while current.isName("not") { places.append(advance().place) }
    var value = try comparison()
    for place in places.reversed() { value = Syntax(kind: .not(value), place: place) }
    return value
  }

  private mutating func comparison() throws(Diagnostic) -> Syntax {
    let first = try sum()
    var rest: [(Comparison, Syntax)] = []
    while let comparison = comparisonSign() { rest.append((comparison, try sum())) }
    guard let last = rest.last else { return first }
    return Syntax(kind: .compare(first, rest), place: first.place.lowerBound..<last.1.place.upperBound)
  }

  private mutating func comparisonSign() -> Comparison? {
    if case .sign(let sign) = current.kind, let comparison = Comparison(rawValue: sign) {
      advance()
      return comparison
    }
    if skip(name: "in") { return .within }
    guard current.isName("not"), next.isName("in") else { return nil }
    advance()
    advance()
    return .notWithin
  }

  private mutating func sum() throws(Diagnostic) -> Syntax {
    var left = try concatenation()
    while let sign = binarySign(["+", "-"]) { left = binary(sign, left, try concatenation()) }
    return left
  }

  private mutating func concatenation() throws(Diagnostic) -> Syntax {
    var parts = [try product()]
    while skip(sign: "~") { parts.append(try product()) }
    return parts.count == 1 ? parts[0] : Syntax(kind: .concatenation(parts), place: parts[0].place)
  }

  private mutating func product() throws(Diagnostic) -> Syntax {
    var left = try power()
    while let sign = binarySign(["*", "/", "//", "%"]) { left = binary(sign, left, try power()) }
    return left
  }

  private mutating func power() throws(Diagnostic) -> Syntax {
    var left = try unary(takesFilters: true)
    while let sign = binarySign(["**"]) { left = binary(sign, left, try unary(takesFilters: true)) }
    return left
  }

  private mutating func binarySign(_ signs: [String]) -> BinaryOperator? {
    guard case .sign(let sign) = current.kind, signs.contains(sign) else { return nil }
    advance()
    return BinaryOperator(rawValue: sign)
  }

  private func binary(_ sign: BinaryOperator, _ left: Syntax, _ right: Syntax) -> Syntax {
    Syntax(kind: .binary(sign, left, right), place: left.place.lowerBound..<right.place.upperBound)
  }

  private mutating func unary(takesFilters: Bool) throws(Diagnostic) -> Syntax {
    depth += 1
    defer { depth -= 1 }
    guard depth < 100 else {
      throw source.diagnostic(.template, "the expression is nested too deeply", at: current.place)
    }
    var value: Syntax
    let place = current.place
    if skip(sign: "-") {
      value = Syntax(kind: .unary(.minus, try unary(takesFilters: false)), place: place)
    } else if skip(sign: "+") {
      value = Syntax(kind: .unary(.plus, try unary(takesFilters: false)), place: place)
    } else {
      value = try primary()
    }
    value = try postfix(value)
    return takesFilters ? try filters(value) : value
  }
}
