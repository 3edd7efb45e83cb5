/// Evaluates one template, once: its scope, its local names, its output.
final class Interpreter {
  let source: TemplateSource
  let scope: any Scope
  let environment: TemplateEnvironment
  /// Local names, outermost first: the template's own, then those of loops, macros and `with`.
  var frames: [[String: Item]] = [[:]]
  /// How many templates and macros are around this one.
  let depth: Int
  let patterns: PatternCache
  /// Interpreters of imported templates, whose macros this one uses.
  var imports: [Interpreter] = []

  init(
    _ source: TemplateSource, in scope: any Scope, _ environment: TemplateEnvironment, depth: Int = 0,
    patterns: PatternCache = PatternCache()
  ) {
    self.source = source
    self.scope = scope
    self.environment = environment
    self.depth = depth
    self.patterns = patterns
  }

  /// Lets go of all local names: macros hold on to their interpreter, and it to them.
  func dispose() {
    frames = [[:]]
    for interpreter in imports { interpreter.dispose() }
    imports = []
  }

  func fault(
    _ message: String, at place: Range<Int>, code: Diagnostic.Code = .template, hint: String? = nil
  ) -> EvaluationFault {
    .diagnostic(source.diagnostic(code, message, at: place, hint: hint))
  }

  /// The value of an expression; an undefined one is a fault.
  func value(_ syntax: Syntax) throws(EvaluationFault) -> Value {
    try force(try evaluate(syntax), at: syntax.place)
  }

  func force(_ item: Item, at place: Range<Int>) throws(EvaluationFault) -> Value {
    switch item {
    case .value(let value): return value
    case .undefined(let undefined):
      throw fault(undefined.message, at: undefined.place, code: .undefined, hint: undefined.hint)
    case .namespace(let namespace):
      var map = ValueMap()
      for (key, item) in namespace.values.sorted(by: { $0.key < $1.key }) {
        map[key] = try force(item, at: place)
      }
      return .map(map)
    case .scope(let scope):
      var map = ValueMap()
      for name in scope.names { map[name] = try scope.value(of: name) }
      return .map(map)
    case .moment(let moment): return .string(moment.description)
    case .loop: throw fault("'loop' is not a value: use one of its attributes", at: place)
    case .macro(let macro): throw fault("'\(macro.syntax.name)' is a macro: call it with (…)", at: place)
    case .module: throw fault("an imported template is not a value: use one of its macros", at: place)
    }
  }

  func isTrue(_ syntax: Syntax) throws(EvaluationFault) -> Bool {
    switch try evaluate(syntax) {
    case .value(let value): value.isTruthy
    case .undefined(let undefined):
      throw fault(undefined.message, at: undefined.place, code: .undefined, hint: undefined.hint)
    default: true
    }
  }

  func evaluate(_ syntax: Syntax) throws(EvaluationFault) -> Item {
    switch syntax.kind {
    case .literal(let value): return .value(value)
    case .name(let name): return try lookUp(name, at: syntax.place)
    case .attribute(let target, let name):
      return try member(name, of: target, isAttribute: true, at: syntax.place)
    case .item(let target, let key): return try item(key, of: target, at: syntax.place)
    case .slice(let target, let from, let to, let step):
      return .value(try slice(target, from, to, step, at: syntax.place))
    case .call(let callee, let arguments): return try call(callee, arguments, at: syntax.place)
    case .filter(let input, let filter, let arguments):
      return try apply(filter, to: try evaluate(input), arguments, at: syntax.place)
    case .test(let input, let rule, let arguments):
      return .value(.bool(try test(rule, try evaluate(input), arguments, at: syntax.place)))
    case .unary(let sign, let operand): return .value(try unary(sign, try value(operand), at: syntax.place))
    case .binary(let sign, let left, let right):
      return .value(try binary(sign, try value(left), try value(right), at: syntax.place))
    case .compare(let first, let rest): return .value(.bool(try compare(first, rest)))
    case .and(let left, let right):
      let item = try evaluate(left)
      return try isTruthy(item) ? evaluate(right) : item
    case .or(let left, let right):
      let item = try evaluate(left)
      return try isTruthy(item) ? item : evaluate(right)
    case .not(let operand): return .value(.bool(!(try isTrue(operand))))
    case .conditional(let condition, let then, let otherwise):
      if try isTrue(condition) { return try evaluate(then) }
      if let otherwise { return try evaluate(otherwise) }
      return .undefined(
        Undefined(
          message: "the condition is false and there is no 'else'", place: syntax.place, isNothing: true))
    case .concatenation(let parts):
      var text = Text("")
      for part in parts { text.append(PythonText.string(try value(part))) }
      return .value(.string(text))
    case .list(let items):
      var values: [Value] = []
      for item in items { values.append(try value(item)) }
      return .list(values)
    case .map(let pairs):
      var map = ValueMap()
      for pair in pairs { map[try key(try value(pair.key), at: pair.key.place)] = try value(pair.value) }
      return .value(.map(map))
    }
  }

  private func isTruthy(_ item: Item) throws(EvaluationFault) -> Bool {
    switch item {
    case .value(let value): return value.isTruthy
    case .undefined(let undefined):
      throw fault(undefined.message, at: undefined.place, code: .undefined, hint: undefined.hint)
    default: return true
    }
  }

  /// A map's key as text: maps here have text keys.
  func key(_ value: Value, at place: Range<Int>) throws(EvaluationFault) -> String {
    switch value {
    case .list, .map: throw fault("\(value.typeName) cannot be a map's key", at: place)
    default: return PythonText.string(value).string
    }
  }

  private func compare(_ first: Syntax, _ rest: [(Comparison, Syntax)]) throws(EvaluationFault) -> Bool {
    var left = try value(first)
    for (comparison, syntax) in rest {
      let right = try value(syntax)
      let place = first.place.lowerBound..<syntax.place.upperBound
      guard try holds(comparison, left, right, at: place) else { return false }
      left = right
    }
    return true
  }
}
