extension RunbookReading {
  /// A list of steps, phases and includes.
  func items(_ node: Node, _ inherited: Inheritance, of key: String) -> [RunbookItem] {
    switch node.content {
    case .sequence(let nodes): return nodes.compactMap { item($0, inherited) }
    case .scalar where Argument(literal: node).isNull: return []
    case .mapping:
      reject(
        .syntax, "'\(key)' is a list, this is a map", at: node.position, hint: "put '- ' before each step")
    case .scalar:
      reject(
        .syntax, "'\(key)' is a list of steps, this is text", at: node.position,
        hint: "put '- ' before each step")
    }
    return []
  }

  private func item(_ node: Node, _ inherited: Inheritance) -> RunbookItem? {
    guard case .mapping(let entries) = node.content else {
      rejectItem(node)
      return nil
    }
    let keys = entries.map { $0.key }
    if keys.contains("phase") { return phase(entries, inherited, at: node.position) }
    if keys.contains("include") { return include(entries, inherited, at: node.position) }
    return step(entries, inherited, at: node.position).map { .step($0) }
  }

  private func rejectItem(_ node: Node) {
    guard case .scalar(let scalar) = node.content, scalar.isPlain else {
      reject(.syntax, "a step is a map of its kind and its keys", at: node.position)
      return
    }
    let word = scalar.text.split(separator: " ").first.map(String.init) ?? ""
    let name = word.hasSuffix(":") ? String(word.dropLast()) : word
    reject(
      .syntax, "a step is a map, this is text", at: node.position,
      hint: registry[name] == nil ? nil : "write '- \(name): …'")
  }

  // MARK: Phases

  private func phase(_ entries: [Node.Entry], _ inherited: Inheritance, at position: SourcePosition)
    -> RunbookItem?
  {
    var keys = KeyReader(entries, of: "a phase", at: position, knowing: CommonKey.phase, in: self)
    var inherited = inherited
    let heading = keys.take("phase")
    let name = heading.flatMap { literal($0, of: "phase") as String? } ?? "phase"
    let id = groupID(&keys, inherited)
    let needs = keys.needs()
    keys.inherit(into: &inherited)
    handlers.append([])
    let place = entries.first { $0.key == "phase" }?.keyPosition ?? position
    var phase = PhaseSpec(
      name: name, position: place, steps: keys.items("steps", inherited, isRequired: true))
    phase.id = id
    phase.needs = needs
    phase.secrets = keys.items("secrets", inherited)
    phase.verify = keys.items("verify", inherited)
    phase.rescue = keys.items("rescue", inherited)
    phase.always = keys.items("always", inherited)
    if let node = keys.take("handlers") { addHandlers(node, inherited) }
    phase.handlers = handlers.removeLast()
    keys.finish()
    return .phase(phase)
  }

  private func groupID(_ keys: inout KeyReader, _ inherited: Inheritance) -> String? {
    guard let (name, position) = keys.identifier("id", alsoAllowing: "-.") else { return nil }
    let id = inherited.prefix + name
    note(id, at: position)
    return id
  }

  /// Notes a given id, which must be the first of its name.
  func note(_ id: String, at position: SourcePosition) {
    if let first = ids[id] {
      let isIncluded = first == position
      reject(
        .invalidValue, "the id '\(id)' is given twice", at: position,
        notes: isIncluded ? ["the file is included twice"] : ["it is given first at \(first)"],
        hint: isIncluded ? "give each 'include' an 'id' of its own" : nil)
    } else {
      ids[id] = position
    }
  }

  // MARK: Includes

