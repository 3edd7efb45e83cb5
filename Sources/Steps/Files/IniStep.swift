public import Runbook

/// Makes sure that options of an INI file have given values, or that they are gone.
public struct IniStep: StepKind {
  public static let key = "ini"
  public static let summary = """
    Options in one section of an INI file (systemd, git, PHP, MariaDB). An option that stands there keeps \
    its place and stands there once. `state: absent` removes the options, or the whole section where none is \
    named.
    """
  public static let example = """
    - ini: { path: /etc/systemd/journald.conf, section: Journal, values: { SystemMaxUse: 500M } }
    - ini: { path: /etc/mysql/own.cnf, section: mysqld, values: { bind-address: 127.0.0.1 }, create: true }
    - ini: { path: /etc/php.ini, section: PHP, options: [memory_limit], state: absent }
    """

  let edit: EditedFile
  let section: String?
  let values: [(key: String, value: Text)]
  let options: [String]
  let isSpaced: Bool
  let state: Presence

  public init(_ parameters: inout Parameters) {
    edit = EditedFile(&parameters)
    section = parameters.optional(
      "section", "Its name, without brackets; not given: what stands before all sections.")
    let values: Pairs<Text>? = parameters.optional("values", "Options and their values.")
    options = parameters.value("options", "Options to remove, with `state: absent`.", default: [])
    isSpaced = parameters.value(
      "spaces", "New options are written `name = value` rather than `name=value`.", default: false)
    state = parameters.value("state", "Whether they shall be there.", default: .present)
    self.values = values?.all ?? []
    if state == .present {
      if !parameters.has("values") { parameters.reject("'values' is missing") }
      if parameters.has("options") { parameters.reject("'options' is for 'state: absent'", at: "options") }
    } else {
      if parameters.has("values") {
        parameters.reject("'values' is for what shall be there", at: "values", hint: "name them in 'options'")
      }
      if section == nil, options.isEmpty, !parameters.has("section"), !parameters.has("options") {
        parameters.reject("neither 'section' nor 'options' says what to remove")
      }
    }
  }

  public var title: String { "ini \(edit.path)" + (section.map { " [\($0)]" } ?? "") }
  public var probe: Probe<ManagedFileState> { edit.probe }

  public func change(from observed: ManagedFileState) throws(Diagnostic) -> Change? {
    if state == .absent {
      let what = options.isEmpty ? "section [\(section ?? "")]" : options.joined(separator: ", ")
      return try edit.change(Text("remove \(what)"), from: observed, isRemoval: true) { list in
        remove(from: &list)
      }
    }
    let names = values.map { $0.key }.joined(separator: ", ")
    return try edit.change(Text("set \(names)"), from: observed) { list in
      for (key, value) in values { set(key, value, in: &list) }
    }
  }

  private func set(_ key: String, _ value: Text, in list: inout LineList) {
    let written = Text("\(key)\(isSpaced ? " = " : "=")") + value
    guard let range = range(in: list) else {
      if let last = list.lines.last, !last.isEmpty { list.lines.append("") }
      list.lines += [Text("[\(section ?? "")]"), written]
      return
    }
    let places = range.filter { Self.option(list.lines[$0].string)?.key == key }
    guard let first = places.first else {
      var end = range.upperBound
      while end > range.lowerBound, list.lines[end - 1].string.allSatisfy({ $0.isWhitespace }) { end -= 1 }
      list.lines.insert(written, at: end)
      return
    }
    if Self.option(list.lines[first].string)?.value != value.string { list.lines[first] = written }
    for place in places.dropFirst().reversed() { list.lines.remove(at: place) }
  }

  private func remove(from list: inout LineList) {
    guard let range = range(in: list) else { return }
    guard options.isEmpty else {
      for place in range.reversed() {
        if let key = Self.option(list.lines[place].string)?.key, options.contains(key) {
          list.lines.remove(at: place)
        }
      }
      return
    }
    list.lines.removeSubrange((section == nil ? range.lowerBound : range.lowerBound - 1)..<range.upperBound)
  }

  /// The lines of the section, without its heading; nil where there is no such section.
  private func range(in list: LineList) -> Range<Int>? {
    let headings = list.lines.indices.filter { Self.heading(list.lines[$0].string) != nil }
    guard let section else { return 0..<(headings.first ?? list.lines.count) }
    guard let start = headings.first(where: { Self.heading(list.lines[$0].string) == section }) else {
      return nil
    }
    return (start + 1)..<(headings.first { $0 > start } ?? list.lines.count)
  }

  private static func heading(_ line: String) -> String? {
    let trimmed = line.trimmingSpaces()
    guard trimmed.hasPrefix("["), trimmed.hasSuffix("]") else { return nil }
    return String(trimmed.dropFirst().dropLast()).trimmingSpaces()
  }

  private static func option(_ line: String) -> (key: String, value: String)? {
    let trimmed = line.trimmingSpaces()
    guard let first = trimmed.first, !"#;[".contains(first) else { return nil }
    guard let sign = trimmed.firstIndex(of: "=") else { return (trimmed, "") }
    return (
      String(trimmed[..<sign]).trimmingSpaces(),
      String(trimmed[trimmed.index(after: sign)...]).trimmingSpaces()
    )
  }
}

extension String {
  /// Without white space at both ends.
  func trimmingSpaces() -> String {
    guard let first = firstIndex(where: { !$0.isWhitespace }),
      let last = lastIndex(where: { !$0.isWhitespace })
    else { return "" }
    return String(self[first...last])
  }
}
