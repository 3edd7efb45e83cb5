/// Takes the keys of one mapping one by one, literally, and names those that nothing took.
struct KeyReader {
  let what: String
  let position: SourcePosition
  private let known: [CommonKey]
  private let reading: RunbookReading
  private var rest: [Node.Entry]

  init(
    _ entries: [Node.Entry], of what: String, at position: SourcePosition, knowing known: [CommonKey],
    in reading: RunbookReading
  ) {
    rest = entries
    self.what = what
    self.position = position
    self.known = known
    self.reading = reading
  }

  func has(_ key: String) -> Bool { rest.contains { $0.key == key } }

  mutating func takeEntry(_ key: String) -> Node.Entry? {
    guard let index = rest.firstIndex(where: { $0.key == key }) else { return nil }
    return rest.remove(at: index)
  }

  mutating func take(_ key: String) -> Node? { takeEntry(key)?.value }

  /// Names every key that is left.
  mutating func finish() {
    for entry in rest { reading.rejectKey(entry, of: what, knowing: known.map { $0.name }) }
    rest = []
  }

  /// A value as a parameter of that type would be read, without expressions.
  mutating func value<T: ParameterValue>(_ key: String, _ type: T.Type = T.self) -> T? {
    take(key).flatMap { reading.literal($0, of: key) }
  }

  mutating func literal(_ key: String) -> String? { value(key, String.self) }

  /// A name of the language: letters, digits and a few signs.
  mutating func identifier(_ key: String, alsoAllowing others: String = "") -> (
    name: String, position: SourcePosition
  )? {
    guard let node = take(key), let name: String = reading.literal(node, of: key) else { return nil }
    let isSound = name.unicodeScalars.allSatisfy {
      $0 == "_" || others.unicodeScalars.contains($0) || ($0.isASCII && $0.properties.isAlphabetic)
        || ("0"..."9").contains($0)
    }
    guard isSound, !name.isEmpty, !others.isEmpty || name.first?.isNumber == false else {
      reading.reject(
        .invalidValue, "'\(name)' cannot be used as '\(key)'", at: node.position,
        hint: others.isEmpty
          ? "use letters, digits and '_', not beginning with a digit"
          : "use letters, digits, '-', '_' and '.'")
      return nil
    }
    return (name, node.position)
  }

  /// One scalar, or a list of them; a scalar may hold several between commas where `splits` is set.
  mutating func names(_ key: String, splits: Bool = false) -> [(name: String, position: SourcePosition)]? {
    guard let node = take(key) else { return nil }
    var names: [(name: String, position: SourcePosition)] = []
    for item in elements(node) {
      guard let text: String = reading.literal(item, of: key) else { continue }
      let parts = splits ? text.split(separator: ",").map { trimmed($0) } : [text]
      for part in parts where !part.isEmpty { names.append((part, item.position)) }
    }
    return names
  }

  /// A host pattern; a list of patterns is all of them together.
  mutating func pattern(_ key: String) -> String? {
    guard let names = names(key) else { return nil }
    return names.isEmpty ? nil : names.map { $0.name }.joined(separator: ",")
  }

  /// The entries of a map, whose values are evaluated later.
  mutating func mapping(_ key: String) -> [Node.Entry] {
    guard let node = take(key), !Argument(literal: node).isNull else { return [] }
    guard case .mapping(let entries) = node.content else {
      reading.reject(Argument(literal: node).expected("a map"), in: key)
      return []
    }
    return entries
  }

  /// A node or a list of nodes, which are evaluated later.
  mutating func nodes(_ key: String) -> [Node] { take(key).map(elements) ?? [] }

  mutating func items(_ key: String, _ inherited: Inheritance, isRequired: Bool = false) -> [RunbookItem] {
    guard let node = take(key) else {
      if isRequired { reading.reject(.missing, "'\(key)' is missing", at: position) }
      return []
    }
    return reading.items(node, inherited, of: key)
  }

