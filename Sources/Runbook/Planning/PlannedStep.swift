/// One step on one host, for one item of its loop: decoded, and where it will run.
struct PlannedStep: Sendable {
  /// The label of its item, where it stands in a loop.
  var item: Text?
  /// The item itself.
  var itemValue: Value?
  /// What tells its item from the others, however many there are.
  var identity: String?
  /// Which of several items with the same identity it is, from 0.
  var occurrence = 0
  var decoded: DecodedStep
  var channel: SessionChannel
  /// The variables that it sees.
  var scope: any Scope

  /// What must be asked of the host before it can be planned.
  var queries: [FactQuery] {
    guard let step = decoded.step else { return [] }
    return step.queries + step.requires.map { .command($0) }
  }

  /// How it stands, seen from the answers; nil: some were not given yet.
  func standing(_ answers: FactAnswers) -> Standing? {
    if let fault = decoded.faults.first {
      return .failed(decoded.faults.dropFirst().reduce(fault) { $0.noting($1.message) }, isInput: true)
    }
    if let reason = decoded.pending.first { return .later("not known before \(reason)") }
    guard let step = decoded.step else { return .later("not known before it can be decoded") }
    for query in queries where answers[query] == nil { return nil }
    if let command = step.requires.first(where: { answers[.command($0)] == .command(false) }) {
      return .lacksCommand(command)
    }
    do throws(Diagnostic) {
      if let change = try step.plan(answers) { return .change(change) }
      return .ok(try step.outputs(answers, []))
    } catch {
      return .failed(error, isInput: false)
    }
  }
}

/// How a step stands on a host.
enum Standing: Sendable {
  case ok(ValueMap)
  case change(Change)
  case later(String)
  case lacksCommand(String)
  /// `isInput`: it cannot be decoded, whatever the host is like.
  case failed(Diagnostic, isInput: Bool)
  /// The run before this one did it, and there is nothing to look at.
  case recalled(ValueMap)
}

/// Whose shell a step runs in, and on which machine.
struct SessionChannel: Sendable, Hashable {
  var account: SessionAccount
  /// On the control machine, for the host.
  var isDelegated: Bool
}

/// What is known of a step on a host once its conditions and its loop were evaluated.
enum NodeEvaluation: Sendable {
  case skipped(String)
  case pending(String)
  case failed(Diagnostic)
  case steps([PlannedStep])
}
