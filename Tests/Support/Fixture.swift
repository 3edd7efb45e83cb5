import Runbook

/// One case of a step kind: what the runbook says, what the host answers, and what the step makes of it.
///
///     step: { path: /srv, mode: "0750" }      # the value of the kind's key
///     variables: { name: value }              # what templates and conditions see
///     secrets: { db_password: s3cret }        # marked wherever the text occurs in `step` and `variables`
///     files: { app.conf.j2: "…" }             # files of the control machine
///     before:                                 # see `FixtureFacts`
///       status: { /srv: absent }
///     after:                                  # what differs from `before` once the change is made
///       status: { /srv: directory 0750 root root }
///     results: [{ output: "…" }]              # what the actions gave, for outputs
///     expect:                                 # last; exactly what `FixtureOutcome` renders
///       change: create
///
/// `after` must ask for no change. It is left out only where a step does nothing, or does not look.
public struct Fixture: Sendable, CustomStringConvertible {
  /// `directory/creates.yml`.
  public let name: String
  public let path: String
  public let key: String
  let head: Node
  /// Everything from `expect:` on; nil in a new case.
  public let expectation: String?

  /// Reads one case. Throws where it is not YAML, or has a key that nobody knows.
  public init(path: String, key: String) throws {
    let text = try SourceFile.read(path: path).text
    self.path = path
    self.key = key
    name = key + "/" + (path.split(separator: "/").last.map(String.init) ?? path)
    var (headLines, tailLines): ([Substring], [Substring]) = ([], [])
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if tailLines.isEmpty, !line.hasPrefix("expect:") {
        headLines.append(line)
      } else {
        tailLines.append(line)
      }
    }
    expectation = tailLines.isEmpty ? nil : tailLines.joined(separator: "\n")
    let file = SourceFile(path: name, text: headLines.joined(separator: "\n") + "\n")
    guard let node = try YAMLReader.read(file) else { throw FixtureFault("\(name): nothing in it") }
    head = node
    try FixtureFault.refuseUnknown(
      node, known: ["step", "variables", "secrets", "files", "before", "after", "results"], in: name)
    guard node["step"] != nil else { throw FixtureFault("\(name): no 'step'") }
  }

  /// The files of every case below a folder that has one folder for each key, sorted: read one by one, so
  /// that a case that cannot be read fails alone.
  public static func all(below folder: String) throws -> [(key: String, path: String)] {
    var cases: [(key: String, path: String)] = []
    for key in try LocalFile.list(folder) where !key.hasPrefix(".") {
      for name in try LocalFile.list("\(folder)/\(key)") where name.hasSuffix(".yml") {
        cases.append((key, "\(folder)/\(key)/\(name)"))
      }
    }
    return cases
  }

  public var description: String { name }

  /// Writes what the step makes of the case into its file.
  public func record(_ rendered: String) throws {
    var lines = try SourceFile.read(path: path).text.split(separator: "\n", omittingEmptySubsequences: false)
    if let start = lines.firstIndex(where: { $0.hasPrefix("expect:") }) { lines.removeSubrange(start...) }
    while lines.last?.isEmpty == true { lines.removeLast() }
    let text = lines.joined(separator: "\n") + "\n" + rendered
    try LocalFile.write(Array(text.utf8), to: path, mode: 0o644)
  }
}

/// A fault of the case itself, not of the step.
public struct FixtureFault: Error, CustomStringConvertible {
  public let description: String

  init(_ description: String) { self.description = description }

  static func refuseUnknown(_ node: Node, known: [String], in name: String) throws {
    guard case .mapping(let entries) = node.content else {
      throw FixtureFault("\(name): not a map at \(node.position)")
    }
    for entry in entries where !known.contains(entry.key) {
      throw FixtureFault(
        "\(entry.keyPosition): unknown key '\(entry.key)', known are \(known.joined(separator: ", "))")
    }
  }
}
