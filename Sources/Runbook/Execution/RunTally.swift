/// What a run came to so far.
struct RunTally: Sendable {
  var counts: [String: RunSummary.HostCounts] = [:]
  /// Failures by node: those that a `rescue` takes up count no longer.
  private(set) var failures: [(node: Int, role: GraphNode.Role, label: StepLabel, diagnostic: Diagnostic)] =
    []
  /// Hosts that cannot be used, and why.
  var down: [String: Diagnostic] = [:]
  var isInterrupted = false
  /// Why the run could not go on.
  var fatal: Diagnostic?

  mutating func count(_ end: StepTurn.End) {
    let host = end.label.reference.host
    var counts = self.counts[host] ?? RunSummary.HostCounts()
    switch end.outcome {
    case .ok: counts.ok += 1
    case .changed: counts.changed += 1
    case .skipped: counts.skipped += 1
    case .blocked: counts.blocked += 1
    case .failed: counts.failed += 1
    case .tolerated: counts.ok += 1
    case .interrupted: break
    }
    self.counts[host] = counts
  }

  mutating func note(_ report: StepTurn.Report, _ node: GraphNode) {
    for end in report.ends {
      if case .failed(let diagnostic) = end.outcome {
        failures.append((node.index, node.role, end.label, diagnostic))
      }
      if case .interrupted = end.outcome { isInterrupted = true }
    }
    fatal = fatal ?? report.fatal
  }

  /// Failures that nothing took up.
  func standing(_ walk: GraphWalk) -> [(
    node: Int, role: GraphNode.Role, label: StepLabel, diagnostic: Diagnostic
  )] {
    failures.filter { !walk.isRescued($0.node) }
  }

  func result(_ walk: GraphWalk) -> RunSummary.Result {
    if isInterrupted { return .interrupted }
    if fatal != nil { return .failed }
    let standing = standing(walk).filter { $0.diagnostic.code != .locked }
    let unreachable = down.values.contains { $0.code != .locked && $0.code != .wentAway }
    if standing.contains(where: { $0.role != .verify && !$0.diagnostic.code.isConnection }) { return .failed }
    if down.values.contains(where: { $0.code == .locked }) { return .locked }
    if unreachable { return .unreachable }
    return standing.isEmpty ? .done : .unverified
  }
}

extension Diagnostic.Code {
  fileprivate var isConnection: Bool { self == .unreachable || self == .refused }
}
