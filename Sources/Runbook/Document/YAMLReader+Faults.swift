extension Diagnostic {
  static func secondDocument(_ position: SourcePosition) -> Diagnostic {
    Diagnostic(
      .syntax, "a second document starts here", at: position.spanning(3),
      hint: "remove the '---', or put what follows into a file of its own")
  }

  static func duplicateKey(_ key: String, _ position: SourcePosition, first: SourcePosition) -> Diagnostic {
    Diagnostic(
      .syntax, "the key '\(key)' is given twice in one mapping", at: position,
      notes: ["it is given first at \(first)"])
  }

  static func unknownAnchor(_ name: String, _ position: SourcePosition, known: some Sequence<String>)
    -> Diagnostic
  {
    let nearest = nearestName(to: name, among: known)
    return Diagnostic(
      .syntax, "there is no anchor '&\(name)' before this alias", at: position,
      hint: nearest.map { "did you mean '*\($0)'?" } ?? "put quotes around it if it is text: \"*\(name)\"")
  }

  static func recursion(_ name: String, _ position: SourcePosition) -> Diagnostic {
    Diagnostic(.syntax, "the alias '*\(name)' stands inside what it stands for", at: position)
  }

  static func tooMuchExpansion(_ position: SourcePosition, limit: Int) -> Diagnostic {
    Diagnostic(.syntax, "aliases repeat more than \(limit) nodes in this document", at: position)
  }

  static func tooDeep(_ position: SourcePosition, limit: Int) -> Diagnostic {
    Diagnostic(.syntax, "this is nested more than \(limit) deep", at: position)
  }

  static func cannotMerge(_ position: SourcePosition) -> Diagnostic {
    Diagnostic(.syntax, "'<<' takes a mapping or a list of mappings", at: position)
  }

  static func vaultNotText(_ position: SourcePosition) -> Diagnostic {
    Diagnostic(.syntax, "'!vault' takes text", at: position, hint: "write it as a block: !vault |")
  }

  static func unknownTag(_ tag: String, _ position: SourcePosition) -> Diagnostic {
    let standard = "tag:yaml.org,2002:"
    let shown = tag.hasPrefix(standard) ? "!!" + tag.dropFirst(standard.count) : tag
    let nearest = nearestName(to: shown, among: ["!vault", "!unsafe"])
    return Diagnostic(
      .syntax, "unknown tag '\(shown)'", at: position.spanning(shown.unicodeScalars.count),
      hint: nearest.map { "did you mean '\($0)'?" } ?? "put quotes around the value if '!' belongs to it")
  }

  /// A key that is a mapping or a list: nearly always an expression that misses its quotes.
  static func keyNotText(_ position: SourcePosition, in mapping: SourcePosition) -> Diagnostic {
    let line = Array((position.file.line(position.line) ?? "").unicodeScalars)
    for column in [position.column - 1, position.column] where column >= 1 {
      if line.hasExpression(at: column) {
        return .unquoted(line, column: column, line: position.line, in: position.file)
      }
    }
    return Diagnostic(.syntax, "a key must be text", at: position)
  }

  /// `{{` at the start of a value without quotes, which YAML takes for a mapping.
  static func unquoted(
    _ text: [Unicode.Scalar], column: Int, line: Int, in file: SourceFile
  ) -> Diagnostic {
    let value = text.value(from: column)
    return Diagnostic(
      .syntax, "a value that starts with '\(String(value.prefix(2)))' must be in quotes",
      at: SourcePosition(file: file, line: line, column: column, length: value.unicodeScalars.count),
      hint: quotingHint(value))
  }

  /// The value in the quotes that need no escapes in it.
  static func quotingHint(_ value: String) -> String {
    if !value.contains("\""), !value.contains("\\") { return "put quotes around it: \"\(value)\"" }
    if !value.contains("'") { return "put quotes around it: '\(value)'" }
    return
      "put quotes around it: '\(value.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''"))'"
  }
}

extension SourcePosition {
  /// The same place with another length.
  func spanning(_ length: Int) -> SourcePosition {
    SourcePosition(file: file, line: line, column: column, length: length)
  }
}

extension [Unicode.Scalar] {
  /// Whether `{{` or `{%` stands at this 1-based column.
  func hasExpression(at column: Int) -> Bool {
    guard column >= 1, column < count, self[column - 1] == "{" else { return false }
    return self[column] == "{" || self[column] == "%"
  }

  /// The text from a 1-based column to the end of the line, less a comment and blanks.
  func value(from column: Int) -> String {
    var end = count
    for index in Swift.max(column, 1)..<Swift.max(count, column, 1)
    where self[index] == "#" && (self[index - 1] == " " || self[index - 1] == "\t") {
      end = index
      break
    }
    var text = String.UnicodeScalarView(self[Swift.min(column - 1, end)..<end])
    while let last = text.last, last.properties.isWhitespace { text.removeLast() }
    return String(text)
  }
}
