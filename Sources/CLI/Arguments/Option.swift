/// An option of the command line: declared once, for parsing and for help.
struct Option: Sendable, Hashable {
  /// Without its dashes.
  let name: String
  let short: Character?
  /// What stands for its value in the help; nil for one without.
  let value: String?
  /// Whether it may be given several times.
  let isRepeated: Bool
  let words: String

  init(
    _ name: String, short: Character? = nil, value: String? = nil, isRepeated: Bool = false, _ words: String
  ) {
    self.name = name
    self.short = short
    self.value = value
    self.isRepeated = isRepeated
    self.words = words
  }

  /// "-i, --inventory PATH"
  var heading: String {
    let dashes = short.map { "-\($0), --\(name)" } ?? "    --\(name)"
    return value.map { "\(dashes) \($0)" } ?? dashes
  }
}
