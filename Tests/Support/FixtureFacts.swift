import Runbook

/// The answers of a host, as a case writes them: a map by kind of fact. `absent` stands for what is not
/// there, `unreadable: why` for what the host could not look at.
///
///     status:  { /srv: directory 0755 root root, /x: link /target, /f: { kind: file, mode: "0644", size: 3 } }
///     digest:  { /f: 9f86… }
///     content: { /f: "text" }
///     package: { jq: "1.7" }            # or { version, held, broken, leftovers }
///     user:    { app: { uid: 1000, gid: 1000, group, home, shell, comment, groups: [] } }
///     group:   { app: 1000 }
///     unit:    { ssh.service: loaded active enabled }     # or { load, active, sub, file, reload }
///     command: { git: true }
///     script:  ["printed", { status: 1, output: "", errors: "" }]    # in the order of the probe
struct FixtureFacts {
  private var named: [FactQuery: FactAnswer] = [:]
  private var scripts: [FactAnswer] = []

  init() {}

  /// Reads `before`, or `after` on top of it: scripts are replaced as a whole.
  mutating func add(_ node: Node) throws {
    guard case .mapping(let kinds) = node.content else {
      throw FixtureFault("\(node.position): facts are a map")
    }
    for kind in kinds {
      if kind.key == "script" {
        guard case .sequence(let items) = kind.value.content else {
          throw FixtureFault("\(kind.value.position): 'script' is a list")
        }
        scripts = try items.map(Self.script)
        continue
      }
      guard case .mapping(let subjects) = kind.value.content else {
        throw FixtureFault("\(kind.value.position): '\(kind.key)' is a map")
      }
      for subject in subjects {
        let (query, answer) = try Self.fact(kind.key, subject)
        named[query] = try Self.unreadable(subject.value) ?? answer(subject.value)
      }
    }
  }

  /// The answers to a probe's queries. Throws where one is missing, or one was given that nobody asks for.
  func answers(to queries: [FactQuery], in name: String) throws -> FactAnswers {
    var answers = FactAnswers()
    var (unused, position) = (Set(named.keys), 0)
    for query in queries where answers[query] == nil {
      if case .script(let text) = query {
        guard position < scripts.count else {
          throw FixtureFault("\(name): no answer to script \(position + 1):\n\(text)")
        }
        answers[query] = scripts[position]
        position += 1
      } else {
        guard let answer = named[query] ?? impliedAnswer(to: query) else {
          throw FixtureFault("\(name): no answer to \(query)")
        }
        answers[query] = answer
        unused.remove(query)
      }
    }
    guard unused.isEmpty, position == scripts.count else {
      throw FixtureFault(
        "\(name): facts that the step does not ask for: \(unused), scripts \(scripts.dropFirst(position))")
    }
    return answers
  }

  /// What is not a file has neither content nor digest: that need not be written out.
  private func impliedAnswer(to query: FactQuery) -> FactAnswer? {
    func isFile(_ path: String) -> Bool {
      guard case .status(let status) = named[.status(path)] else { return true }
      return status?.kind == .file
    }
    switch query {
    case .content(let path) where !isFile(path): return .content(nil)
    case .digest(let path) where !isFile(path): return .digest(nil)
    default: return nil
    }
  }

  private typealias Reader = (Node) throws -> FactAnswer

  private static func fact(_ kind: String, _ subject: Node.Entry) throws -> (FactQuery, Reader) {
    switch kind {
    case "status": (.status(subject.key), status)
    case "digest": (.digest(subject.key), { .digest($0.isAbsent ? nil : try $0.text()) })
    case "content": (.content(subject.key), { .content($0.isAbsent ? nil : Array(try $0.text().utf8)) })
    case "package": (.package(subject.key), package)
    case "user": (.user(subject.key), { try user(subject.key, $0) })
    case "group": (.group(subject.key), { try group(subject.key, $0) })
    case "unit": (.unit(subject.key), unit)
    case "command": (.command(subject.key), { .command(try $0.bool()) })
    default: throw FixtureFault("\(subject.keyPosition): unknown kind of fact '\(kind)'")
    }
  }

  private static func unreadable(_ node: Node) throws -> FactAnswer? {
    guard let why = node["unreadable"] else { return nil }
    return .unreadable(try why.text())
  }

  private static func script(_ node: Node) throws -> FactAnswer {
    if let fault = try unreadable(node) { return fault }
    guard case .mapping = node.content else { return .script(ScriptOutput(output: try node.text())) }
    try FixtureFault.refuseUnknown(node, known: ["status", "output", "errors"], in: "script")
    return .script(
      ScriptOutput(
        status: try node["status"]?.int() ?? 0, output: try node["output"]?.text() ?? "",
        errors: try node["errors"]?.text() ?? ""))
  }

