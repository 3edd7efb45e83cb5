extension Filter {
  static let texts: [Filter] = [
    Filter("string", "", "As text.", { call throws(EvaluationFault) in .value(.string(try call.text)) }),
    Filter(
      "trim", "chars", "Without blanks, or these characters, at both ends.",
      { call throws(EvaluationFault) in
        let characters = try call.string(0)
        return try call.derived { stripped($0, of: characters) }
      }),
    Filter(
      "lower", "", "In lower case.", { call throws(EvaluationFault) in try call.derived { $0.lowercased() } }),
    Filter(
      "upper", "", "In upper case.", { call throws(EvaluationFault) in try call.derived { $0.uppercased() } }),
    Filter(
      "capitalize", "", "Its first letter in upper case, the rest in lower.",
      { call throws(EvaluationFault) in try call.derived(capitalized) }),
    Filter(
      "title", "", "Every word's first letter in upper case.",
      { call throws(EvaluationFault) in try call.derived(jinjaTitle) }),
    Filter("replace", "old new count", "Every `old` as `new`.", replace),
    Filter(
      "split", "sep maxsplit", "Its parts between separators, or between blanks.",
      { call throws(EvaluationFault) in
        let text = try call.text
        let parts = split(text.string, at: try call.string(0), most: try call.integer(1) ?? -1)
        return .list(parts.map { .string(text.derived($0)) })
      }),
    Filter(
      "quote", "", "Quoted for a POSIX shell.",
      { call throws(EvaluationFault) in try call.derived(shellQuoted) }),
    Filter(
      "env_quote", "", "Quoted as the value of a line in a dotenv file, as Docker Compose reads it.",
      { call throws(EvaluationFault) in
        try call.derived { DotenvText.quoted(Text($0)).string }
      }),
    Filter(
      "indent", "width first blank", "Its lines after the first moved to the right; `width` may be text.",
      indent),
    Filter(
      "comment", "style decoration prefix postfix prefix_count postfix_count beginning end newline",
      "As a comment: `plain`, `c`, `cblock`, `erlang`, `xml`.", comment),
    Filter("truncate", "length killwords end leeway", "Cut off, with `…` written as three dots.", truncate),
    Filter(
      "wordcount", "", "How many words it has.",
      { call throws(EvaluationFault) in
        .value(.int(try call.text.string.unicodeScalars.split { !isWord($0) }.count))
      }),
    Filter(
      "center", "width", "In the middle of so many characters.",
      { call throws(EvaluationFault) in
        let width = try call.integer(0) ?? 80
        return try call.derived { padded($0, to: width, left: true, right: true) }
      }),
    Filter("format", "* **", "`'%s-%d' | format('a', 1)`: Python's `%`.", format),
    Filter(
      "escape", "", "For HTML: `<`, `>`, `&`, quotes.",
      { call throws(EvaluationFault) in try call.derived(htmlEscaped) }),
  ]
}

/// `\w` of a regular expression.
private func isWord(_ scalar: UnicodeScalar) -> Bool {
  scalar == "_" || scalar.properties.isAlphabetic || scalar.properties.numericType != nil
}

extension Call {
  /// What an operation makes of the input's text: secret where that is.
  func derived(_ operation: (String) -> String) throws(EvaluationFault) -> Item {
    let text = try text
    return .value(.string(text.derived(operation(text.string))))
  }
}

private func replace(_ call: Call) throws(EvaluationFault) -> Item {
  let (old, new) = (try call.required(0, "the old text"), try call.required(1, "the new text"))
  let count = try call.integer(2)
  let text = try call.text
  let result = replaced(
    text.string, PythonText.string(old).string, by: PythonText.string(new).string, count: count)
  if result == text.string { return .value(.string(text)) }
  return .value(Value.string(text.derived(result)).derived(from: .list([.string(text), new])))
}

private func jinjaTitle(_ text: String) -> String {
  var (result, isInWord) = ("", false)
  for scalar in text.unicodeScalars {
    result += isInWord ? scalar.properties.lowercaseMapping : scalar.properties.uppercaseMapping
    isInWord = !(isBlank(scalar) || "-({[<".unicodeScalars.contains(scalar))
  }
  return result
}

