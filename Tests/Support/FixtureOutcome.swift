public import Runbook

/// What a step kind makes of a case, as the text that stands under `expect:`.
public struct FixtureOutcome: Sendable {
  public let rendered: String
  /// What is wrong whatever the case expects: it did not converge, or the facts do not fit the probe.
  public let problems: [String]

  /// Decodes, probes, plans, plans again on the facts after, and asks for the outputs.
  public init(of fixture: Fixture, kind: any StepKind.Type) throws {
    self = try Self.outcome(kind, fixture)
  }

  private init(rendered: String, problems: [String]) {
    self.rendered = rendered
    self.problems = problems
  }

  private init(_ lines: [String], problems: [String] = []) {
    rendered = (["expect:"] + lines.map { $0.isEmpty ? "" : "  " + $0 }).joined(separator: "\n") + "\n"
    self.problems = problems
  }

  private static func outcome<Kind: StepKind>(_ kind: Kind.Type, _ fixture: Fixture) throws -> FixtureOutcome
  {
    let inputs = try FixtureInputs(fixture)
    let made = Result { try Self.outcome(kind, fixture, inputs) }
    try inputs.removeFiles()
    return try made.get().hiding(inputs.folder)
  }

  private static func outcome<Kind: StepKind>(
    _ kind: Kind.Type, _ fixture: Fixture, _ inputs: FixtureInputs
  ) throws -> FixtureOutcome {
    var parameters = Parameters(
      inputs.entries(shorthand: Kind.shorthand), at: inputs.position, in: inputs.context)
    let step = Kind(&parameters)
    parameters.finish(kind: Kind.key)
    guard parameters.faults.isEmpty else {
      return FixtureOutcome(["faults:"] + parameters.faults.flatMap(lines))
    }
    guard parameters.pending.isEmpty else {
      return FixtureOutcome(parameters.pending.map { "pending: \($0)" })
    }
    return try outcome(of: step, fixture, inputs)
  }

  private static func outcome<Kind: StepKind>(
    of step: Kind, _ fixture: Fixture, _ inputs: FixtureInputs
  ) throws -> FixtureOutcome {
    let probe = step.probe
    var facts = FixtureFacts()
    if let before = fixture.head["before"] { try facts.add(before) }
    var rendered = ["title: \(step.title)"]
    do {
      var (state, results) = (
        try probe.read(try facts.answers(to: probe.queries, in: fixture.name)), [ActionResult]()
      )
      var problems: [String] = []
      if let change = try step.change(from: state) {
        rendered += lines(change)
        results = try inputs.results(for: change)
        if let after = fixture.head["after"] {
          try facts.add(after)
          state = try probe.read(try facts.answers(to: probe.queries, in: fixture.name))
          if step.isVerified, let rest = try step.change(from: state) {
            problems.append("did not converge: \(rest.summary)")
          }
        } else if step.isVerified, !probe.queries.isEmpty {
          problems.append("no 'after', though the step looks at the host")
        }
      } else {
        rendered.append("change: none")
        if fixture.head["after"] != nil { problems.append("an 'after', though there is nothing to do") }
      }
      return FixtureOutcome(rendered + outputs(step, state, results), problems: problems)
    } catch let fault as Diagnostic {
      return FixtureOutcome(rendered + ["fault:"] + lines(fault))
    }
  }

  /// The same with the temporary folder of the case's files by a name.
  private func hiding(_ folder: String) -> FixtureOutcome {
    guard !folder.isEmpty else { return self }
    return FixtureOutcome(rendered: rendered.replacing(folder, with: "‹files›"), problems: problems)
  }

  private static func outputs<Kind: StepKind>(
    _ step: Kind, _ state: Kind.State, _ results: [ActionResult]
  ) -> [String] {
    var rendered: [String] = []
    for (heading, map) in [("outputs", step.outputs(state, results)), ("assigns", step.assignments)]
    where !map.isEmpty {
      rendered.append("\(heading):")
      rendered += map.map { "  \($0.key): \($0.value.written.debugDescription)" }
    }
    return rendered
  }

  private static func lines(_ fault: Diagnostic) -> [String] {
    let place = fault.position.map { " at \($0.line):\($0.column)" } ?? ""
    var lines = ["  - \(fault.message) [\(fault.code.rawValue)]\(place)"]
    lines += fault.notes.flatMap { block("    note", $0) }
    if let hint = fault.hint { lines.append("    hint: \(hint)") }
    return lines
  }

  private static func lines(_ change: Change) -> [String] {
    var lines = ["change: \(change.kind.rawValue)", "summary: \(change.summary)"]
    for diff in change.diffs {
      lines.append("diff: \(diff.path)")
      lines += block("  before", diff.before ?? "‹none›")
      lines += block("  after", diff.after?.description ?? "‹none›")
    }
    if !change.actions.isEmpty { lines.append("actions:") }
    lines += change.actions.flatMap { self.lines($0) }
    return lines
  }
}
