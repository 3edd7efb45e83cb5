import Glibc
import Runbook

/// What a case lends to the step: parameters with their secrets marked, variables, files of the control
/// machine.
struct FixtureInputs {
  let context: DecodingContext
  let position: SourcePosition
  /// Where the files are; empty where there are none.
  let folder: String
  private let step: Argument
  private let given: [ActionResult]

  init(_ fixture: Fixture) throws {
    let secrets = try fixture.head["secrets"]?.pairs().map { ($0.key, try $0.value.text()) } ?? []
    guard let step = fixture.head["step"] else { throw FixtureFault("\(fixture.name): no 'step'") }
    self.step = Self.argument(step, marking: secrets)
    position = step.position
    given = try Self.results(fixture.head["results"])
    folder = try Self.writeFiles(fixture.head["files"])
    var variables = ValueMap()
    for entry in try fixture.head["variables"]?.pairs() ?? [] {
      do throws(ParameterFault) {
        variables[entry.key] = try Value.decode(Self.argument(entry.value, marking: secrets))
      } catch { throw FixtureFault("\(entry.keyPosition): \(error)") }
    }
    context = DecodingContext(
      host: "host", scope: ValueScope(variables), folders: folder.isEmpty ? [] : [folder])
  }

  /// The parameters, a bare value going to the shorthand.
  func entries(shorthand: String?) -> [Argument.Entry] {
    if case .map(let entries) = step.content { return entries }
    guard let shorthand, !step.isNull else { return [] }
    return [Argument.Entry(key: shorthand, keyPosition: step.position, value: step)]
  }

  /// One result for each action: those given, then empty ones.
  func results(for change: Change) throws -> [ActionResult] {
    guard given.count <= change.actions.count else { throw FixtureFault("more results than actions") }
    return given + Array(repeating: ActionResult(), count: change.actions.count - given.count)
  }

  func removeFiles() throws {
    if !folder.isEmpty { try Self.remove(folder) }
  }

  private static func remove(_ path: String) throws {
    guard try LocalFile.kind(path) == .folder else { return try LocalFile.remove(path) }
    for name in try LocalFile.list(path) { try remove("\(path)/\(name)") }
    guard rmdir(path) == 0 else { throw FixtureFault("cannot remove \(path)") }
  }

  private static func writeFiles(_ node: Node?) throws -> String {
    guard let node else { return "" }
    var template = Array("/tmp/runbook-fixture-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw FixtureFault("no temporary folder") }
    let folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    for entry in try node.pairs() {
      let path = "\(folder)/\(entry.key)"
      if let slash = path.lastIndex(of: "/") { try LocalFile.makeFolder(String(path[..<slash])) }
      try LocalFile.write(Array(try entry.value.text().utf8), to: path, mode: 0o644)
    }
    return folder
  }

  private static func results(_ node: Node?) throws -> [ActionResult] {
    guard let node else { return [] }
    guard case .sequence(let items) = node.content else {
      throw FixtureFault("\(node.position): 'results' is a list")
    }
    return try items.map { item in
      try FixtureFault.refuseUnknown(item, known: ["status", "output", "errors"], in: "results")
      return ActionResult(
        status: try item["status"]?.int() ?? 0, output: try item["output"]?.text() ?? "",
        errors: try item["errors"]?.text() ?? "")
    }
  }

  private static func argument(_ node: Node, marking secrets: [(String, String)]) -> Argument {
    switch node.content {
    case .scalar(let scalar):
      Argument(.written(marked(scalar.text, secrets), isPlain: scalar.isPlain), at: node.position)
    case .sequence(let items):
      Argument(.list(items.map { argument($0, marking: secrets) }), at: node.position)
    case .mapping(let entries):
      Argument(
        .map(
          entries.map {
            Argument.Entry(
              key: $0.key, keyPosition: $0.keyPosition, value: argument($0.value, marking: secrets))
          }), at: node.position)
    }
  }

  private static func marked(_ string: String, _ secrets: [(label: String, value: String)]) -> Text {
    var text = Text("")
    var rest = Substring(string)
    while !rest.isEmpty {
      let hits = secrets.compactMap { secret in
        rest.firstRange(of: secret.value).map { (range: $0, secret: secret) }
      }
      guard let hit = hits.min(by: { $0.range.lowerBound < $1.range.lowerBound }) else { break }
      text.append(Text(String(rest[..<hit.range.lowerBound])))
      text.append(Text(secret: hit.secret.value, label: hit.secret.label))
      rest = rest[hit.range.upperBound...]
    }
    return text + Text(String(rest))
  }
}

extension Node {
  func pairs() throws -> [Node.Entry] {
    guard case .mapping(let entries) = content else { throw FixtureFault("\(position): not a map") }
    return entries
  }
}
