extension TestRule {
  /// Tests on what is in a text or a list.
  static let contents: [TestRule] = [
    TestRule(
      "match", "pattern ignorecase multiline", "A pattern fits its beginning.",
      { call throws(EvaluationFault) in
        let regex = try call.regex(
          try call.pattern(), ignoresCase: try call.flag(1), isMultiline: try call.flag(2))
        return try call.text.string.prefixMatch(of: regex) != nil
      }),
    TestRule(
      "search", "pattern ignorecase multiline", "A pattern fits somewhere in it.",
      { call throws(EvaluationFault) in
        let regex = try call.regex(
          try call.pattern(), ignoresCase: try call.flag(1), isMultiline: try call.flag(2))
        return try call.text.string.firstMatch(of: regex) != nil
      }),
    TestRule(
      "regex", "pattern ignorecase multiline match_type",
      "A pattern fits: `match_type` is `search`, `match` or `fullmatch`.", fits),
    TestRule(
      "lower", "", "It has no upper case.",
      { call throws(EvaluationFault) in
        let text = try call.text.string
        return text == text.lowercased() && text != text.uppercased()
      }),
    TestRule(
      "upper", "", "It has no lower case.",
      { call throws(EvaluationFault) in
        let text = try call.text.string
        return text == text.uppercased() && text != text.lowercased()
      }),
    TestRule(
      "abs", "", "It is an absolute path.",
      { call throws(EvaluationFault) in try call.text.string.utf8.first == 0x2f }),
    TestRule(
      "subset", "other", "The other list has all its items.",
      { call throws(EvaluationFault) in
        let other = try call.items(of: try call.required(0, "the other list"))
        return try call.items.allSatisfy { item in other.contains { $0.equals(item) } }
      }),
    TestRule(
      "superset", "other", "It has all items of the other list.",
      { call throws(EvaluationFault) in
        let items = try call.items
        return try call.items(of: try call.required(0, "the other list")).allSatisfy { item in
          items.contains { $0.equals(item) }
        }
      }),
    TestRule(
      "any", "", "One of its items counts as true.",
      { call throws(EvaluationFault) in try call.items.contains { $0.isTruthy } }),
    TestRule(
      "all", "", "All its items count as true.",
      { call throws(EvaluationFault) in try call.items.allSatisfy { $0.isTruthy } }),
    TestRule("vaulted", "", "It is secret.", { call throws(EvaluationFault) in try call.subject.isSecret }),
  ]

  /// Tests on what a step registered.
  static let results: [TestRule] = [
    TestRule(
      "failed", "", "The step failed.", { call throws(EvaluationFault) in try result(call, "failed") }),
    TestRule(
      "succeeded", "", "The step did not fail.",
      { call throws(EvaluationFault) in !(try result(call, "failed")) }),
    TestRule(
      "changed", "", "The step changed something.",
      { call throws(EvaluationFault) in try result(call, "changed") }),
    TestRule(
      "skipped", "", "The step was skipped.", { call throws(EvaluationFault) in try result(call, "skipped") }),
    TestRule(
      "unreachable", "", "The step's host could not be reached.",
      { call throws(EvaluationFault) in
        try result(call, "unreachable")
      }),
    TestRule(
      "reachable", "", "The step's host could be reached.",
      { call throws(EvaluationFault) in
        !(try result(call, "unreachable"))
      }),
  ]
}

private func fits(_ call: Call) throws(EvaluationFault) -> Bool {
  let regex = try call.regex(try call.pattern(), ignoresCase: try call.flag(1), isMultiline: try call.flag(2))
  let text = try call.text.string
  switch try call.string(3) ?? "search" {
  case "search": return text.firstMatch(of: regex) != nil
  case "match": return text.prefixMatch(of: regex) != nil
  case "fullmatch": return text.wholeMatch(of: regex) != nil
  case let type: throw call.fault("'\(type)' is none of 'search', 'match', 'fullmatch'")
  }
}

private func result(_ call: Call, _ key: String) throws(EvaluationFault) -> Bool {
  let value = try call.subject
  guard case .map(let map) = value else {
    throw call.fault("expected what a step registered, found \(value.typeName)")
  }
  return map[key]?.isTruthy ?? false
}
