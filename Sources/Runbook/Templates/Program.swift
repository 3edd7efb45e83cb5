/// A compiled template.
final class Program: Sendable {
  let source: TemplateSource
  let statements: [Statement]
  let names: Set<String>

  init(_ text: String, at position: SourcePosition, style: Template.Style) throws(Diagnostic) {
    source = TemplateSource(style == .file ? withPlainLineEnds(text) : text, at: position, style: style)
    var (marks, start) = (TemplateMarks(), 0)
    if style == .file, let header = try TemplateMarks.header(of: source) { (marks, start) = header }
    var scanner = TemplateScanner(source, marks, from: start)
    var parser = TemplateParser(source, try scanner.scan())
    statements = try parser.program()
    var collector = NameCollector()
    collector.collect(statements)
    names = collector.names
  }

  /// A bare expression.
  init(expression text: String, at position: SourcePosition) throws(Diagnostic) {
    source = TemplateSource(text, at: position, style: .scalar)
    var tokenizer = Tokenizer(source, from: 0)
    var parser = ExpressionParser(source, try tokenizer.tokens(until: nil))
    let syntax = try parser.tuple()
    try parser.expectEnd()
    statements = [.output(syntax)]
    var collector = NameCollector()
    collector.collect(statements)
    names = collector.names
  }

  /// The one expression that the whole is; nil where there is more, or less.
  var expression: Syntax? {
    guard statements.count == 1, case .output(let syntax) = statements[0] else { return nil }
    return syntax
  }
}

/// CRLF and CR as LF, as Jinja reads its templates.
private func withPlainLineEnds(_ text: String) -> String {
  guard text.utf8.contains(0x0d) else { return text }
  var output: [UInt8] = []
  var isAfterReturn = false
  for byte in text.utf8 {
    if byte == 0x0d {
      output.append(0x0a)
    } else if !(byte == 0x0a && isAfterReturn) {
      output.append(byte)
    }
    isAfterReturn = byte == 0x0d
  }
  return String(decoding: output, as: UTF8.self)
}

/// Finds the names that a template takes from its scope.
struct NameCollector {
  private(set) var names: Set<String> = []
  private var bound: Set<String> = [blockText, "loop", "caller", "varargs"]

  mutating func collect(_ statements: [Statement]) { for statement in statements { collect(statement) } }

  private mutating func collect(_ statement: Statement) {
    switch statement {
    case .text: break
    case .output(let syntax), .evaluate(let syntax), .include(let syntax, _): collect(syntax)
    case .branch(let branches, let otherwise):
      for branch in branches {
        collect(branch.condition)
        collect(branch.body)
      }
      collect(otherwise)
    case .loop(let loop):
      collect(loop.sequence)
      inside(loop.target.names) { collector in
        if let condition = loop.condition { collector.collect(condition) }
        collector.collect(loop.body)
      }
      collect(loop.otherwise)
    case .assign(let target, let syntax):
      collect(syntax)
      bound.formUnion(target.names)
    case .assignBlock(let name, let filters, let body):
      if let filters { collect(filters) }
      collect(body)
      bound.insert(name)
    case .filtered(let filters, let body):
      collect(filters)
      collect(body)
    case .scoped(let assignments, let body):
      for assignment in assignments { collect(assignment.value) }
      inside(assignments.flatMap { $0.target.names }) { $0.collect(body) }
    case .macro(let macro):
      bound.insert(macro.name)
      collect(macro)
    case .callBlock(let syntax, let macro):
      collect(syntax)
      collect(macro)
    case .importAll(let syntax, let name):
      collect(syntax)
      bound.insert(name)
    case .importSome(let syntax, let imported):
      collect(syntax)
      bound.formUnion(imported.map { $0.alias })
    }
  }

  private mutating func collect(_ macro: MacroSyntax) {
    for parameter in macro.parameters { if let fallback = parameter.fallback { collect(fallback) } }
    inside(macro.parameters.map { $0.name }) { $0.collect(macro.body) }
  }

  private mutating func inside(_ names: [String], _ body: (inout NameCollector) -> Void) {
    let before = bound
    bound.formUnion(names)
    body(&self)
    bound = before
  }

  private mutating func collect(_ syntax: Syntax) {
    switch syntax.kind {
    case .literal: break
    case .name(let name): if !bound.contains(name) { names.insert(name) }
    case .attribute(let target, _), .unary(_, let target), .not(let target): collect(target)
    case .item(let left, let right), .binary(_, let left, let right), .and(let left, let right),
      .or(let left, let right):
      collect(left)
      collect(right)
    case .slice(let target, let from, let to, let step):
      collect(target)
      for part in [from, to, step] { if let part { collect(part) } }
    case .call(let callee, let arguments):
      collect(callee: callee, arguments)
      collect(arguments)
    case .filter(let input, _, let arguments), .test(let input, _, let arguments):
      collect(input)
      collect(arguments)
    case .compare(let first, let rest):
      collect(first)
      for part in rest { collect(part.1) }
    case .conditional(let condition, let then, let otherwise):
      collect(condition)
      collect(then)
      if let otherwise { collect(otherwise) }
    case .concatenation(let parts), .list(let parts): for part in parts { collect(part) }
    case .map(let pairs):
      for pair in pairs {
        collect(pair.key)
        collect(pair.value)
      }
    }
  }

  private mutating func collect(callee: Syntax, _ arguments: ArgumentSyntax) {
    guard case .name(let name) = callee.kind else { return collect(callee) }
    guard Function.all[name] != nil else { return }
    let words = arguments.positional.compactMap { argument -> String? in
      if case .literal(.string(let text)) = argument.kind { text.string } else { nil }
    }
    if words.first == "vars" { names.formUnion(words.dropFirst()) }
  }

  private mutating func collect(_ arguments: ArgumentSyntax) {
    for argument in arguments.positional { collect(argument) }
    for argument in arguments.named { collect(argument.value) }
    if let spread = arguments.spreadList { collect(spread) }
    if let spread = arguments.spreadMap { collect(spread) }
  }
}
