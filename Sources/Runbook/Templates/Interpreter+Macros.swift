extension Interpreter {
  /// Renders a macro with its arguments.
  func expand(
    _ macro: Macro, _ positional: [Item], _ named: [(name: String, value: Item)], caller: Macro?,
    at place: Range<Int>
  ) throws(EvaluationFault) -> Text {
    let syntax = macro.syntax
    guard frames.count < 100, depth < 50 else { throw fault("macros call each other too deeply", at: place) }
    let inner = Interpreter(
      macro.home.source, in: macro.home.scope, environment, depth: depth + 1, patterns: patterns)
    inner.frames = (macro.frames ?? [macro.home.frames[0]]) + [[:]]
    var values: [String: Item] = [:]
    for (index, parameter) in syntax.parameters.enumerated() where index < positional.count {
      values[parameter.name] = positional[index]
    }
    for (name, value) in named {
      guard syntax.parameters.contains(where: { $0.name == name }) else {
        let nearest = nearestName(to: name, among: syntax.parameters.map { $0.name })
        throw fault(
          "macro '\(syntax.name)' has no argument '\(name)'", at: place,
          hint: nearest.map { "did you mean '\($0)'?" })
      }
      values[name] = value
    }
    let last = inner.frames.count - 1
    if positional.count > syntax.parameters.count {
      var rest: [Value] = []
      for item in positional.dropFirst(syntax.parameters.count) { rest.append(try force(item, at: place)) }
      inner.frames[last]["varargs"] = .list(rest)
    }
    if let caller { inner.frames[last]["caller"] = .macro(caller) }
    for parameter in syntax.parameters {
      if let value = values[parameter.name] {
        inner.frames[last][parameter.name] = value
      } else if let fallback = parameter.fallback {
        inner.frames[last][parameter.name] = try inner.evaluate(fallback)
      } else {
        inner.frames[last][parameter.name] = .undefined(
          Undefined(message: "macro '\(syntax.name)' was not given '\(parameter.name)'", place: place))
      }
    }
    defer { inner.dispose() }
    return try inner.rendered(syntax.body)
  }

  /// `{% call macro(…) %}…{% endcall %}`.
  func call(_ syntax: Syntax, with block: MacroSyntax) throws(EvaluationFault) -> Text {
    guard case .call(let callee, let arguments) = syntax.kind else {
      throw fault("'call' needs a macro with its arguments", at: syntax.place)
    }
    guard case .macro(let macro) = try evaluate(callee) else {
      throw fault("'call' needs a macro", at: callee.place)
    }
    let caller = Macro(block, home: self, frames: frames)
    return try expand(
      macro, try positional(arguments), try named(arguments), caller: caller, at: syntax.place)
  }

  func include(
    _ syntax: Syntax, ignoresMissing: Bool, into output: inout Text
  ) throws(EvaluationFault) {
    guard let program = try program(syntax, ignoresMissing: ignoresMissing) else { return }
    let inner = Interpreter(program.source, in: scope, environment, depth: depth + 1, patterns: patterns)
    inner.frames = frames + [[:]]
    imports.append(inner)
    try inner.render(program.statements, into: &output)
  }

  /// The macros and variables that another template defines.
  func imported(_ syntax: Syntax) throws(EvaluationFault) -> [String: Item] {
    guard let program = try program(syntax, ignoresMissing: false) else { return [:] }
    let inner = Interpreter(program.source, in: scope, environment, depth: depth + 1, patterns: patterns)
    imports.append(inner)
    _ = try inner.rendered(program.statements)
    return inner.frames[0]
  }

  func importSome(_ names: [(name: String, alias: String)], from syntax: Syntax) throws(EvaluationFault) {
    let module = try imported(syntax)
    for (name, alias) in names {
      guard let item = module[name] else {
        let nearest = nearestName(to: name, among: module.keys)
        throw fault(
          "the imported template defines no '\(name)'", at: syntax.place, code: .undefined,
          hint: nearest.map { "did you mean '\($0)'?" })
      }
      frames[frames.count - 1][alias] = item
    }
  }

  /// The template that an expression names: beside this one, or in the folders; the first of several that is there.
  private func program(_ syntax: Syntax, ignoresMissing: Bool) throws(EvaluationFault) -> Program? {
    guard depth < 20 else { throw fault("templates include each other too deeply", at: syntax.place) }
    let value = try value(syntax)
    let names: [Value] = if case .list(let list) = value { list } else { [value] }
    for name in names {
      guard case .string(let text) = name else {
        throw fault("a template's name must be text, not \(name.typeName)", at: syntax.place)
      }
      guard let path = try findFile(text.string, under: ["templates"], at: syntax.place) else { continue }
      return try compile(path, at: syntax.place)
    }
    if ignoresMissing { return nil }
    throw fault("there is no template '\(PythonText.string(value))'", at: syntax.place, code: .missing)
  }

  private func compile(_ path: String, at place: Range<Int>) throws(EvaluationFault) -> Program {
    do throws(Diagnostic) {
      let file = try SourceFile.read(path: path)
      return try environment.cache.program(file)
    } catch {
      throw .diagnostic(error.located(at: source.position(of: place)))
    }
  }

  /// A file of the control machine by its name: absolute, beside this template, or in a folder (or the named
  /// folders below it).
  func findFile(_ name: String, under inner: [String], at place: Range<Int>) throws(EvaluationFault)
    -> String?
  {
    if name.utf8.first == 0x2f { return try isFile(name, at: place) ? name : nil }
    var folders = source.style == .file ? [LocalFile.parent(of: source.start.file.path)] : []
    for folder in environment.folders { folders += [folder] + inner.map { LocalFile.join(folder, $0) } }
    for folder in folders {
      let path = LocalFile.join(folder, name)
      if try isFile(path, at: place) { return path }
    }
    return nil
  }

  private func isFile(_ path: String, at place: Range<Int>) throws(EvaluationFault) -> Bool {
    do throws(Diagnostic) {
      return try LocalFile.kind(path) == .file
    } catch {
      throw .diagnostic(error.located(at: source.position(of: place)))
    }
  }
}
