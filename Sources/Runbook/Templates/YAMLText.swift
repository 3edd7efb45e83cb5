/// YAML as PyYAML's dumper writes it, so that files which Ansible rendered do not change; secret texts stay marked.
struct YAMLText {
  var indent: Int
  var width: Int
  var sortsKeys: Bool
  /// Lists and maps that hold only scalars stay on one line.
  var usesFlow: Bool

  private var output = Text("")
  private var column = 0

  init(indent: Int, width: Int, sortsKeys: Bool, usesFlow: Bool) {
    self.indent = indent
    self.width = width
    self.sortsKeys = sortsKeys
    self.usesFlow = usesFlow
  }

  mutating func text(_ value: Value) -> Text {
    (output, column) = ("", 0)
    write(value, at: nil, isKeyed: false)
    put("\n")
    return output
  }

  /// `level`: the column that the parent's items stand in; nil at the top. `isKeyed`: after a map's key.
  private mutating func write(_ value: Value, at level: Int?, isKeyed: Bool) {
    switch value {
    case .list(let list) where !list.isEmpty && !(usesFlow && list.allSatisfy { $0.isScalar }):
      // A list in a map is not indented below its key.
      let inner = isKeyed ? level ?? 0 : level.map { $0 + indent } ?? 0
      for item in list {
        goTo(inner)
        put("-")
        write(item, at: inner, isKeyed: false)
      }
    case .map(let map) where !map.isEmpty && !(usesFlow && map.allSatisfy { $0.value.isScalar }):
      let inner = level.map { $0 + indent } ?? 0
      for key in keys(map) {
        goTo(inner)
        put(scalar(.string(Text(key)), at: inner, isKey: true, isInFlow: false))
        put(":")
        write(map[key] ?? .null, at: inner, isKeyed: true)
      }
    case .list, .map:
      space()
      writeFlow(value, at: level ?? 0)
    default:
      space()
      put(scalar(value, at: (level ?? 0) + indent, isKey: false, isInFlow: false))
    }
  }

  private func keys(_ map: ValueMap) -> [String] {
    sortsKeys ? map.keys.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } : map.keys
  }

  private mutating func writeFlow(_ value: Value, at level: Int) {
    let inner = level + indent
    var items: [(String?, Value)] = []
    if case .list(let list) = value { items = list.map { (nil, $0) } }
    if case .map(let map) = value { items = keys(map).map { ($0, map[$0] ?? .null) } }
    let isList = if case .list = value { true } else { false }
    put(isList ? "[" : "{")
    for (index, item) in items.enumerated() {
      if index > 0 { put(",") }
      if column > width { goTo(inner, isNewLine: true) } else if index > 0 { put(" ") }
      if let key = item.0 {
        put(scalar(.string(Text(key)), at: inner, isKey: true, isInFlow: true))
        put(": ")
      }
      put(scalar(item.1, at: inner + indent, isKey: false, isInFlow: true))
    }
    put(isList ? "]" : "}")
  }

  /// One blank between an indicator and what follows it.
  private mutating func space() { if column > 0 { put(" ") } }

  private mutating func goTo(_ wanted: Int, isNewLine: Bool = false) {
    if isNewLine || column > wanted
      || (column > 0 && !output.string.utf8.last.map { $0 == 0x2d || $0 == 0x20 }.isTrue)
    {
      put("\n")
    }
    put(Text(String(repeating: " ", count: max(0, wanted - column))))
  }

  private mutating func put(_ text: Text) {
    output.append(text)
    for scalar in text.string.unicodeScalars { column = scalar == "\n" ? 0 : column + 1 }
  }

  private func scalar(_ value: Value, at level: Int, isKey: Bool, isInFlow: Bool) -> Text {
    switch value {
    case .null: return "null"
    case .bool(let bool): return bool ? "true" : "false"
    case .int(let number): return Text(String(number))
    case .float(let number):
      if number.isNaN { return ".nan" }
      if number.isInfinite { return number < 0 ? "-.inf" : ".inf" }
      let text = PythonText.float(number)
      return Text(text.utf8.contains(0x2e) ? text : replaced(text, "e", by: ".0e"))
    case .string(let text):
      let style = YAMLScalarStyle(text.string, isKey: isKey, isInFlow: isInFlow)
      let folding = YAMLFolding(start: column, level: level, width: isKey ? .max : width)
      switch style {
      case .plain: return text.derived(folding.plain(text.string))
      case .single: return "'" + text.derived(folding.singleQuoted(text.string)) + "'"
      case .double: return "\"" + text.derived(doubleQuoted(text.string)) + "\""
      }
    case .list, .map: return JSONText().text(value)
    }
  }
}

extension Value {
  fileprivate var isScalar: Bool {
    switch self {
    case .list, .map: false
    default: true
    }
  }
}

extension Bool? {
  fileprivate var isTrue: Bool { self ?? false }
}

/// Breaks long lines at single blanks, as PyYAML does.
struct YAMLFolding {
  var start: Int
  var level: Int
  var width: Int

  func plain(_ text: String) -> String { folded(text, column: start, quotes: false) }
  func singleQuoted(_ text: String) -> String { folded(text, column: start + 1, quotes: true) }

  private func folded(_ text: String, column start: Int, quotes: Bool) -> String {
    let scalars = Array(text.unicodeScalars)
    let margin = String(repeating: " ", count: level)
    var (output, column, index) = ("", start, 0)
    while index < scalars.count {
      let scalar = scalars[index]
      if scalar == "\n" {
        var end = index
        while end < scalars.count, scalars[end] == "\n" { end += 1 }
        output += String(repeating: "\n", count: end - index + 1) + margin
        (column, index) = (level, end)
        continue
      }
      let isSingleBlank =
        scalar == " " && index > 0 && index + 1 < scalars.count
        && scalars[index + 1] != " " && scalars[index - 1] != " " && scalars[index - 1] != "\n"
      if isSingleBlank, column > width {
        output += "\n" + margin
        column = level
      } else {
        let isDoubled = quotes && scalar == "'"
        output += isDoubled ? "''" : String(scalar)
        column += isDoubled ? 2 : 1
      }
      index += 1
    }
    return output
  }
}

private func doubleQuoted(_ text: String) -> String {
  let names: [UnicodeScalar: String] = [
    "\0": "0", "\u{7}": "a", "\u{8}": "b", "\t": "t", "\n": "n", "\u{b}": "v", "\u{c}": "f", "\r": "r",
    "\u{1b}": "e",
    "\"": "\"", "\\": "\\", "\u{85}": "N", "\u{a0}": "_", "\u{2028}": "L", "\u{2029}": "P",
  ]
  var output = ""
  for scalar in text.unicodeScalars {
    if let name = names[scalar] {
      output += "\\\(name)"
    } else if scalar.value < 0x20 || scalar.value == 0x7f || (0x80..<0xa0).contains(scalar.value) {
      output += "\\x\(Digest.hex([UInt8(scalar.value)]).uppercased())"
    } else if scalar.value == 0xfeff {
      output += "\\uFEFF"
    } else {
      output.unicodeScalars.append(scalar)
    }
  }
  return output
}
