/// What an earlier run has to say about a step.
extension ItemTurn {
  /// A step that cannot be looked at and was under way when the run was cut off: why it is not run again; nil: go
  /// on.
  func afterInterruption() async -> Diagnostic? {
    guard let history = context.history, let decoded = step.decoded.step, !decoded.isObservable,
      history.started[key] != nil
    else { return nil }
    switch node.spec.onInterrupt {
    case .rerun: return nil
    case .fail: return .wasUnderWay(label, node)
    case .ask:
      let question: Text = "'\(label.title)' was under way when the run was cut off: run it again?"
      return await context.input.ask(label, question) ? nil : .wasUnderWay(label, node)
    }
  }

  /// Says what moved since the run that is resumed did this step.
  func noteDrift(_ change: Change) {
    guard let record = context.history?.finished[key], record.status == .ok || record.status == .changed
    else {
      return
    }
    let prints = context.key.fingerprints(of: step.decoded)
    if prints.whole == record.fingerprint {
      let message = "'\(label.title)' on '\(node.reference.host)' is no longer as the run before left it"
      context.input.events(
        .warning(Diagnostic(.conflict, message, at: node.spec.position, notes: ["now: \(change.summary)"])))
      return
    }
    let names = Set(prints.parameters.keys).union(record.parameters.keys)
    let changed = names.filter { prints.parameters[$0] != record.parameters[$0] }.sorted()
    let message = "'\(label.title)' on '\(node.reference.host)' is not what the run before did"
    context.input.events(
      .warning(
        Diagnostic(
          .conflict, message, at: node.spec.position,
          notes: ["changed since: " + changed.map { "'\($0)'" }.joined(separator: ", ")])))
  }

  /// Notes which files will hold secrets, before they do.
  mutating func holdSecrets(_ change: Change) throws(Diagnostic) {
    let paths = change.actions.compactMap { action -> String? in
      switch action {
      case .write(let write): write.path
      case .upload(let upload): upload.path
      default: nil
      }
    }
    guard !paths.isEmpty else { return }
    var files = SecretFiles(
      host: host.host, user: nil, method: nil, isDelegated: step.channel.isDelegated, paths: paths)
    if case .become(let user, let method) = step.channel.account {
      (files.user, files.method) = (user, method.rawValue)
    }
    try context.journal?.append(.secretsHeld(files))
    host.secrets[node.scope, default: []].append(files)
  }
}

extension Diagnostic {
  fileprivate static func wasUnderWay(_ label: StepLabel, _ node: GraphNode) -> Diagnostic {
    Diagnostic(
      .interrupted, "'\(label.title)' was under way when the run was cut off, and cannot be looked at",
      at: node.spec.position,
      notes: ["on \(node.reference.host): whether it was done is not known"],
      hint: "see whether it was done; 'on_interrupt: rerun' lets it run again")
  }
}
