import Runbook
import Steps
import Testing

/// One step kind on a server: what is to hold, what breaks half of it, and what takes it away again.
struct ServerCase: Sendable {
  var step: String
  /// A script that leaves the server half-way.
  var damage: String?
  var undo: String?

  init(_ step: String, damage: String? = nil, undo: String? = nil) {
    (self.step, self.damage, self.undo) = (step, damage, undo)
  }

  /// Planning writes nothing; applying converges; a second time nothing is left to do; a half-applied state
  /// is completed; what undoes it converges too.
  func check(on server: FreshServer) async throws {
    let wanted = try decode(step)
    let before = try await server.snapshot()
    let change = try #require(try await server.plan(wanted), "nothing to do for \(step)")
    let after = try await server.snapshot()
    #expect(before == after, "planning \(step) changed the server")
    try await converge(wanted, change, on: server)
    if let damage {
      try await server.run(damage)
      let rest = try #require(try await server.plan(wanted), "the damage was not seen: \(step)")
      try await converge(wanted, rest, on: server)
    }
    guard let undo else { return }
    let gone = try decode(undo)
    let removal = try #require(try await server.plan(gone), "nothing to undo by \(undo)")
    try await converge(gone, removal, on: server)
  }

  private func converge(_ step: AnyStep, _ change: Change, on server: FreshServer) async throws {
    try await server.apply(change)
    guard step.isObservable else { return }
    let rest = try await server.plan(step)
    #expect(rest == nil, "\(step.title) did not converge: \(rest?.summary.description ?? "")")
  }

  private func decode(_ text: String) throws -> AnyStep {
    guard
      case .mapping(let entries)? = try YAMLReader.read(SourceFile(path: "case.yml", text: text))?.content,
      let entry = entries.first, let kind = StepRegistry.standard[entry.key]
    else { throw FreshServerFault("not a step: \(text)") }
    return try Self.make(kind, Self.argument(entry.value))
  }

  private static func make<Kind: StepKind>(_ kind: Kind.Type, _ argument: Argument) throws -> AnyStep {
    var entries: [Argument.Entry] = []
    if case .map(let given) = argument.content {
      entries = given
    } else if let key = kind.shorthand {
      entries = [Argument.Entry(key: key, keyPosition: argument.position, value: argument)]
    }
    var parameters = Parameters(entries, at: argument.position, in: .empty)
    let step = Kind(&parameters)
    parameters.finish(kind: Kind.key)
    guard parameters.faults.isEmpty else { throw Diagnostics(parameters.faults) }
    return AnyStep(step)
  }

  private static func argument(_ node: Node) -> Argument {
    switch node.content {
    case .scalar(let scalar):
      Argument(.written(Text(scalar.text), isPlain: scalar.isPlain), at: node.position)
    case .sequence(let items): Argument(.list(items.map(argument)), at: node.position)
    case .mapping(let entries):
      Argument(
        .map(
          entries.map {
            Argument.Entry(key: $0.key, keyPosition: $0.keyPosition, value: argument($0.value))
          }), at: node.position)
    }
  }
}