/// As Python's `shlex.quote`.
func shellQuoted(_ text: String) -> String {
  let safe = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%+=:,./-_".utf8)
  if !text.isEmpty, text.utf8.allSatisfy({ safe.contains($0) }) { return text }
  return "'" + replaced(text, "'", by: "'\"'\"'") + "'"
}

private func htmlEscaped(_ text: String) -> String {
  [("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("'", "&#39;"), ("\"", "&#34;")].reduce(text) {
    replaced($0, $1.0, by: $1.1)
  }
}

private func indent(_ call: Call) throws(EvaluationFault) -> Item {
  let width = try call.argument(0) ?? .int(4)
  let margin: String
  if case .string(let text) = width {
    margin = text.string
  } else if let count = width.integer {
    margin = String(repeating: " ", count: max(0, min(count, 1 << 16)))
  } else {
    throw call.fault("the width must be a number or text")
  }
  let (indentsFirst, indentsBlank) = (try call.flag(1), try call.flag(2))
  return try call.derived { text in
    var result = ""
    for (index, line) in split(text, at: "\n").enumerated() {
      if index > 0 { result += "\n" }
      if index == 0 ? indentsFirst : (!line.isEmpty || indentsBlank) { result += margin }
      result += line
    }
    return result
  }
}

private func truncate(_ call: Call) throws(EvaluationFault) -> Item {
  let length = try call.integer(0) ?? 255
  let (killsWords, end) = (try call.flag(1), try call.string(2) ?? "...")
  let leeway = try call.integer(3) ?? 5
  guard length >= end.unicodeScalars.count else {
    throw call.fault("the length must not be below the end's, \(end.unicodeScalars.count)")
  }
  return try call.derived { text in
    let scalars = text.unicodeScalars
    if scalars.count <= length + leeway { return text }
    let cut = String(Substring(scalars.prefix(length - end.unicodeScalars.count)))
    if killsWords { return cut + end }
    let words = splitFromRight(cut, at: " ", most: 1)
    return words[0] + end
  }
}

private func format(_ call: Call) throws(EvaluationFault) -> Item {
  guard call.named.isEmpty || call.rest.isEmpty else { throw call.fault("either names or places, not both") }
  let arguments = call.named.isEmpty ? call.rest : [.map(ValueMap(call.named.map { ($0.name, $0.value) }))]
  return .value(.string(try PercentFormat.apply(try call.text, arguments, call.interpreter, at: call.place)))
}

private func comment(_ call: Call) throws(EvaluationFault) -> Item {
  let styles: [String: (decoration: String, beginning: String, end: String)] = [
    "plain": ("# ", "", ""), "erlang": ("% ", "", ""), "c": ("// ", "", ""), "cblock": (" * ", "/*", " */"),
    "xml": (" - ", "<!--", "-->"),
  ]
  let name = try call.string(0) ?? "plain"
  guard let style = styles[name] else {
    throw call.fault(
      "no style is named '\(name)'",
      hint: nearestName(to: name, among: styles.keys).map { "did you mean '\($0)'?" })
  }
  let decoration = try call.string(1) ?? style.decoration
  let newline = try call.string(8) ?? "\n"
  func around(_ text: String?, _ count: Int?) -> String {
    let line = stripped(text ?? decoration, left: false) + newline
    return String(repeating: line, count: max(0, min(count ?? 1, 100)))
  }
  let beginning = try call.string(6) ?? style.beginning
  let end = try call.string(7) ?? style.end
  let prefix = around(try call.string(2), try call.integer(4))
  let postfix = around(try call.string(3), try call.integer(5))
  return try call.derived { text in
    let lines = split(text, at: newline)
    // Of an empty line only the last keeps the decoration's blank, as in Ansible.
    let body = lines.enumerated().map { index, line in
      line.isEmpty && index + 1 < lines.count ? stripped(decoration, left: false) : decoration + line
    }.joined(separator: newline)
    let last = end.isEmpty && postfix.hasSuffix(newline) ? String(postfix.dropLast(newline.count)) : postfix
    return (beginning.isEmpty ? "" : beginning + newline) + prefix + body + newline + last + end
  }
}
