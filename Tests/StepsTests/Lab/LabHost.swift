import Glibc
import Support
import Testing

@testable import Runbook
@testable import Steps

/// This machine as a host, everything below a temporary folder that `@/` stands for in the steps.
final class LabHost: Sendable {
  let folder: String
  private let session: any ShellSession

  /// `shell` is what runs the scripts.
  init(shell: [String]) async throws {
    var template = Array("/tmp/runbook-lab-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    folder = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    session = try await LocalMachine(shell: shell).open(as: .login)
  }

  /// What a step did: nil where it had nothing to do.
  struct Outcome {
    var change: Change?
    var outputs: ValueMap
  }

  /// Plans a step, does what it asks for, and plans again: then it must ask for nothing.
  @discardableResult
  func apply(_ step: String, _ variables: ValueMap = [:]) async throws -> Outcome {
    let (kind, parameters) = try decode(step, variables)
    return try await apply(kind, parameters)
  }

  /// Starts what a step would do, and kills all of it that runs on this machine after a while.
  func kill(_ step: String, after seconds: Double) async throws {
    let (kind, parameters) = try decode(step, [:])
    let scripts = ActionScript(environment: [], acceptsAnyStatus: false)
    let text = try await actions(kind, parameters).compactMap { scripts.text(of: $0) }.joined(separator: "\n")
    try write("killed.sh", text, mode: 0o600)
    try await sh(
      """
      rm -f group; setsid sh -c 'echo $$ >group; exec sh killed.sh' >/dev/null 2>&1 </dev/null &
      until [ -s group ]; do :; done
      sleep \(seconds); kill -KILL -- -"$(cat group)" 2>/dev/null || true; rm killed.sh
      """)
  }

  private func actions<Kind: StepKind>(_ kind: Kind.Type, _ given: Parameters) async throws -> [Action] {
    var parameters = given
    let step = Kind(&parameters)
    return try step.change(from: try await look(step))?.actions ?? []
  }

  /// The fault of a step that must not be done.
  func fault(of step: String) async throws -> Diagnostic {
    do {
      let outcome = try await apply(step)
      Issue.record("no fault but \(String(describing: outcome.change?.summary)): \(step)")
      throw LabFault(description: "no fault")
    } catch let fault as Diagnostic { return fault }
  }

  func write(_ path: String, _ text: String, mode: Int = 0o644) throws {
    let whole = "\(folder)/\(path)"
    try LocalFile.makeFolder(LocalFile.parent(of: whole))
    try LocalFile.write(Array(text.utf8), to: whole, mode: mode)
  }

  func read(_ path: String) throws -> String {
    String(decoding: try LocalFile.read("\(folder)/\(path)"), as: UTF8.self)
  }

  func mode(_ path: String) throws -> Int {
    var found = stat()
    try #require(lstat("\(folder)/\(path)", &found) == 0)
    return Int(found.st_mode & 0o7777)
  }

  /// Runs shell text in the folder; its output.
  @discardableResult
  func sh(_ text: String) async throws -> String {
    let result = try await run("cd \(shellWord(folder)) || exit\n\(text)")
    try #require(result.status == 0, "\(text): \(result.errors)")
    return result.output
  }

  func remove() async throws {
    _ = try await run("chmod -R u+rwX \(folder); rm -rf -- \(folder)")
    await session.close()
  }

  private func decode(_ step: String, _ variables: ValueMap) throws -> (any StepKind.Type, Parameters) {
    let file = SourceFile(path: "lab.yml", text: step.replacing("@/", with: folder + "/"))
    guard let node = try YAMLReader.read(file), case .mapping(let entries) = node.content,
      let entry = entries.first
    else { throw LabFault(description: "not a step: \(step)") }
    let kind = try #require(StepRegistry.standard[entry.key])
    let argument = Argument(lab: entry.value)
    let context = DecodingContext(host: "lab", scope: ValueScope(variables), folders: [folder])
    guard case .map(let given) = argument.content else {
      guard let shorthand = kind.shorthand else { throw LabFault(description: "no shorthand: \(step)") }
      let only = Argument.Entry(key: shorthand, keyPosition: entry.keyPosition, value: argument)
      return (kind, Parameters([only], at: entry.keyPosition, in: context))
    }
    return (kind, Parameters(given, at: entry.keyPosition, in: context))
  }

  private func apply<Kind: StepKind>(_ kind: Kind.Type, _ given: Parameters) async throws -> Outcome {
    var parameters = given
    let step = Kind(&parameters)
    parameters.finish(kind: Kind.key)
    try #require(parameters.faults.isEmpty, "\(parameters.faults)")
    let before = try await look(step)
    guard let change = try step.change(from: before) else {
      return Outcome(change: nil, outputs: step.outputs(before, []))
    }
    let results = try await perform(change.actions)
    let after = try await look(step)
    if step.isVerified, !step.probe.queries.isEmpty, let rest = try step.change(from: after) {
      Issue.record("did not converge: \(rest.summary)")
    }
    return Outcome(change: change, outputs: step.outputs(after, results))
  }

  private func look<Kind: StepKind>(_ step: Kind) async throws -> Kind.State {
    let probe = step.probe
    guard !probe.queries.isEmpty else { return try probe.read(FactAnswers()) }
    let outcomes = try await session.run([Script(FactScript.text(for: probe.queries))], onOutput: nil)
    guard case .finished(0, let output, _)? = outcomes.first else {
      throw LabFault(description: "\(outcomes)")
    }
    return try probe.read(try FactScript.parse(output, for: probe.queries))
  }

  private func perform(_ actions: [Action]) async throws -> [ActionResult] {
    let scripts = ActionScript(environment: [], acceptsAnyStatus: false)
    var results: [ActionResult] = []
    for action in actions {
      switch action {
      case .upload(let upload):
        try await session.upload(upload.source, to: ActionScript.temporaryName(for: upload.path))
      case .fetch(let from, let to):
        try LocalFile.makeFolder(LocalFile.parent(of: to))
        try await session.download(from, to: to)
      default: break
      }
      guard let text = scripts.text(of: action) else {
        results.append(ActionResult())
        continue
      }
      let result = try await run(text)
      guard scripts.accepts(result.status, of: action) else {
        throw Diagnostic(.failed, "status \(result.status)", notes: [result.errors])
      }
      results.append(result)
    }
    return results
  }

  private func run(_ text: String) async throws -> ActionResult {
    let outcomes = try await session.run([Script(text)], onOutput: nil)
    guard case .finished(let status, let output, let errors)? = outcomes.first else {
      throw LabFault(description: "\(outcomes)")
    }
    return ActionResult(
      status: status, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
  }
}

struct LabFault: Error, CustomStringConvertible { var description: String }

extension Argument {
  /// A node as it is written, nothing evaluated; what is tagged `!vault` is a secret.
  init(lab node: Node) {
    switch node.content {
    case .scalar(let scalar):
      let text = node.tag == "!vault" ? Text(secret: scalar.text, label: "secret") : Text(scalar.text)
      self.init(.written(text, isPlain: scalar.isPlain), at: node.position)
    case .sequence(let items): self.init(.list(items.map { Argument(lab: $0) }), at: node.position)
    case .mapping(let entries):
      self.init(
        .map(
          entries.map {
            Argument.Entry(key: $0.key, keyPosition: $0.keyPosition, value: Argument(lab: $0.value))
          }),
        at: node.position)
    }
  }
}
