/// What is not wrong in a runbook, but seldom what its writer wants.
public enum Lint {
  /// The findings by place. `registry` tells what the step kinds take.
  public static func findings(_ document: RunbookDocument, _ registry: StepRegistry) -> [Diagnostic] {
    var findings = truthWords(document.variables)
    var notified: Set<String> = []
    let steps = allSteps(document.items) + document.handlers + phaseHandlers(document.items)
    for spec in steps {
      notified.formUnion(spec.notify.map { $0.name })
      for variables in spec.variables.suffix(1) { findings += truthWords(variables.entries) }
      findings += braces(spec)
      guard let kind = registry[spec.kind], case .mapping(let entries) = spec.parameters.content else {
        if let kind = registry[spec.kind] { findings += withoutGuard(spec, kind, []) }
        continue
      }
      findings += withoutGuard(spec, kind, entries) + images(entries) + clearSecrets(entries, kind)
    }
    findings += steps.flatMap { idleBecome($0) }
    findings += idleHandlers(document.handlers + phaseHandlers(document.items), notified)
    var seen: Set<SourcePosition> = []
    return findings.filter { $0.position.map { seen.insert($0).inserted } ?? true }
  }

  private static func allSteps(_ items: [RunbookItem]) -> [StepSpec] {
    items.flatMap { item in
      switch item {
      case .step(let spec): [spec]
      case .phase(let phase):
        [phase.secrets, phase.steps, phase.verify, phase.rescue, phase.always].flatMap { allSteps($0) }
      }
    }
  }

  private static func phaseHandlers(_ items: [RunbookItem]) -> [StepSpec] {
    items.flatMap { item -> [StepSpec] in
      guard case .phase(let phase) = item else { return [] }
      return phase.handlers + phaseHandlers(phase.steps)
    }
  }

  /// A command that could have a guard and has none runs every time.
  private static func withoutGuard(
    _ spec: StepSpec, _ kind: any StepKind.Type, _ entries: [Node.Entry]
  ) -> [Diagnostic] {
    let guards = ["creates", "removes", "unless", "only_if"]
    let declared = StepManual.parameters(of: kind).map { $0.name }
    guard guards.allSatisfy({ declared.contains($0) }), !entries.contains(where: { guards.contains($0.key) }),
      spec.changedWhen == nil
    else { return [] }
    return [
      Diagnostic(
        .usage, "'\(spec.kind)' without a guard runs every time, and counts as a change",
        at: spec.kindPosition,
        hint: "give it 'creates', 'removes', 'unless' or 'only_if', or say 'changed_when: false'")
    ]
  }

  /// An image without a version is another one tomorrow.
  private static func images(_ entries: [Node.Entry]) -> [Diagnostic] {
    entries.compactMap { entry in
      guard entry.key == "image", case .scalar(let scalar) = entry.value.content,
        !Template.mayHoldExpressions(scalar.text), !scalar.text.contains("@")
      else { return nil }
      let name = scalar.text.split(separator: "/").last.map(String.init) ?? scalar.text
      guard name.hasSuffix(":latest") || !name.contains(":") else { return nil }
      return Diagnostic(
        .usage, "the image '\(scalar.text)' names no version", at: entry.value.position,
        hint: "write the version that you have tested, like '\(name.split(separator: ":")[0]):1.2'")
    }
  }

  private static let secretWords = ["password", "secret", "token", "api_key", "private_key", "passphrase"]

  /// A password in the runbook's own text.
  private static func clearSecrets(_ entries: [Node.Entry], _ kind: any StepKind.Type) -> [Diagnostic] {
    entries.compactMap { entry in
      guard secretWords.contains(where: { entry.key == $0 || entry.key.hasSuffix("_\($0)") }),
        case .scalar(let scalar) = entry.value.content, entry.value.tag == nil, !scalar.text.isEmpty,
        !Template.mayHoldExpressions(scalar.text), plainScalar(scalar.text) == .string(Text(scalar.text)),
        !scalar.text.hasPrefix("/")
      else { return nil }
      return Diagnostic(
        .usage, "'\(entry.key)' stands here in clear", at: entry.value.position,
        hint: "put it into the vault and write \"{{ vault_\(entry.key) }}\"")
    }
  }

  /// YAML's other words for true and false, in free variables: `country: NO`.
  private static func truthWords(_ entries: [Node.Entry]) -> [Diagnostic] {
    entries.flatMap { entry -> [Diagnostic] in
      switch entry.value.content {
      case .mapping(let inner): return truthWords(inner)
      case .sequence(let items):
        return items.flatMap {
          truthWords([Node.Entry(key: entry.key, keyPosition: entry.keyPosition, value: $0)])
        }
      case .scalar(let scalar):
        guard scalar.isPlain, case .bool(let truth) = plainScalar(scalar.text),
          !["true", "false"].contains(scalar.text.lowercased())
        else { return [] }
        return [
          Diagnostic(
            .usage, "'\(entry.key)' is \(truth), not the text '\(scalar.text)'", at: entry.value.position,
            hint: "write \"\(scalar.text)\" for the text, or \(truth)")
        ]
      }
    }
  }

  /// `when: "{{ x }}"`: understood, and more than is needed.
  private static func braces(_ spec: StepSpec) -> [Diagnostic] {
    spec.conditions.compactMap { node in
      guard case .scalar(let scalar) = node.content, scalar.text.hasPrefix("{{"), scalar.text.hasSuffix("}}")
      else {
        return nil
      }
      return Diagnostic(
        .usage, "a condition is an expression already: it needs no braces", at: node.position,
        hint: "write it without '{{' and '}}'")
    }
  }

  private static func idleBecome(_ spec: StepSpec) -> [Diagnostic] {
    guard spec.become.user != nil, spec.become.isOn == false else { return [] }
    return [
      Diagnostic(
        .usage, "'become_user' has no effect: 'become' is false here", at: spec.position,
        hint: "write 'become: true'")
    ]
  }

  private static func idleHandlers(_ handlers: [StepSpec], _ notified: Set<String>) -> [Diagnostic] {
    handlers.compactMap { handler in
      let short = handler.id.split(separator: "/").last.map(String.init) ?? handler.id
      let names = [handler.id, short] + (literalName(handler).map { [$0] } ?? [])
      guard !names.contains(where: { notified.contains($0) }) else { return nil }
      return Diagnostic(
        .usage,
        "no step notifies the handler '\(handler.hasGivenID ? short : literalName(handler) ?? short)'",
        at: handler.position, hint: "write 'notify: \(short)' on a step, or take it out")
    }
  }
}