  private static func status(_ node: Node) throws -> FactAnswer {
    if node.isAbsent { return .status(nil) }
    if case .scalar(let scalar) = node.content { return .status(try shortStatus(scalar.text, node.position)) }
    try FixtureFault.refuseUnknown(
      node, known: ["kind", "mode", "owner", "group", "uid", "gid", "size", "modified", "target"],
      in: "status")
    guard let kind = FileStatus.Kind(rawValue: try node["kind"]?.text() ?? "file") else {
      throw FixtureFault("\(node.position): unknown kind of file")
    }
    guard let mode = Int(try node["mode"]?.text() ?? "0644", radix: 8) else {
      throw FixtureFault("\(node.position): no mode")
    }
    return .status(
      FileStatus(
        kind: kind, mode: mode, owner: try node["owner"]?.text() ?? "root",
        group: try node["group"]?.text() ?? "root",
        userID: try node["uid"]?.int() ?? 0, groupID: try node["gid"]?.int() ?? 0,
        size: try node["size"]?.int() ?? 0,
        modified: try node["modified"]?.int() ?? 0, target: try node["target"]?.text()))
  }

  /// `directory 0755 root root`, `file 0644`, `link /target`.
  private static func shortStatus(_ text: String, _ position: SourcePosition) throws -> FileStatus {
    let words = text.split(separator: " ").map(String.init)
    if words.count == 2, words[0] == "link" { return FileStatus(kind: .link, mode: 0o777, target: words[1]) }
    guard words.count == 2 || words.count == 4, let kind = FileStatus.Kind(rawValue: words[0]), kind != .link,
      let mode = Int(words[1], radix: 8)
    else { throw FixtureFault("\(position): '\(text)' is no status") }
    let (owner, group) = words.count == 4 ? (words[2], words[3]) : ("root", "root")
    return FileStatus(
      kind: kind, mode: mode, owner: owner, group: group, userID: owner == "root" ? 0 : 1000,
      groupID: group == "root" ? 0 : 1000)
  }
}

extension FixtureFacts {
  private static func package(_ node: Node) throws -> FactAnswer {
    if node.isAbsent { return .package(PackageState()) }
    guard case .mapping = node.content else { return .package(PackageState(version: try node.text())) }
    try FixtureFault.refuseUnknown(node, known: ["version", "held", "broken", "leftovers"], in: "package")
    return .package(
      PackageState(
        version: try node["version"]?.text(), isHeld: try node["held"]?.bool() ?? false,
        isBroken: try node["broken"]?.bool() ?? false, hasLeftovers: try node["leftovers"]?.bool() ?? false))
  }

  private static func user(_ name: String, _ node: Node) throws -> FactAnswer {
    if node.isAbsent { return .user(nil) }
    try FixtureFault.refuseUnknown(
      node, known: ["uid", "gid", "group", "comment", "home", "shell", "groups"], in: "user")
    return .user(
      Account(
        name: name, userID: try node["uid"]?.int() ?? 1000, groupID: try node["gid"]?.int() ?? 1000,
        group: try node["group"]?.text() ?? name, comment: try node["comment"]?.text() ?? "",
        home: try node["home"]?.text() ?? "/home/\(name)", shell: try node["shell"]?.text() ?? "/bin/sh",
        groups: try node["groups"]?.texts() ?? []))
  }

  private static func group(_ name: String, _ node: Node) throws -> FactAnswer {
    node.isAbsent ? .group(nil) : .group(AccountGroup(name: name, groupID: try node.int()))
  }

  private static func unit(_ node: Node) throws -> FactAnswer {
    if node.isAbsent { return .unit(UnitState(load: "not-found", active: "inactive", sub: "dead")) }
    if case .scalar(let scalar) = node.content {
      let words = scalar.text.split(separator: " ").map(String.init)
      guard words.count == 3 else { throw FixtureFault("\(node.position): a unit is 'load active file'") }
      return .unit(UnitState(load: words[0], active: words[1], file: words[2]))
    }
    try FixtureFault.refuseUnknown(node, known: ["load", "active", "sub", "file", "reload"], in: "unit")
    return .unit(
      UnitState(
        load: try node["load"]?.text() ?? "loaded", active: try node["active"]?.text() ?? "inactive",
        sub: try node["sub"]?.text() ?? "", file: try node["file"]?.text() ?? "",
        needsReload: try node["reload"]?.bool() ?? false))
  }
}

extension Node {
  var isAbsent: Bool {
    if case .scalar(let scalar) = content { scalar.isPlain && scalar.text == "absent" } else { false }
  }

  func text() throws -> String {
    guard case .scalar(let scalar) = content else { throw FixtureFault("\(position): not text") }
    return scalar.text
  }

  func int() throws -> Int {
    guard let number = Int(try text()) else { throw FixtureFault("\(position): not a number") }
    return number
  }

  func bool() throws -> Bool {
    switch try text() {
    case "true": true
    case "false": false
    default: throw FixtureFault("\(position): neither true nor false")
    }
  }

  func texts() throws -> [String] {
    guard case .sequence(let items) = content else { throw FixtureFault("\(position): not a list") }
    return try items.map { try $0.text() }
  }
}
