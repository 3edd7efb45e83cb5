import Synchronization

/// Draws a run as JSON, one object a line for each event.
public final class JSONReporter: Reporter {
  private let write: TextSink
  /// Keeps lines of several tasks whole.
  private let turn = Mutex(())

  public init(write: @escaping TextSink) { self.write = write }

  public func receive(_ event: Event) {
    turn.withLock { _ in write(Value.map(event.jsonFields).json() + "\n") }
  }

  public func tick() {}
  public func finish() {}
  public func pause() {}
  public func resume() {}
}

extension Event {
  /// One line of JSON without its end, with the time since the program began.
  public func json(after elapsed: Duration) -> String {
    var fields = jsonFields
    fields["at"] = .float(elapsed.inSeconds)
    return Value.map(fields).json()
  }

  /// The object of one event; `type` says which.
  var jsonFields: ValueMap {
    switch self {
    case .runStarted(let id, let name, let hosts):
      return [
        "type": .string("run-started"), "run": .string(id), "name": .string(name),
        "hosts": .list(hosts.map { .string($0) }),
      ]
    case .hostConnecting(let host): return ["type": .string("host-connecting"), "host": .string(host)]
    case .hostConnected(let host, let after):
      return ["type": .string("host-connected"), "host": .string(host), "seconds": .float(after.inSeconds)]
    case .hostFailed(let host, let diagnostic):
      return ["type": .string("host-failed"), "host": .string(host), "diagnostic": diagnostic.jsonValue]
    case .stepStarted(let label): return label.fields("step-started")
    case .stepOutput(let label, let isError, let lines):
      return label.fields(
        "step-output",
        ["stream": .string(isError ? "stderr" : "stdout"), "lines": .list(lines.map { .string($0) })])
    case .stepRetrying(let label, let attempt, let all, let after, let why):
      return label.fields(
        "step-retrying",
        [
          "attempt": .int(attempt), "attempts": .int(all), "seconds": .float(after.inSeconds),
          "reason": .string(why),
        ])
    case .message(let label, let text): return label.fields("message", ["text": .string(text.description)])
    case .warning(let diagnostic): return ["type": .string("warning"), "diagnostic": diagnostic.jsonValue]
    case .stepFinished(let label, let outcome, let took):
      var more = outcome.jsonFields
      more["seconds"] = .float(took.inSeconds)
      return label.fields("step-finished", more)
    case .runFinished(let summary):
      var fields: ValueMap = ["type": .string("run-finished")]
      for (key, value) in summary.jsonFields { fields[key] = value }
      return fields
    }
  }
}

extension StepLabel {
  fileprivate func fields(_ type: String, _ more: ValueMap = [:]) -> ValueMap {
    var fields: ValueMap = ["type": .string(type)]
    for (key, value) in jsonFields { fields[key] = value }
    for (key, value) in more { fields[key] = value }
    return fields
  }
}

extension StepOutcome {
  fileprivate var jsonFields: ValueMap {
    switch self {
    case .ok: ["outcome": .string("ok")]
    case .changed(let change): ["outcome": .string("changed"), "change": change.jsonValue]
    case .skipped(let why): ["outcome": .string("skipped"), "reason": .string(why)]
    case .blocked(let cause): ["outcome": .string("blocked"), "cause": .string(cause.description)]
    case .failed(let diagnostic): ["outcome": .string("failed"), "diagnostic": diagnostic.jsonValue]
    case .tolerated(let diagnostic): ["outcome": .string("tolerated"), "diagnostic": diagnostic.jsonValue]
    case .interrupted: ["outcome": .string("interrupted")]
    }
  }
}