  private func include(_ entries: [Node.Entry], _ inherited: Inheritance, at position: SourcePosition)
    -> RunbookItem?
  {
    var keys = KeyReader(entries, of: "an include", at: position, knowing: CommonKey.include, in: self)
    var inherited = inherited
    let place = entries.first { $0.key == "include" }?.value.position ?? position
    let path = keys.take("include").flatMap { includePath($0) }
    let id = groupID(&keys, inherited)
    let name = keys.literal("name")
    let needs = keys.needs()
    let outer = inherited.variables.count
    keys.inherit(into: &inherited, isInclude: true)
    for key in ["for_each", "loop_var", "loop_label"] where keys.has(key) { rejectLoop(keys.takeEntry(key)) }
    keys.finish()
    if let id { inherited.prefix = id + "/" }
    guard let path, let part = open(path, at: place) else { return nil }
    var phase = PhaseSpec(name: name ?? part.path, position: place, steps: [])
    phase.id = id
    phase.needs = needs
    phase.isHeading = name != nil
    inherited.folders = folders(of: part)
    stack.append(LocalPath.normal(part.path))
    phase.steps = self.part(part, inherited, ownVariablesAt: outer)
    stack.removeLast()
    return .phase(phase)
  }

  private func rejectLoop(_ entry: Node.Entry?) {
    reject(
      .invalidValue, "'\(entry?.key ?? "")' cannot stand on an include", at: entry?.keyPosition,
      hint: "write it on the steps of the included file, or include the file once for each item")
  }

  private func includePath(_ node: Node) -> String? {
    guard node.tag != nil || Argument.holdsExpression(node) else { return literal(node, of: "include") }
    reject(
      .invalidValue, "the name of an included file may not be computed", at: node.position,
      hint: "include each file by its name, with a 'when' that chooses")
    return nil
  }

  /// The included file: beside the file that names it, beside the runbook, or in the project.
  private func open(_ path: String, at position: SourcePosition) -> SourceFile? {
    let base = stack.last.map { LocalPath.folder(of: $0) } ?? "."
    var places: [String] = []
    for folder in [base, LocalPath.folder(of: file.path), projectFolder] {
      let place = LocalPath.join(folder, path)
      if !places.contains(place) { places.append(place) }
    }
    guard let found = places.first(where: isThere) else {
      reject(
        .missing, "there is no file '\(path)' to include", at: position,
        notes: ["looked for \(places.map { "'\($0)'" }.joined(separator: ", "))"])
      return nil
    }
    if stack.contains(found) {
      let circle = stack.drop { $0 != found } + [found]
      reject(.cycle, "the files include each other: \(circle.joined(separator: " → "))", at: position)
      return nil
    }
    if let known = files.first(where: { $0.path == found }) { return known }
    do throws(Diagnostic) {
      let file = try SourceFile.read(path: found)
      files.append(file)
      return file
    } catch {
      faults.append(error.located(at: position))
      return nil
    }
  }

  /// Whether there is a file; one that cannot be looked at is left for its reading to name.
  private func isThere(_ path: String) -> Bool {
    do throws(Diagnostic) { return try LocalFile.exists(path) } catch { return true }
  }

  /// The steps of an included file: a list, or a map with `steps`.
  private func part(_ file: SourceFile, _ inherited: Inheritance, ownVariablesAt index: Int) -> [RunbookItem]
  {
    guard let root = parse(file) else { return [] }
    guard case .mapping(let entries) = root.content else {
      return items(root, inherited, of: "an included file")
    }
    var inherited = inherited
    var keys = KeyReader(
      entries, of: "an included file", at: root.position, knowing: CommonKey.part, in: self)
    if let hosts = keys.takeEntry("hosts") {
      reject(
        .invalidValue, "a whole runbook cannot be included", at: hosts.keyPosition,
        hint: "leave 'hosts' to the runbook, or write it on a phase in this file")
    }
    _ = keys.take("name")
    let variables = keys.mapping("vars")
    if !variables.isEmpty { inherited.variables.insert(StepVariables(variables), at: index) }
    let steps = keys.items("steps", inherited, isRequired: true)
    if let node = keys.take("handlers") { addHandlers(node, inherited) }
    keys.finish()
    return steps
  }
}