  /// The keys that a runbook, a phase, an include and a step have in common.
  mutating func inherit(into inherited: inout Inheritance, hosts: Bool = true, isInclude: Bool = false) {
    let own = becomeSpec()
    inherited.become.isOn = own.isOn ?? inherited.become.isOn
    inherited.become.user = own.user ?? inherited.become.user
    inherited.become.method = own.method ?? inherited.become.method
    for (tag, _) in names("tags", splits: true) ?? [] where !inherited.tags.contains(tag) {
      inherited.tags.append(tag)
    }
    for entry in mapping("environment") {
      inherited.environment.removeAll { $0.key == entry.key }
      inherited.environment.append(entry)
    }
    guard hosts else { return }
    inherited.conditions += nodes("when")
    let place = rest.first { $0.key == "hosts" }?.value.position
    if let pattern = pattern("hosts"), let place { inherited.hostPatterns.append((pattern, place)) }
    if let once: Bool = value("run_once") { inherited.runsOnce = once }
    let variables = mapping("vars")
    if !variables.isEmpty { inherited.variables.append(StepVariables(variables, isOfInclude: isInclude)) }
  }

  mutating func needs() -> [NeedSpec]? {
    names("needs").map { names in
      names.map { (text, position) in
        guard let sign = text.firstIndex(of: "@") else {
          return NeedSpec(id: text, hosts: nil, position: position)
        }
        return NeedSpec(
          id: String(text[..<sign]), hosts: String(text[text.index(after: sign)...]), position: position)
      }
    }
  }

  private mutating func becomeSpec() -> BecomeSpec {
    var become = BecomeSpec(isOn: value("become"))
    if let node = take("become_user"), let user = reading.scalar(node, of: "become_user") {
      become.user = user
    }
    become.method = word("become_method")
    return become
  }

  /// One of the fixed words of an enumeration.
  mutating func word<Word: RawRepresentable & CaseIterable>(_ key: String) -> Word?
  where Word.RawValue == String {
    guard let node = take(key), let text: String = reading.literal(node, of: key) else { return nil }
    if let word = Word(rawValue: text) { return word }
    let words = Word.allCases.map { $0.rawValue }
    reading.reject(
      .invalidValue, "'\(text)' is none of \(words.map { "'\($0)'" }.joined(separator: ", "))",
      at: node.position,
      hint: nearestName(to: text, among: words).map { "did you mean '\($0)'?" })
    return nil
  }

  private func elements(_ node: Node) -> [Node] {
    if case .sequence(let items) = node.content { return items }
    return Argument(literal: node).isNull ? [] : [node]
  }

  private func trimmed(_ text: Substring) -> String {
    var text = text
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}

extension RunbookReading {
  /// The value of a key that must be known before any host is, so it takes no expression.
  func literal<T: ParameterValue>(_ node: Node, of key: String) -> T? {
    if node.tag != nil || Argument.holdsExpression(node) {
      reject(
        .invalidValue, "'\(key)' takes no expression: it must be known before the run", at: node.position)
      return nil
    }
    do throws(ParameterFault) { return try T.decode(Argument(literal: node)) } catch {
      if case .invalid(let fault) = error { reject(fault, in: key) }
      return nil
    }
  }

  /// A scalar's text; it may be a template.
  func scalar(_ node: Node, of key: String) -> String? {
    if case .scalar(let scalar) = node.content { return scalar.text }
    reject(Argument(literal: node).expected("text"), in: key)
    return nil
  }

  func reject(_ fault: Diagnostic, in key: String) {
    var fault = fault
    fault.message = "'\(key)': \(fault.message)"
    faults.append(fault)
  }

  /// An unknown key: what it is called here, or the nearest known one.
  func rejectKey(_ entry: Node.Entry, of what: String, knowing known: [String]) {
    let nearest = nearestName(to: entry.key, among: known).map { "did you mean '\($0)'?" }
    reject(
      .unknownName, "unknown key '\(entry.key)' of \(what)", at: entry.keyPosition,
      hint: Habits.hint(forKey: entry.key) ?? nearest)
  }
}

extension Argument {
  /// A node as it is written, for what takes no expression.
  init(literal node: Node) {
    let content: Content =
      switch node.content {
      case .scalar(let scalar): .written(Text(scalar.text), isPlain: scalar.isPlain)
      case .sequence(let items): .list(items.map { Argument(literal: $0) })
      case .mapping(let entries):
        .map(
          entries.map { Entry(key: $0.key, keyPosition: $0.keyPosition, value: Argument(literal: $0.value)) })
      }
    self.init(content, at: node.position)
  }

  /// Whether any scalar in it holds `{{` or `{%`.
  static func holdsExpression(_ node: Node) -> Bool {
    switch node.content {
    case .scalar(let scalar): scalar.text.contains("{{") || scalar.text.contains("{%")
    case .sequence(let items): items.contains { holdsExpression($0) }
    case .mapping(let entries): entries.contains { holdsExpression($0.value) }
    }
  }
}
