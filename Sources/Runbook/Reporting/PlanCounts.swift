/// How many entries of a plan are what.
public struct PlanCounts: Sendable, Equatable {
  public private(set) var create = 0
  public private(set) var change = 0
  public private(set) var remove = 0
  public private(set) var run = 0
  /// Questions and words to the person: no change of a host.
  public private(set) var say = 0
  public private(set) var later = 0
  public private(set) var ok = 0
  public private(set) var skipped = 0
  public private(set) var failed = 0

  public init(_ entries: some Sequence<PlanEntry>) {
    for entry in entries { count(entry.verdict) }
  }

  private mutating func count(_ verdict: Verdict) {
    switch verdict {
    case .ok: ok += 1
    case .change(let change) where !change.touchesHost: say += 1
    case .change(let change):
      switch change.kind {
      case .create: create += 1
      case .modify: self.change += 1
      case .remove: remove += 1
      case .run: run += 1
      }
    case .later: later += 1
    case .skipped: skipped += 1
    case .failed: failed += 1
    }
  }

  /// Each count under its word, in the order in which they are said.
  public var all: [(word: String, count: Int)] {
    [
      ("to create", create), ("to change", change), ("to remove", remove), ("to run", run),
      ("to say", say), ("later", later),
      ("failed", failed), ("skipped", skipped), ("ok", ok),
    ]
  }

  /// "4 to create, 2 to change, 31 ok"; what there is none of is left out.
  public var sentence: String {
    let said = all.filter { $0.count > 0 }.map { "\($0.count) \($0.word)" }
    return said.isEmpty ? "nothing to do" : said.joined(separator: ", ")
  }
}
