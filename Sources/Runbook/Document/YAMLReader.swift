/// Reads YAML text into nodes.
///
/// YAML 1.1 as libyaml has it. Anchors, aliases and merge keys are resolved; `!vault` and `!unsafe` stay on their
/// nodes. What would hide a mistake is refused: a key given twice, a second document, any other tag.
public struct YAMLReader {
  private static let depthLimit = 100
  private static let sizeLimit = 16 << 20
  /// How many nodes aliases may add to a document.
  private static let expansionLimit = 100_000

  /// A node with what its repetition would cost.
  private struct Composed {
    var node: Node
    var size = 1
    var height = 1
  }

  private let events: YAMLEvents
  private var anchors: [String: Composed] = [:]
  private var openAnchors: Set<String> = []
  private var expanded = 0
  private var faults: [Diagnostic] = []

  /// The file's one document; nil where it is empty. Faults that leave the rest readable are reported together.
  public static func read(_ file: SourceFile) throws(Diagnostics) -> Node? {
    guard file.text.utf8.count <= sizeLimit else {
      throw .one(Diagnostic(.syntax, "'\(file.path)' is larger than 16 MiB"))
    }
    let events: YAMLEvents
    do { events = try YAMLEvents(file) } catch { throw .one(error) }
    var reader = YAMLReader(events: events)
    return try reader.document()
  }

  private init(events: YAMLEvents) { self.events = events }

  private mutating func document() throws(Diagnostics) -> Node? {
    var root: Node?
    do throws(Diagnostic) {
      var isSecond = false
      reading: while true {
        switch try events.next() {
        case .streamEnd: break reading
        case .documentStart(let position):
          guard !isSecond else { throw .secondDocument(position) }
          isSecond = true
          root = try node(try events.next(), depth: 1).node
        default: continue
        }
      }
    } catch {
      throw shown(faults + [error])
    }
    guard faults.isEmpty else { throw shown(faults) }
    guard let root, !root.isEmptyPlain else { return nil }
    return root
  }

  /// Faults by position; those of decrypted text quote nothing of it but a key.
  private func shown(_ faults: [Diagnostic]) -> Diagnostics {
    guard events.file.isSecret else { return Diagnostics(faults).sorted }
    return Diagnostics(
      faults.map {
        $0.message.hasPrefix("the key '")
          ? $0 : Diagnostic(.syntax, "the decrypted text is not readable as YAML here", at: $0.position)
      }
    ).sorted
  }

  private mutating func node(_ event: YAMLEvents.Event, depth: Int) throws(Diagnostic) -> Composed {
    switch event {
    case .scalar(let scalar, let properties):
      let tag = tag(properties, isScalar: true)
      let node = Node(.scalar(scalar), tag: tag, at: properties.position)
      return named(properties.anchor, Composed(node: node))
    case .alias(let name, let position): return try alias(name, at: position, depth: depth)
    case .sequenceStart(let properties): return try sequence(properties, depth: depth)
    case .mappingStart(let properties): return try mapping(properties, depth: depth)
    case .documentStart, .documentEnd, .streamStart, .streamEnd, .sequenceEnd, .mappingEnd:
      preconditionFailure("libyaml gave the end of something where a node begins")
    }
  }

  private mutating func sequence(_ properties: YAMLEvents.Properties, depth: Int) throws(Diagnostic)
    -> Composed
  {
    try open(properties, depth: depth)
    var items: [Node] = []
    var (size, height) = (1, 1)
    var position = properties.position
    while true {
      let event = try events.next()
      if case .sequenceEnd(let end) = event {
        position = properties.spanning(to: end)
        break
      }
      let item = try node(event, depth: depth + 1)
      items.append(item.node)
      (size, height) = (size + item.size, max(height, item.height + 1))
    }
    let node = Node(.sequence(items), tag: tag(properties, isScalar: false), at: position)
    return close(properties.anchor, Composed(node: node, size: size, height: height))
  }

