import Runbook

/// What the program ends with.
enum ExitStatus: Int32, Sendable {
  case done = 0
  /// Wrong input; nothing was touched.
  case wrongInput = 1
  /// `plan` and `check`: there are changes to be made. After a run: its `verify:` steps failed.
  case pending = 2
  case failed = 3
  case unreachable = 4
  case locked = 5
  case interrupted = 130

  init(_ code: Diagnostic.Code) {
    switch code {
    case .usage, .syntax, .unknownName, .invalidValue, .undefined, .cycle, .missing, .template, .vault,
      .inventory,
      .stalePlan:
      self = .wrongInput
    case .unreachable, .refused: self = .unreachable
    case .conflict, .failed, .timedOut, .notConverged, .unreadable, .wentAway, .missingCommand: self = .failed
    case .locked: self = .locked
    case .interrupted: self = .interrupted
    }
  }

  init(_ result: RunSummary.Result) {
    switch result {
    case .done: self = .done
    case .failed: self = .failed
    case .unreachable: self = .unreachable
    case .unverified: self = .pending
    case .locked: self = .locked
    case .interrupted: self = .interrupted
    }
  }

  /// Of several faults the one that says most: an interrupt, then wrong input, a lock, a host, a step.
  init(_ faults: Diagnostics) {
    let order: [ExitStatus] = [.interrupted, .wrongInput, .locked, .unreachable, .failed]
    let found = Set(faults.all.map { ExitStatus($0.code) })
    self = order.first { found.contains($0) } ?? .wrongInput
  }
}
