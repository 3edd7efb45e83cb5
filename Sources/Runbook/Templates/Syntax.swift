/// One node of an expression, with the place where it stands in its template.
struct Syntax: Sendable {
  indirect enum Kind: Sendable {
    case literal(Value)
    case name(String)
    case attribute(Syntax, String)
    case item(Syntax, Syntax)
    case slice(Syntax, from: Syntax?, to: Syntax?, step: Syntax?)
    case call(Syntax, ArgumentSyntax)
    case filter(Syntax, Filter, ArgumentSyntax)
    case test(Syntax, TestRule, ArgumentSyntax)
    case unary(UnaryOperator, Syntax)
    case binary(BinaryOperator, Syntax, Syntax)
    case compare(Syntax, [(Comparison, Syntax)])
    case and(Syntax, Syntax)
    case or(Syntax, Syntax)
    case not(Syntax)
    case conditional(Syntax, then: Syntax, otherwise: Syntax?)
    case concatenation([Syntax])
    case list([Syntax])
    case map([(key: Syntax, value: Syntax)])
  }

  let kind: Kind
  /// UTF-8 offset and length of what a fault underlines.
  let place: Range<Int>
}

/// What is given to a filter, a test or a function.
struct ArgumentSyntax: Sendable {
  var positional: [Syntax] = []
  var named: [(name: String, value: Syntax)] = []
  var spreadList: Syntax?
  var spreadMap: Syntax?
}

enum UnaryOperator: Sendable { case plus, minus }

enum BinaryOperator: String, Sendable {
  case plus = "+"
  case minus = "-"
  case times = "*"
  case divide = "/"
  case floorDivide = "//"
  case modulo = "%"
  case power = "**"
}

enum Comparison: String, Sendable {
  case equal = "=="
  case notEqual = "!="
  case less = "<"
  case lessOrEqual = "<="
  case greater = ">"
  case greaterOrEqual = ">="
  case within = "in"
  case notWithin = "not in"
}

/// What an assignment or a loop gives names to.
indirect enum Target: Sendable {
  case name(String)
  /// `ns.x`, where `ns` is a `namespace()`.
  case member(String, String, place: Range<Int>)
  case several([Target], place: Range<Int>)

  /// The plain names that it defines.
  var names: [String] {
    switch self {
    case .name(let name): [name]
    case .member: []
    case .several(let targets, _): targets.flatMap { $0.names }
    }
  }
}

/// One piece of a template.
indirect enum Statement: Sendable {
  case text(String)
  case output(Syntax)
  case branch([(condition: Syntax, body: [Statement])], otherwise: [Statement])
  case loop(LoopSyntax)
  case assign(Target, Syntax)
  case assignBlock(String, filters: Syntax?, [Statement])
  case filtered(Syntax, [Statement])
  case scoped([(target: Target, value: Syntax)], [Statement])
  case macro(MacroSyntax)
  case callBlock(Syntax, MacroSyntax)
  case include(Syntax, ignoresMissing: Bool)
  case importAll(Syntax, as: String)
  case importSome(Syntax, [(name: String, alias: String)])
  case evaluate(Syntax)
}

struct LoopSyntax: Sendable {
  var target: Target
  var sequence: Syntax
  var condition: Syntax?
  var body: [Statement]
  var otherwise: [Statement]
}

struct MacroSyntax: Sendable {
  var name: String
  var parameters: [(name: String, fallback: Syntax?)]
  var body: [Statement]
}
