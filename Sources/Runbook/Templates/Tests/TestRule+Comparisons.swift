extension TestRule {
  static let comparisons: [TestRule] = [
    comparison("eq", .equal, "It equals the other."),
    comparison("ne", .notEqual, "It does not equal the other."),
    comparison("lt", .less, "It is less than the other."),
    comparison("le", .lessOrEqual, "It is not greater than the other."),
    comparison("gt", .greater, "It is greater than the other."),
    comparison("ge", .greaterOrEqual, "It is not less than the other."),
    comparison("in", .within, "The other has it."),
    TestRule(
      "contains", "item", "It has the other.",
      { call throws(EvaluationFault) in
        try call.interpreter.contains(try call.subject, try call.required(0, "the item"), at: call.place)
      }),
    TestRule(
      "sameas", "other", "It is the very same: equal, and of the same type.",
      { call throws(EvaluationFault) in
        let (left, right) = (try call.subject, try call.required(0, "the other"))
        return left.typeName == right.typeName && left.equals(right)
      }),
    TestRule(
      "even", "", "It can be divided by 2.", { call throws(EvaluationFault) in try whole(call) % 2 == 0 }),
    TestRule(
      "odd", "", "It cannot be divided by 2.", { call throws(EvaluationFault) in try whole(call) % 2 != 0 }),
    TestRule(
      "divisibleby", "num", "It can be divided by the other.",
      { call throws(EvaluationFault) in
        guard let divisor = try call.integer(0), divisor != 0 else {
          throw call.fault("it needs a number other than 0")
        }
        return try whole(call) % divisor == 0
      }),
    TestRule(
      "version", "version operator strict version_type",
      "Its version compares so with the other: `>=` and the like.", compareVersions),
  ]

  private static func comparison(_ name: String, _ comparison: Comparison, _ words: String) -> TestRule {
    TestRule(name, "other", words) { call throws(EvaluationFault) in
      let (left, right) = (try call.subject, try call.required(0, "the other"))
      return try call.interpreter.holds(comparison, left, right, at: call.place)
    }
  }
}

private func whole(_ call: Call) throws(EvaluationFault) -> Int {
  let value = try call.subject
  guard let number = value.integer else {
    throw call.fault("expected a whole number, found \(value.typeName)")
  }
  return number
}

private func compareVersions(_ call: Call) throws(EvaluationFault) -> Bool {
  let (left, right) = (
    try call.text.string, PythonText.string(try call.required(0, "the other version")).string
  )
  let sign = try call.string(1) ?? "=="
  let isStrict = try call.flag(2)
  let type = try call.string(3) ?? (isStrict ? "strict" : "loose")
  let order: Int?
  switch type {
  case "loose": order = LooseVersion.order(left, right)
  case "strict": order = StrictVersion.order(left, right)
  case "semver", "semantic": order = SemanticVersion.order(left, right)
  default: throw call.fault("the version type '\(type)' is none of 'loose', 'strict', 'semver'")
  }
  guard let order else { throw call.fault("'\(left)' and '\(right)' cannot be compared as \(type) versions") }
  switch sign {
  case "==", "=", "eq": return order == 0
  case "!=", "<>", "ne": return order != 0
  case "<", "lt": return order < 0
  case "<=", "le": return order <= 0
  case ">", "gt": return order > 0
  case ">=", "ge": return order >= 0
  default:
    throw call.fault("'\(sign)' does not compare", hint: "write one of '==', '!=', '<', '<=', '>', '>='")
  }
}
