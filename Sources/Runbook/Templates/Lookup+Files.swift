import Glibc

extension Lookup {
  static let files: @Sendable ([Value], Call) throws(EvaluationFault) -> [Value] = {
    terms, call throws(EvaluationFault) in
    var contents: [Value] = []
    for term in terms {
      let file = try read(try path(term, under: ["files"], call), call)
      let keepsRight = call.named.first { $0.name == "rstrip" }?.value.isTruthy == false
      contents.append(try opened(file, call, keepsRight: keepsRight))
    }
    return contents
  }

  static let templates: @Sendable ([Value], Call) throws(EvaluationFault) -> [Value] = {
    terms, call throws(EvaluationFault) in
    let interpreter = call.interpreter
    guard interpreter.depth < 20 else { throw call.fault("templates look each other up too deeply") }
    var contents: [Value] = []
    for term in terms {
      let file = try read(try path(term, under: ["templates"], call), call)
      let program: Program
      do throws(Diagnostic) { program = try interpreter.environment.cache.program(file) } catch {
        throw .diagnostic(error)
      }
      var scope = interpreter.scope
      if case .map(let map) = call.named.first(where: { $0.name == "template_vars" })?.value {
        scope = ValueScope(map, over: scope)
      }
      let inner = Interpreter(
        program.source, in: scope, interpreter.environment, depth: interpreter.depth + 1,
        patterns: interpreter.patterns)
      defer { inner.dispose() }
      contents.append(.string(try inner.rendered(program.statements)))
    }
    return contents
  }

  static let firstFound: @Sendable ([Value], Call) throws(EvaluationFault) -> [Value] = {
    terms, call throws(EvaluationFault) in
    var (names, folders, skips): ([Value], [Value], Bool) = ([], [], false)
    func list(_ value: Value?) -> [Value] {
      if case .list(let items) = value { items } else { value.map { [$0] } ?? [] }
    }
    for term in terms + [.map(ValueMap(call.named.map { ($0.name, $0.value) }))] {
      guard case .map(let map) = term else {
        names += list(term)
        continue
      }
      names += list(map["files"])
      folders += list(map["paths"])
      skips = skips || map["skip"]?.isTruthy ?? false
    }
    for name in names {
      let name = PythonText.string(name).string
      let candidates =
        folders.isEmpty ? [name] : folders.map { LocalFile.join(PythonText.string($0).string, name) }
      for candidate in candidates {
        let found = try call.interpreter.findFile(
          candidate, under: ["files", "templates", "vars"], at: call.place)
        if let found { return [.string(found)] }
      }
    }
    if skips { return [] }
    throw call.fault(
      "none of the files is there: \(names.map { PythonText.string($0).description }.joined(separator: ", "))"
    )
  }

  static let matchingFiles: @Sendable ([Value], Call) throws(EvaluationFault) -> [Value] = {
    terms, call throws(EvaluationFault) in
    var found: [String] = []
    for term in terms {
      let (folder, pattern) = PathText.parts(PythonText.string(term).string)
      let roots =
        folder.utf8.first == 0x2f
        ? [folder]
        : call.interpreter.environment.folders.flatMap {
          [LocalFile.join($0, folder), LocalFile.join(LocalFile.join($0, "files"), folder)]
        }
      for root in roots {
        do throws(Diagnostic) {
          guard try LocalFile.kind(root) == .folder else { continue }
          for name in try LocalFile.list(root) where fnmatch(pattern, name, FNM_PERIOD) == 0 {
            let path = LocalFile.join(root, name)
            if try LocalFile.kind(path) == .file { found.append(path) }
          }
        } catch {
          throw .diagnostic(error.located(at: call.interpreter.source.position(of: call.place)))
        }
      }
    }
    return found.sorted().map { .string($0) }
  }

  private static func path(_ term: Value, under inner: [String], _ call: Call) throws(EvaluationFault)
    -> String
  {
    let name = PythonText.string(term).string
    guard let path = try call.interpreter.findFile(name, under: inner, at: call.place) else {
      throw .diagnostic(
        call.interpreter.source.diagnostic(
          .missing, "there is no file '\(name)'", at: call.place,
          notes: call.interpreter.environment.folders.isEmpty
            ? [] : ["looked in: \(call.interpreter.environment.folders.joined(separator: ", "))"]))
    }
    return path
  }

  private static func read(_ path: String, _ call: Call) throws(EvaluationFault) -> SourceFile {
    do throws(Diagnostic) {
      return try SourceFile.read(path: path)
    } catch {
      throw .diagnostic(error.located(at: call.interpreter.source.position(of: call.place)))
    }
  }

  /// A file's text; a vaulted file is decrypted and secret under its name.
  private static func opened(_ file: SourceFile, _ call: Call, keepsRight: Bool) throws(EvaluationFault)
    -> Value
  {
    guard VaultEnvelope.isVaulted(file.text) else {
      return .string(keepsRight ? file.text : stripped(file.text, left: false))
    }
    do throws(Diagnostic) {
      let start = SourcePosition(file: file, line: 1, column: 1)
      let text = try call.interpreter.environment.keyring.decrypt(file.text, at: start)
      let label = PathText.parts(file.path).name
      return .string(Text(secret: keepsRight ? text : stripped(text, left: false), label: label))
    } catch {
      throw .diagnostic(error)
    }
  }
}
