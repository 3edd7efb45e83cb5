public import Runbook
import Synchronization

/// A machine that answers from a list, in order, and refuses every call that the list does not foresee.
public final class ScriptedMachine: Machine {
  /// One script that is expected, and its outcome.
  public struct Exchange: Sendable {
    /// Text that the script must hold; nil: any script.
    public var containing: String?
    public var outcome: ScriptOutcome

    public init(containing: String? = nil, _ outcome: ScriptOutcome) {
      self.containing = containing
      self.outcome = outcome
    }

    /// A script that ends with this status and output.
    public init(containing: String? = nil, status: Int = 0, output: String = "", errors: String = "") {
      self.init(
        containing: containing,
        .finished(status: status, output: Array(output.utf8), errors: Array(errors.utf8)))
    }
  }

  /// What was asked of the machine, in order.
  public struct Call: Sendable, Hashable {
    public var account: SessionAccount
    public var scripts: [Script]
  }

  private struct State {
    var pending: [Exchange]
    var calls: [Call] = []
  }

  public let name: String
  private let state: Mutex<State>

  public init(name: String = "scripted", _ exchanges: [Exchange]) {
    self.name = name
    state = Mutex(State(pending: exchanges))
  }

  public var calls: [Call] { state.withLock { $0.calls } }
  /// What was foreseen and never asked; a test expects it to be empty at its end.
  public var unused: [Exchange] { state.withLock { $0.pending } }

  public func open(as account: SessionAccount) async throws(MachineFault) -> any ShellSession {
    ScriptedSession(machine: self, account: account)
  }

  public func close() async {}

  fileprivate func answer(_ scripts: [Script], as account: SessionAccount) throws(MachineFault)
    -> [ScriptOutcome]
  {
    let answered: Result<[ScriptOutcome], MachineFault> = state.withLock { state in
      state.calls.append(Call(account: account, scripts: scripts))
      var (outcomes, hasFailed): ([ScriptOutcome], Bool) = ([], false)
      for script in scripts {
        if script.needsSuccess && hasFailed {
          outcomes.append(.skipped)
          continue
        }
        guard let next = state.pending.first, next.containing.map({ script.text.contains($0) }) ?? true else {
          return .failure(.unscripted(script.text, expected: state.pending.first))
        }
        state.pending.removeFirst()
        outcomes.append(next.outcome)
        if case .finished(0, _, _) = next.outcome { continue }
        hasFailed = true
      }
      return .success(outcomes)
    }
    return try answered.get()
  }
}

/// A session of a scripted machine.
private actor ScriptedSession: ShellSession {
  let machine: ScriptedMachine
  let account: SessionAccount
  private(set) var roundTrips = 0

  init(machine: ScriptedMachine, account: SessionAccount) {
    self.machine = machine
    self.account = account
  }

  func run(
    _ scripts: [Script], onOutput: (@Sendable (OutputChunk) -> Void)?
  ) async throws(MachineFault) -> [ScriptOutcome] {
    roundTrips += 1
    let outcomes = try machine.answer(scripts, as: account)
    for (index, outcome) in outcomes.enumerated() {
      guard case .finished(_, let output, let errors) = outcome else { continue }
      if !output.isEmpty { onOutput?(OutputChunk(index: index, isError: false, bytes: output)) }
      if !errors.isEmpty { onOutput?(OutputChunk(index: index, isError: true, bytes: errors)) }
    }
    return outcomes
  }

  func upload(_ localPath: String, to path: String) async throws(MachineFault) {
    throw .unscripted("upload of \(localPath) to \(path)", expected: nil)
  }

  func download(_ path: String, to localPath: String) async throws(MachineFault) {
    throw .unscripted("download of \(path) to \(localPath)", expected: nil)
  }

  func close() async {}
}

extension MachineFault {
  fileprivate static func unscripted(_ text: String, expected: ScriptedMachine.Exchange?) -> MachineFault {
    let wanted =
      expected.map { "the next one foreseen holds '\($0.containing ?? "anything")'" } ?? "none is foreseen"
    return .failed(Diagnostic(.failed, "a call that the test does not foresee: \(wanted)", notes: [text]))
  }
}
