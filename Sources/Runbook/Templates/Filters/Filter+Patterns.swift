extension Filter {
  static let patterns: [Filter] = [
    Filter(
      "regex_replace", "pattern replacement ignorecase multiline count",
      "Every match of a pattern as something else: `\\1`, `\\g<name>`.", regexReplace),
    Filter(
      "regex_search", "pattern * **",
      "The first match, or the groups that are asked for; null where there is none.", regexSearch),
    Filter("regex_findall", "pattern multiline ignorecase", "Every match, or its groups.", regexFindAll),
    Filter(
      "regex_escape", "re_type", "With a backslash before what a pattern would take as a sign.", regexEscape),
  ]
}

extension Call {
  func regex(_ pattern: String, ignoresCase: Bool, isMultiline: Bool) throws(EvaluationFault) -> Regex<
    AnyRegexOutput
  > {
    do throws(PatternFault) {
      return try interpreter.patterns.regex(
        pattern, PatternCache.Options(ignoresCase: ignoresCase, isMultiline: isMultiline))
    } catch {
      throw fault(error.words)
    }
  }

  func pattern() throws(EvaluationFault) -> String {
    PythonText.string(try required(0, "the pattern")).string
  }
}

private func regexReplace(_ call: Call) throws(EvaluationFault) -> Item {
  let regex = try call.regex(try call.pattern(), ignoresCase: try call.flag(2), isMultiline: try call.flag(3))
  let replacement = PythonText.string(try call.argument(1) ?? .string(""))
  let parts = try ReplacementPart.parts(of: replacement.string, call)
  let most = try call.integer(4).flatMap { $0 > 0 ? $0 : nil } ?? .max
  let text = try call.text
  var (output, start, count) = ("", text.string.startIndex, 0)
  for match in text.string.matches(of: regex) where count < most {
    output += text.string[start..<match.range.lowerBound]
    for part in parts { output += try part.text(in: match, call) }
    start = match.range.upperBound
    count += 1
  }
  if count == 0 { return .value(.string(text)) }
  output += text.string[start...]
  return .value(
    Value.string(text.derived(output)).derived(from: .list([.string(text), .string(replacement)])))
}

/// A piece of a replacement: text as it is, or a group.
private enum ReplacementPart {
  case text(String)
  case group(Int)
  case name(String)

  static func parts(of replacement: String, _ call: Call) throws(EvaluationFault) -> [ReplacementPart] {
    var (parts, text): ([ReplacementPart], String) = ([], "")
    var scalars = replacement.unicodeScalars[...]
    while let scalar = scalars.popFirst() {
      guard scalar == "\\", let escape = scalars.popFirst() else {
        text.unicodeScalars.append(scalar)
        continue
      }
      if ("0"..."9").contains(escape) {
        var digits = String(escape)
        if let next = scalars.first, ("0"..."9").contains(next), escape != "0" {
          digits.unicodeScalars.append(next)
          scalars.removeFirst()
        }
        parts += [.text(text), .group(Int(digits) ?? 0)]
        text = ""
      } else if escape == "g", scalars.first == "<" {
        let name = String(Substring(scalars.dropFirst().prefix { $0 != ">" }))
        guard scalars.count > name.unicodeScalars.count + 1 else {
          throw call.fault("'\\g<' in the replacement has no '>'")
        }
        scalars = scalars.dropFirst(name.unicodeScalars.count + 2)
        parts += [.text(text), Int(name).map { .group($0) } ?? .name(name)]
        text = ""
      } else if let plain = ["n": "\n", "t": "\t", "r": "\r", "\\": "\\"][String(escape)] {
        text += plain
      } else {
        text += "\\\(escape)"
      }
    }
    return parts + [.text(text)]
  }

  func text(in match: Regex<AnyRegexOutput>.Match, _ call: Call) throws(EvaluationFault) -> String {
    switch self {
    case .text(let text): return text
    case .group(let number): return try taken(number, by: match, call) ?? ""
    case .name(let name): return try taken(name, by: match, call) ?? ""
    }
  }
}

/// What a group took; nil where it took no part in the match.
private func taken(
  _ number: Int, by match: Regex<AnyRegexOutput>.Match, _ call: Call
) throws(EvaluationFault) -> String? {
  guard number < match.output.count else { throw call.fault("the pattern has no group \(number)") }
  return match.output[number].substring.map { String($0) }
}

private func taken(
  _ name: String, by match: Regex<AnyRegexOutput>.Match, _ call: Call
) throws(EvaluationFault) -> String? {
  guard let group = match.output.first(where: { $0.name == name }) else {
    throw call.fault("the pattern has no group '\(name)'")
  }
  return group.substring.map { String($0) }
}

private func regexSearch(_ call: Call) throws(EvaluationFault) -> Item {
  var (ignoresCase, isMultiline) = (false, false)
  for (name, value) in call.named {
    switch name {
    case "ignorecase": ignoresCase = value.isTruthy
    case "multiline": isMultiline = value.isTruthy
    default: throw call.fault("there is no argument '\(name)'")
    }
  }
  let regex = try call.regex(try call.pattern(), ignoresCase: ignoresCase, isMultiline: isMultiline)
  let text = try call.text
  guard let match = text.string.firstMatch(of: regex) else { return .value(.null) }
  if call.rest.isEmpty { return .value(.string(text.derived(String(text.string[match.range])))) }
  var groups: [Value] = []
  for wanted in call.rest {
    let word = stripped(PythonText.string(wanted).string, of: "\\", right: false)
    let found: String?
    if word.hasPrefix("g<"), word.hasSuffix(">") {
      let name = String(word.dropFirst(2).dropLast())
      found =
        if let number = Int(name) { try taken(number, by: match, call) } else {
          try taken(name, by: match, call)
        }
    } else if let number = Int(word) {
      found = try taken(number, by: match, call)
    } else {
      throw call.fault("a group is written '\\1' or '\\g<name>', not '\(PythonText.string(wanted))'")
    }
    groups.append(found.map { .string(text.derived($0)) } ?? .null)
  }
  return .list(groups)
}

private func regexFindAll(_ call: Call) throws(EvaluationFault) -> Item {
  let regex = try call.regex(try call.pattern(), ignoresCase: try call.flag(2), isMultiline: try call.flag(1))
  let text = try call.text
  return .list(
    text.string.matches(of: regex).map { match in
      let groups = match.output.map { Value.string(text.derived($0.substring.map { String($0) } ?? "")) }
      return groups.count == 1 ? groups[0] : groups.count == 2 ? groups[1] : .list(Array(groups.dropFirst()))
    })
}

private func regexEscape(_ call: Call) throws(EvaluationFault) -> Item {
  let type = try call.string(0) ?? "python"
  let special: String
  switch type {
  case "python": special = "()[]{}?*+-|^$\\.&~# \t\n\r\u{b}\u{c}"
  case "posix_basic": special = "].[^$*\\"
  default: throw call.fault("'\(type)' is none of 'python', 'posix_basic'")
  }
  return try call.derived { text in
    var output = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      if special.unicodeScalars.contains(scalar) { output.append("\\") }
      output.append(scalar)
    }
    return String(output)
  }
}
