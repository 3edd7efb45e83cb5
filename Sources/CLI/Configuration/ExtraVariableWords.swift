import Runbook

/// `-e`: `name=value` pairs, `@FILE` with YAML or JSON, or a JSON object.
enum ExtraVariableWords {
  static func read(_ words: [String], keyring: any VaultDecrypting) throws(Diagnostics) -> ValueMap {
    var all = ValueMap()
    for word in words {
      for (key, value) in try variables(of: word, keyring: keyring) { all[key] = value }
    }
    return all
  }

  private static func variables(of word: String, keyring: any VaultDecrypting) throws(Diagnostics) -> ValueMap
  {
    if word.hasPrefix("@") { return try file(String(word.dropFirst()), keyring: keyring) }
    if word.hasPrefix("{") {
      return try document(SourceFile(path: "--extra-vars", text: word), keyring: keyring)
    }
    var map = ValueMap()
    for pair in try shellWords(word) {
      guard let sign = pair.firstIndex(of: "="), sign != pair.startIndex else { throw .one(.notAPair(pair)) }
      map[String(pair[..<sign])] = .string(String(pair[pair.index(after: sign)...]))
    }
    return map
  }

  private static func file(_ path: String, keyring: any VaultDecrypting) throws(Diagnostics) -> ValueMap {
    let file: SourceFile
    let isVaulted: Bool
    do throws(Diagnostic) {
      let source = try SourceFile.read(path: path)
      isVaulted = VaultEnvelope.isVaulted(source.text)
      let start = SourcePosition(file: source, line: 1, column: 1)
      file = isVaulted ? SourceFile(path: path, text: try keyring.decrypt(source.text, at: start)) : source
    } catch {
      throw .one(error)
    }
    let map = try document(file, keyring: keyring)
    return isVaulted ? ValueMap(map.map { ($0.key, $0.value.markedSecret($0.key)) }) : map
  }

  private static func document(_ file: SourceFile, keyring: any VaultDecrypting) throws(Diagnostics)
    -> ValueMap
  {
    guard let node = try YAMLReader.read(file) else { return [:] }
    guard case .mapping = node.content else {
      throw .one(Diagnostic(.invalidValue, "expected a map of variables", at: node.position))
    }
    var evaluator = NodeEvaluator(scope: ValueScope([:]), keyring: keyring, folders: [])
    do throws(EvaluationFault) {
      guard case .map(let map) = try evaluator.value(node) else { return [:] }
      return map
    } catch {
      switch error {
      case .diagnostic(let diagnostic): throw .one(diagnostic)
      case .pending(let reason):
        throw .one(Diagnostic(.undefined, "a variable here waits for \(reason)", at: node.position))
      }
    }
  }

  /// Words as a shell splits them: blanks between, quotes and backslashes honoured.
  static func shellWords(_ line: String) throws(Diagnostics) -> [String] {
    var (words, word, quote): ([String], String?, Character?) = ([], nil, nil)
    var rest = Array(line)[...]
    while let character = rest.popFirst() {
      if let open = quote {
        if character == open {
          quote = nil
        } else if character == "\\", open == "\"", let next = rest.popFirst() {
          word = (word ?? "") + String(next)
        } else {
          word?.append(character)
        }
      } else if character == "'" || character == "\"" {
        (quote, word) = (character, word ?? "")
      } else if character == "\\", let next = rest.popFirst() {
        word = (word ?? "") + String(next)
      } else if character.isWhitespace {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else { throw .one(Diagnostic(.usage, "a quote is not closed in '\(line)'")) }
    if let done = word { words.append(done) }
    return words
  }
}

extension Diagnostic {
  fileprivate static func notAPair(_ word: String) -> Diagnostic {
    Diagnostic(
      .usage, "'\(word)' gives no variable", hint: "write -e name=value, -e @FILE, or -e '{\"name\": 1}'")
  }
}
