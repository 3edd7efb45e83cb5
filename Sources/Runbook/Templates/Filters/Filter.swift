/// A filter: `value | name(arguments)`.
struct Filter: Sendable {
  typealias Body = @Sendable (Call) throws(EvaluationFault) -> Item

  let name: String
  let signature: Signature
  /// One line for the manual.
  let words: String
  let body: Body

  init(_ name: String, _ parameters: String = "", _ words: String, _ body: @escaping Body) {
    self.name = name
    signature = Signature(parameters)
    self.words = words
    self.body = body
  }

  /// Every filter by name, other names for the same one included.
  static let all: [String: Filter] = {
    var filters: [String: Filter] = [:]
    for filter in [lists, texts, maps, numbers, encodings, patterns, paths, choices].joined() {
      filters[filter.name] = filter
    }
    for (alias, name) in aliases { filters[alias] = filters[name] }
    return filters
  }()

  static let aliases = [
    "d": "default", "count": "length", "e": "escape", "sha1": "checksum",
  ]

  static func named(_ name: String) -> Filter? { all[name] }
}

/// A test: `value is name(arguments)`.
struct TestRule: Sendable {
  typealias Body = @Sendable (Call) throws(EvaluationFault) -> Bool

  let name: String
  let signature: Signature
  let words: String
  let body: Body

  init(_ name: String, _ parameters: String = "", _ words: String, _ body: @escaping Body) {
    self.name = name
    signature = Signature(parameters)
    self.words = words
    self.body = body
  }

  /// Every test by name, other names for the same one included.
  static let all: [String: TestRule] = {
    var tests: [String: TestRule] = [:]
    for test in [kinds, comparisons, contents, results].joined() { tests[test.name] = test }
    for (alias, name) in aliases { tests[alias] = tests[name] }
    return tests
  }()

  static let aliases = [
    "equalto": "eq", "==": "eq", "!=": "ne", ">": "gt", "greaterthan": "gt", ">=": "ge", "<": "lt",
    "lessthan": "lt",
    "<=": "le", "version_compare": "version", "success": "succeeded", "failure": "failed",
    "change": "changed",
    "skip": "skipped", "issubset": "subset", "issuperset": "superset", "successful": "succeeded",
  ]

  static func named(_ name: String) -> TestRule? { all[name] }
}
