/// Reads an inventory in Ansible's INI form.
struct INIInventory {
  private enum Section {
    case hosts(String), children(String), variables(String)

    var name: String {
      switch self {
      case .hosts(let name): "[\(name)]"
      case .children(let name): "[\(name):children]"
      case .variables(let name): "[\(name):vars]"
      }
    }
  }

  private let file: SourceFile
  private var section = Section.hosts("ungrouped")
  private var line = ""
  private var number = 0
  /// Groups that have a section of hosts or children.
  private(set) var declared: Set<String> = []

  init(_ file: SourceFile) { self.file = file }

  mutating func read(into builder: inout InventoryBuilder) {
    while let line = file.line(number + 1) {
      number += 1
      self.line = line
      let trimmed = trim(line[...])
      guard let first = trimmed.first, first != "#", first != ";" else { continue }
      do throws(Diagnostic) {
        try read(trimmed, first: first, into: &builder)
      } catch {
        builder.faults.append(error)
      }
    }
  }

  private mutating func read(
    _ text: Substring, first: Character, into builder: inout InventoryBuilder
  ) throws(Diagnostic) {
    // A range may start a line: `[a:c].lan`. A section's bracket ends its line, a comment apart.
    if first == "[", let section = try header(text) {
      self.section = section
      enter(section, text, into: &builder)
      return
    }
    switch section {
    case .hosts(let group): try readHost(text, group: group, into: &builder)
    case .children(let group):
      let name = trim(text.prefix { $0 != "#" })
      guard !name.contains(where: { $0 == " " || $0 == "=" }) else {
        throw fault("a section of children takes one group name a line", text)
      }
      builder.addChild(String(name), to: group, at: position(name))
      builder.expect(group: String(name), at: position(name), by: section.name)
    case .variables(let group):
      guard let equals = text.firstIndex(of: "=") else {
        throw fault("a section of variables takes 'name=value' lines", text)
      }
      let (name, value) = (trim(text[..<equals]), trim(text[text.index(after: equals)...]))
      guard !name.isEmpty else { throw fault("a name is missing before '='", text) }
      builder.setVariable(variable(name, String(value), at: value), ofGroup: group)
    }
  }

  private mutating func enter(_ section: Section, _ text: Substring, into builder: inout InventoryBuilder) {
    switch section {
    case .hosts(let name), .children(let name):
      builder.addGroup(name)
      declared.insert(name)
    case .variables(let name): builder.expect(group: name, at: position(text), by: section.name)
    }
  }

  /// nil where this line is a host whose name starts with a range.
  private func header(_ text: Substring) throws(Diagnostic) -> Section? {
    guard let close = text.firstIndex(of: "]") else { throw fault("this '[' is never closed", text) }
    let rest = trim(text[text.index(after: close)...])
    guard rest.isEmpty || rest.hasPrefix("#") || rest.hasPrefix(";") else { return nil }
    let inner = trim(text[text.index(after: text.startIndex)..<close])
    let parts = inner.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.first, !name.isEmpty else { throw fault("a group name is missing", text) }
    guard parts.count == 2 else { return .hosts(String(name)) }
    switch parts[1] {
    case "children": return .children(String(name))
    case "vars": return .variables(String(name))
    case "hosts": return .hosts(String(name))
    default:
      let nearest = nearestName(to: String(parts[1]), among: ["children", "vars"])
      throw fault(
        "unknown section ':\(parts[1])'", text, hint: nearest.map { "did you mean '[\(name):\($0)]'?" })
    }
  }

  private func readHost(
    _ text: Substring, group: String, into builder: inout InventoryBuilder
  ) throws(Diagnostic) {
    let words = try words(text)
    guard let first = words.first else { return }
    let entry: HostEntry
    do throws(HostEntry.RangeFault) { entry = try HostEntry(first.text) } catch {
      throw fault(error.message, first.place)
    }
    var variables: [Variable] = []
    if let port = entry.port {
      variables.append(Variable("ansible_port", .value(.int(port)), at: position(first.place)))
    }
    for word in words.dropFirst() {
      guard let equals = word.text.firstIndex(of: "="), equals != word.text.startIndex else {
        throw fault(
          "'\(word.text)' is not 'name=value'", word.place,
          hint: words.count > 2 ? "put quotes around a value that has blanks in it" : nil)
      }
      let name = word.text[..<equals]
      variables.append(variable(name, String(word.text[word.text.index(after: equals)...]), at: word.place))
    }
    for name in entry.names {
      builder.addHost(name, to: group)
      for variable in variables { builder.setVariable(variable, ofHost: name) }
    }
  }

  /// A value as Ansible reads it: a Python literal, or else text, which may be a template.
  private func variable(_ name: Substring, _ value: String, at place: Substring) -> Variable {
    let position = position(place)
    let literal = PythonLiteral.value(of: value) ?? .string(value)
    guard case .string(let text) = literal else {
      return Variable(String(name), .value(literal), at: position)
    }
    let node = Node(.scalar(Node.Scalar(text: text.string, isPlain: false)), at: position)
    return Variable(String(name), .node(node), at: position)
  }

  /// The words of a host's line as a shell splits them; `#` starts a comment.
  private func words(_ text: Substring) throws(Diagnostic) -> [(text: String, place: Substring)] {
    var words: [(String, Substring)] = []
    var word: String?
    var (index, start) = (text.startIndex, text.startIndex)
    var quote: Character?
    while index < text.endIndex {
      let character = text[index]
      let next = text.index(after: index)
      if word == nil { start = index }
      if character == "\\", quote != "'", next < text.endIndex {
        let follower = text[next]
        // In double quotes a backslash stays, but before a quote or another.
        if quote != nil, follower != "\"", follower != "\\" { word = (word ?? "") + "\\" }
        word = (word ?? "") + String(follower)
        index = text.index(after: next)
        continue
      }
      if let open = quote {
        if character == open { quote = nil } else { word?.append(character) }
      } else if character == "\"" || character == "'" {
        quote = character
        word = word ?? ""
      } else if character == " " || character == "\t" {
        if let done = word { words.append((done, text[start..<index])) }
        word = nil
      } else if character == "#" {
        break
      } else {
        word = (word ?? "") + String(character)
      }
      index = next
    }
    guard quote == nil else { throw fault("a quote is never closed", text[start...]) }
    if let done = word { words.append((done, text[start..<index])) }
    return words
  }

  private func trim(_ text: Substring) -> Substring {
    var text = text
    while let first = text.first, first.isWhitespace { text.removeFirst() }
    while let last = text.last, last.isWhitespace { text.removeLast() }
    return text
  }

  private func position(_ place: Substring) -> SourcePosition {
    let column = line[..<place.startIndex].unicodeScalars.count + 1
    return SourcePosition(file: file, line: number, column: column, length: place.unicodeScalars.count)
  }

  private func fault(_ message: String, _ place: Substring, hint: String? = nil) -> Diagnostic {
    Diagnostic(.inventory, message, at: position(place), hint: hint)
  }
}
