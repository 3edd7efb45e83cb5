import Runbook

/// What a person typed after the command's name.
struct ParsedArguments: Sendable {
  private var values: [String: [String]] = [:]
  /// Words that are not options, those after `--` included.
  private(set) var operands: [String] = []
  /// How many of the operands stand before `--`; nil where there is none.
  private(set) var separator: Int?

  func has(_ option: Option) -> Bool { values[option.name] != nil }
  /// The value given last.
  func text(_ option: Option) -> String? { values[option.name]?.last }
  func all(_ option: Option) -> [String] { values[option.name] ?? [] }
  /// Values that may hold several words with commas between.
  func words(_ option: Option) -> [String] {
    all(option).flatMap { $0.split(separator: ",").map { $0.filter { !$0.isWhitespace } } }.filter {
      !$0.isEmpty
    }
  }

  /// Reads the words by the options that the command knows. Options may stand anywhere before `--`; after
  /// `stopsAfter` operands the rest is taken as it is.
  init(_ words: [String], options: [Option]) throws(Diagnostic) {
    var rest = words[...]
    while let word = rest.popFirst() {
      if separator != nil {
        operands.append(word)
      } else if word == "--" {
        separator = operands.count
      } else if word.hasPrefix("--") {
        try takeLong(word, &rest, options)
      } else if word.hasPrefix("-"), word.count > 1 {
        try takeShort(word, &rest, options)
      } else {
        operands.append(word)
      }
    }
  }

  private mutating func takeLong(
    _ word: String, _ rest: inout ArraySlice<String>, _ options: [Option]
  ) throws(Diagnostic) {
    let parts = word.dropFirst(2).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    let name = parts.first.map { String($0) } ?? ""
    guard let option = options.first(where: { $0.name == name }) else {
      throw .unknownOption(
        "--\(name)", nearestName(to: name, among: options.map { $0.name }).map { "--\($0)" })
    }
    let attached = parts.count == 2 ? String(parts[1]) : nil
    guard option.value != nil else {
      guard attached == nil else { throw Diagnostic(.usage, "option '--\(name)' takes no value") }
      return try note(option, "")
    }
    guard let value = attached ?? rest.popFirst() else { throw .valueMissing(option) }
    try note(option, value)
  }

  /// `-y`, several in one word (`-yv`), with a value behind (`-f5`, `-f 5`).
  private mutating func takeShort(
    _ word: String, _ rest: inout ArraySlice<String>, _ options: [Option]
  ) throws(Diagnostic) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = options.first(where: { $0.short == letter }) else {
        throw .unknownOption("-\(letter)", nil)
      }
      guard option.value != nil else {
        try note(option, "")
        continue
      }
      if letters.first == "=" { letters.removeFirst() }
      guard let value = letters.isEmpty ? rest.popFirst() : String(letters) else {
        throw .valueMissing(option)
      }
      try note(option, value)
      return
    }
  }

  private mutating func note(_ option: Option, _ value: String) throws(Diagnostic) {
    if option.value != nil, !option.isRepeated, values[option.name] != nil {
      throw Diagnostic(.usage, "option '--\(option.name)' is given twice")
    }
    values[option.name, default: []].append(value)
  }
}

extension Diagnostic {
  fileprivate static func unknownOption(_ word: String, _ nearest: String?) -> Diagnostic {
    Diagnostic(.usage, "there is no option '\(word)'", hint: nearest.map { "did you mean '\($0)'?" })
  }

  fileprivate static func valueMissing(_ option: Option) -> Diagnostic {
    Diagnostic(
      .usage, "option '--\(option.name)' needs a value", hint: "--\(option.name) \(option.value ?? "")")
  }
}
