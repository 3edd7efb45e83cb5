/// What the journal of an earlier run says: the ground that `resume` stands on.
public struct RunHistory: Sendable {
  public let path: String
  public let header: RunHeader
  /// How it ended; nil where it did not.
  public private(set) var result: String?
  /// The newest record of each step that finished.
  public private(set) var finished: [StepKey: StepRecord] = [:]
  /// Steps that were under way, with their fingerprints.
  public private(set) var started: [StepKey: String] = [:]
  /// Handlers that were asked for and have not run: ids by host.
  public private(set) var pendingHandlers: [String: [String]] = [:]
  /// Files with secrets that were not removed yet.
  public private(set) var secrets: [SecretFiles] = []

  /// Whether there is something to resume.
  public var isResumable: Bool { result != "done" }

  /// Reads the journal of a run. A torn last line is dropped; a damaged line elsewhere is a fault.
  public static func read(_ path: String) throws(Diagnostic) -> RunHistory {
    let text = String(decoding: try LocalFile.read(path), as: UTF8.self)
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    // What follows the last line end was being written when the run was killed.
    lines.removeLast()
    var records: [JournalRecord] = []
    for (index, line) in lines.enumerated() {
      do throws(Diagnostic) {
        records.append(try JournalRecord(line: String(line)))
      } catch {
        throw Diagnostic(.invalidValue, "line \(index + 1) of '\(path)' is damaged: \(error.message)")
      }
    }
    guard case .runStarted(let header)? = records.first else {
      throw Diagnostic(.invalidValue, "'\(path)' does not begin with the start of a run")
    }
    var history = RunHistory(path: path, header: header)
    for record in records { history.take(record) }
    return history
  }

  private init(path: String, header: RunHeader) {
    self.path = path
    self.header = header
  }

  private mutating func take(_ record: JournalRecord) {
    switch record {
    case .runStarted: break
    case .runResumed: result = nil
    case .stepStarted(let key, let fingerprint, _): started[key] = fingerprint
    case .stepFinished(let record):
      started[record.key] = nil
      finished[record.key] = record
      for handler in record.notifies where pendingHandlers[record.key.host]?.contains(handler) != true {
        pendingHandlers[record.key.host, default: []].append(handler)
      }
      if record.status != .failed { pendingHandlers[record.key.host]?.removeAll { $0 == record.key.id } }
    case .secretsHeld(let files): secrets.append(files)
    case .secretsRemoved(let host, let paths):
      secrets.removeAll { $0.host == host && $0.paths.allSatisfy { paths.contains($0) } }
    case .runFinished(let result, _): self.result = result
    }
  }
}

/// The runs of a project.
public struct RunLibrary: Sendable {
  let folder: String

  public init(stateFolder: String) { folder = LocalFile.join(stateFolder, "runs") }

  /// Their ids, oldest first: ids begin with the time of the run.
  public func ids() throws(Diagnostic) -> [String] {
    guard try LocalFile.exists(folder) else { return [] }
    return try LocalFile.list(folder)
  }

  /// The journal of a run.
  public func history(of id: String) throws(Diagnostic) -> RunHistory {
    let known = try ids()
    guard known.contains(id) else {
      throw Diagnostic(
        .unknownName, "there is no run '\(id)'",
        hint: nearestName(to: id, among: known).map { "did you mean '\($0)'?" } ?? "'runbook runs' lists them"
      )
    }
    return try RunHistory.read(path(of: id))
  }

  /// The newest run that did not end with everything done; nil where there is none.
  public func newestResumable() throws(Diagnostic) -> RunHistory? {
    for id in try ids().reversed() {
      guard try LocalFile.exists(path(of: id)) else { continue }
      // A run killed before its first line was whole has nothing to resume.
      let bytes = try LocalFile.read(path(of: id))
      guard bytes.contains(UInt8(ascii: "\n")) else { continue }
      let history = try RunHistory.read(path(of: id))
      if history.isResumable { return history }
    }
    return nil
  }

  private func path(of id: String) -> String { "\(folder)/\(id)/journal.jsonl" }
}