  private mutating func mapping(_ properties: YAMLEvents.Properties, depth: Int) throws(Diagnostic)
    -> Composed
  {
    try open(properties, depth: depth)
    var entries: [Node.Entry] = []
    var merged: [Node.Entry] = []
    var places: [String: Int] = [:]
    var (size, height) = (1, 1)
    var position = properties.position
    while true {
      let event = try events.next()
      if case .mappingEnd(let end) = event {
        position = properties.spanning(to: end)
        break
      }
      let (key, keyPosition, isPlain) = try key(event, of: properties.position)
      let value = try node(try events.next(), depth: depth + 1)
      (size, height) = (size + value.size + 1, max(height, value.height + 1))
      if key == "<<", isPlain {
        merge(value.node, into: &merged, at: keyPosition)
      } else if let place = places.updateValue(entries.count, forKey: key) {
        faults.append(.duplicateKey(key, keyPosition, first: entries[place].keyPosition))
        places[key] = place
      } else {
        entries.append(Node.Entry(key: key, keyPosition: keyPosition, value: value.node))
      }
    }
    if !merged.isEmpty { entries = merged.filter { places[$0.key] == nil } + entries }
    if !properties.isFlow, let first = entries.first?.keyPosition, first == position { position = first }
    let node = Node(.mapping(entries), tag: tag(properties, isScalar: false), at: position)
    return close(properties.anchor, Composed(node: node, size: size, height: height))
  }

  /// A key: always text, as written.
  private func key(
    _ event: YAMLEvents.Event, of mapping: SourcePosition
  ) throws(Diagnostic) -> (String, SourcePosition, isPlain: Bool) {
    switch event {
    case .scalar(let scalar, let properties): return (scalar.text, properties.position, scalar.isPlain)
    case .alias(let name, let position):
      guard let target = anchors[name] else { throw .unknownAnchor(name, position, known: anchors.keys) }
      guard case .scalar(let scalar) = target.node.content else { throw .keyNotText(position, in: mapping) }
      return (scalar.text, position, false)
    case .mappingStart(let properties), .sequenceStart(let properties):
      throw .keyNotText(properties.position, in: mapping)
    case .documentStart, .documentEnd, .streamStart, .streamEnd, .sequenceEnd, .mappingEnd:
      preconditionFailure("libyaml gave the end of something where a key begins")
    }
  }

  /// What `<<` brings in: earlier mappings win over later ones, and the mapping's own keys over all.
  private mutating func merge(_ node: Node, into merged: inout [Node.Entry], at position: SourcePosition) {
    switch node.content {
    case .mapping(let entries):
      var known = Set(merged.map { $0.key })
      merged += entries.filter { known.insert($0.key).inserted }
    case .sequence(let items):
      for item in items {
        guard case .mapping = item.content else {
          faults.append(.cannotMerge(item.position))
          continue
        }
        merge(item, into: &merged, at: position)
      }
    case .scalar: faults.append(.cannotMerge(position))
    }
  }

  private mutating func alias(_ name: String, at position: SourcePosition, depth: Int) throws(Diagnostic)
    -> Composed
  {
    guard !openAnchors.contains(name) else { throw .recursion(name, position) }
    guard let target = anchors[name] else { throw .unknownAnchor(name, position, known: anchors.keys) }
    expanded += target.size
    guard expanded <= Self.expansionLimit else {
      throw .tooMuchExpansion(position, limit: Self.expansionLimit)
    }
    guard depth + target.height - 1 <= Self.depthLimit else {
      throw .tooDeep(position, limit: Self.depthLimit)
    }
    return target
  }

  private mutating func open(_ properties: YAMLEvents.Properties, depth: Int) throws(Diagnostic) {
    guard depth <= Self.depthLimit else { throw .tooDeep(properties.position, limit: Self.depthLimit) }
    if let anchor = properties.anchor { openAnchors.insert(anchor) }
  }

  private mutating func close(_ anchor: String?, _ composed: Composed) -> Composed {
    if let anchor { openAnchors.remove(anchor) }
    return named(anchor, composed)
  }

  private mutating func named(_ anchor: String?, _ composed: Composed) -> Composed {
    if let anchor { anchors[anchor] = composed }
    return composed
  }

  /// The tags that mean something to us; the others are faults, YAML's own names for text and maps apart.
  private mutating func tag(_ properties: YAMLEvents.Properties, isScalar: Bool) -> String? {
    switch properties.tag {
    case nil, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map": return nil
    case "!vault", "!vault-encrypted":
      if !isScalar { faults.append(.vaultNotText(properties.position)) }
      return "!vault"
    case "!unsafe": return "!unsafe"
    case let tag?:
      faults.append(.unknownTag(tag, properties.position))
      return nil
    }
  }
}

extension Node {
  /// An empty document's node.
  fileprivate var isEmptyPlain: Bool {
    guard case .scalar(let scalar) = content else { return false }
    return scalar.isPlain && scalar.text.isEmpty && tag == nil
  }
}
