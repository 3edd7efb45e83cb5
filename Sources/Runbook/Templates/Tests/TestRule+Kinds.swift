extension TestRule {
  /// Tests on what a value is.
  static let kinds: [TestRule] = [
    TestRule("defined", "", "It is defined.", isDefined),
    TestRule(
      "undefined", "", "It is not defined.", { call throws(EvaluationFault) in !(try isDefined(call)) }),
    TestRule("none", "", "It is null.", { call throws(EvaluationFault) in try call.subject == .null }),
    TestRule(
      "true", "", "It is `true` itself.", { call throws(EvaluationFault) in try call.subject == .bool(true) }),
    TestRule(
      "false", "", "It is `false` itself.",
      { call throws(EvaluationFault) in try call.subject == .bool(false) }),
    TestRule(
      "boolean", "", "It is `true` or `false`.",
      { call throws(EvaluationFault) in
        if case .bool = try call.subject { true } else { false }
      }),
    TestRule(
      "truthy", "convert_bool", "It counts as true.", { call throws(EvaluationFault) in try isTruthy(call) }),
    TestRule(
      "falsy", "convert_bool", "It counts as false.",
      { call throws(EvaluationFault) in !(try isTruthy(call)) }),
    TestRule("string", "", "It is text.", { call throws(EvaluationFault) in try call.subject.text != nil }),
    TestRule(
      "number", "", "It is a number.", { call throws(EvaluationFault) in try call.subject.number != nil }),
    TestRule(
      "integer", "", "It is a whole number.",
      { call throws(EvaluationFault) in
        if case .int = try call.subject { true } else { false }
      }),
    TestRule(
      "float", "", "It is a number with a point.",
      { call throws(EvaluationFault) in
        if case .float = try call.subject { true } else { false }
      }),
    TestRule(
      "mapping", "", "It is a map.",
      { call throws(EvaluationFault) in
        if case .scope = call.input { return true }
        if case .map = try call.subject { return true }
        return false
      }),
    TestRule(
      "iterable", "", "It can be gone through.",
      { call throws(EvaluationFault) in try call.subject.elements != nil }),
    TestRule(
      "sequence", "", "It has a length and items.",
      { call throws(EvaluationFault) in try call.subject.elements != nil }),
    TestRule(
      "filter", "", "A filter has this name.",
      { call throws(EvaluationFault) in Filter.named(try call.text.string) != nil }),
    TestRule(
      "test", "", "A test has this name.",
      { call throws(EvaluationFault) in TestRule.named(try call.text.string) != nil }),
    TestRule(
      "callable", "", "It can be called.", { call in if case .macro = call.input { true } else { false } }),
  ]
}

private func isDefined(_ call: Call) throws(EvaluationFault) -> Bool {
  if case .undefined = call.input { false } else { true }
}

private func isTruthy(_ call: Call) throws(EvaluationFault) -> Bool {
  let value = try call.subject
  guard try call.flag(0), case .string(let text) = value else { return value.isTruthy }
  switch text.string.lowercased() {
  case "yes", "on", "1", "true", "t", "y": return true
  case "no", "off", "0", "false", "f", "n": return false
  default: return value.isTruthy
  }
}
