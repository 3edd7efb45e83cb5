import Glibc
import Synchronization
import Testing

@testable import Runbook

/// A project in a temporary folder, with hosts that are folders beside it: `{{ root }}` is a host's own.
final class Site: Sendable {
  let folder: String
  let hosts: [FakeHost]
  private let log = Mutex<[Event]>([])
  private let answers = Mutex<[Bool]>([])
  let password: [UInt8]?
  let saysYes: Bool

  init(
    hosts names: [String] = ["alpha"], refusals: Int = 0, password: [UInt8]? = Array("open sesame".utf8),
    saysYes: Bool = false
  ) throws {
    var template = Array("/tmp/runbook-engine-XXXXXX".utf8CString)
    let made = mkdtemp(&template)
    folder = String(cString: try #require(made))
    self.password = password
    self.saysYes = saysYes
    var hosts: [FakeHost] = []
    for name in names {
      try LocalFile.makeFolder("\(folder)/\(name)")
      hosts.append(FakeHost(name, folder: "\(folder)/\(name)", refusals: refusals))
    }
    self.hosts = hosts
  }

  deinit { Site.remove(folder) }

  private static func remove(_ path: String) {
    guard let names = try? LocalFile.list(path) else {
      unlink(path)
      return
    }
    for name in names { remove("\(path)/\(name)") }
    rmdir(path)
  }

  var events: [Event] { log.withLock { $0 } }
  var stateFolder: String { "\(folder)/.runbook" }

  /// Answers to the questions to come, in order; no more than these are asked.
  func answer(_ all: Bool...) { answers.withLock { $0 = all } }

  func input(_ runbook: String, secrets: ValueMap = [:]) throws -> EngineInput {
    let path = "\(folder)/site.yml"
    try LocalFile.write(Array(runbook.utf8), to: path)
    let document = try RunbookReader(registry: .fake, projectFolder: folder).read(path)
    let names = hosts.map { $0.name }
    let graph = try GraphBuilder { pattern, position throws(Diagnostic) in
      if pattern == "all" { return names }
      guard names.contains(pattern) else {
        throw Diagnostic(.inventory, "no host '\(pattern)'", at: position)
      }
      return [pattern]
    }.build(document)
    let machines = Dictionary(uniqueKeysWithValues: hosts.map { ($0.name, $0) })
    var input = EngineInput(
      document: document, graph: graph, registry: .fake,
      scope: { variables in Site.scope(variables, root: machines[variables.host]?.folder ?? "", secrets) },
      machine: { (name) throws(Diagnostic) in
        guard let machine = machines[name] else { throw Diagnostic(.inventory, "no host '\(name)'") }
        return machine
      },
      control: { _ in LocalMachine(name: "control") }, keyring: EmptyKeyring(),
      arguments: RunArguments(runbook: "site.yml"), projectFolder: folder, stateFolder: stateFolder)
    input.options.hostStateFolder = "\(folder)/host-state"
    input.options.saysYes = saysYes
    input.journalPassword = { [password] in password }
    input.events = { [weak self] event in self?.log.withLock { $0.append(event) } }
    input.ask = { [weak self] _, _ in
      self?.answers.withLock { $0.isEmpty ? false : $0.removeFirst() } ?? false
    }
    return input
  }

  private static func scope(_ variables: HostVariables, root: String, _ secrets: ValueMap) -> LayeredScope {
    let waiting = variables.pending
    let facts = variables.facts
    return LayeredScope(
      [
        VariableLayer(.hostVars, title: "site", ["root": .string(root)]),
        VariableLayer(.hostVault, title: "vault", secrets),
        VariableLayer(.facts, title: "facts", facts.map { ["facts": .map($0)] } ?? [:]),
        VariableLayer(
          .assigned, title: "assigned", variables.assigned.map { Variable($0.key, .value($0.value)) }
        ) {
          waiting[$0] ?? ($0 == "facts" && facts == nil ? "the facts of \(variables.host)" : nil)
        },
      ], keyring: EmptyKeyring())
  }

  func plan(_ runbook: String) async throws -> Plan { await Engine(try input(runbook)).plan() }

  @discardableResult
  func apply(
    _ runbook: String, secrets: ValueMap = [:], crashAt point: Journal.CrashPoint? = nil
  ) async throws -> RunSummary {
    await Engine(try input(runbook, secrets: secrets), crashPoint: point).apply()
  }

  /// Resumes the newest run that is not done.
  @discardableResult
  func resume(_ runbook: String, secrets: ValueMap = [:]) async throws -> RunSummary {
    let history = try #require(try RunLibrary(stateFolder: stateFolder).newestResumable())
    let engine = Engine(try input(runbook, secrets: secrets))
    return try await engine.apply(try await engine.scan(resuming: history))
  }

  /// The text of a file of a host; nil where there is none.
  func file(_ name: String, of host: String = "alpha") throws -> String? {
    let path = "\(folder)/\(host)/\(name)"
    guard try LocalFile.exists(path) else { return nil }
    return String(decoding: try LocalFile.read(path), as: UTF8.self)
  }

  func write(_ name: String, _ text: String, of host: String = "alpha") throws {
    try LocalFile.write(Array(text.utf8), to: "\(folder)/\(host)/\(name)")
  }

  /// Every file of a host with its text.
  func state(of host: String = "alpha") throws -> [String: String] {
    var state: [String: String] = [:]
    for name in try LocalFile.list("\(folder)/\(host)") { state[name] = try file(name, of: host) }
    return state
  }

  /// The bytes of every journal of the project.
  func journals() throws -> String {
    let runs = "\(stateFolder)/runs"
    return try LocalFile.list(runs).map {
      String(decoding: try LocalFile.read("\(runs)/\($0)/journal.jsonl"), as: UTF8.self)
    }.joined()
  }

  /// How each step ended, in the order in which they did: "a@alpha ok".
  var ends: [String] {
    events.compactMap { event in
      guard case .stepFinished(let label, let outcome, _) = event else { return nil }
      let item = label.item.map { "[\($0)]" } ?? ""
      return "\(label.reference.id)\(item)@\(label.reference.host) \(outcome.word)"
    }
  }

  var warnings: [Diagnostic] {
    events.compactMap { if case .warning(let diagnostic) = $0 { diagnostic } else { nil } }
  }
}

extension StepOutcome {
  var word: String {
    switch self {
    case .ok: "ok"
    case .changed: "changed"
    case .skipped: "skipped"
    case .blocked(let cause): "blocked by \(cause)"
    case .failed: "failed"
    case .tolerated: "tolerated"
    case .interrupted: "interrupted"
    }
  }
}
