/// What a run knows about one host as it goes on. Held by one step at a time.
struct HostRun: Sendable {
  let host: String
  var scan: ScanHost
  var variables: HostVariables
  /// What the host answered since something last changed on it.
  var answers: [SessionChannel: FactAnswers]
  /// Whether anything changed since the scan, here or where a step of another host says that it matters.
  var isStale = false
  /// Channels whose lock this run holds.
  var locked: Set<SessionChannel> = []
  /// Files that hold secrets for the time of a phase, by phase.
  var secrets: [Int: [SecretFiles]] = [:]

  init(_ scan: ScanHost) {
    host = scan.host
    self.scan = scan
    variables = HostVariables(
      host: scan.host, facts: scan.facts, assigned: scan.shared, pending: scan.sharedPending)
    answers = scan.answers
  }

  /// Something happened on the host: what it answered before no longer counts.
  mutating func forget() {
    answers = [:]
    isStale = true
  }

  /// The answers of a channel.
  subscript(channel: SessionChannel) -> FactAnswers { answers[channel] ?? FactAnswers() }

  /// The queries of these that have no answer that still counts.
  func unanswered(_ queries: [FactQuery], on channel: SessionChannel) -> [FactQuery] {
    let known = self[channel]
    var (missing, seen): ([FactQuery], Set<FactQuery>) = ([], [])
    for query in queries where known[query] == nil && seen.insert(query).inserted { missing.append(query) }
    return missing
  }

  /// What the steps to come will ask, up to and with the first that the scan found something to do for: they are
  /// asked along the way, so that steps with nothing to do cost no round trip.
  func upcoming(_ nodes: some Sequence<Int>, on channel: SessionChannel) -> [FactQuery] {
    var queries: [FactQuery] = []
    for index in nodes {
      guard let known = scan.known[index] else { continue }
      guard case .steps(let steps) = known.evaluation else {
        if case .skipped = known.evaluation { continue }
        return queries
      }
      for (place, step) in steps.enumerated() where step.channel == channel {
        queries += step.queries
        guard known.standings.indices.contains(place), known.standings[place].isSettled else {
          return queries
        }
      }
    }
    return queries
  }

  /// Whether the scan found something to do for any of these steps.
  func expectsWork(_ nodes: some Sequence<Int>) -> Bool {
    nodes.contains { index in
      guard let known = scan.known[index] else { return false }
      switch known.evaluation {
      case .skipped: return false
      case .pending, .failed: return true
      case .steps(let steps):
        return known.standings.count != steps.count || !known.standings.allSatisfy { $0.isSettled }
      }
    }
  }
}

extension Standing {
  /// Nothing is to be done.
  var isSettled: Bool {
    switch self {
    case .ok, .recalled: true
    case .change, .later, .lacksCommand, .failed: false
    }
  }
}
