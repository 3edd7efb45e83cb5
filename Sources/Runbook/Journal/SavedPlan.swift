/// A plan on disk: what was asked for, and for each step what was seen and would be done, as keyed digests, so that no
/// secret is in it. Applying it does exactly that, or refuses.
public struct SavedPlan: Sendable, Hashable {
  /// One step, or one item of its loop.
  public struct Entry: Sendable, Hashable {
    public var key: StepKey
    /// How people know it: "note /etc/motd".
    public var title: String
    /// "ok", "create", "modify", "remove", "run", "later", "skipped", "failed".
    public var verdict: String
    /// Of its parameters, and of all that it would do.
    public var digest: String
  }

  public var name: String
  public var time: Int
  public var arguments: RunArguments
  /// `-e`, vaulted; nil where there were none, or no vault password to seal them with.
  public var sealedExtras: String?
  public var extraDigests: [String: String]
  public var entries: [Entry]

  /// Writes it, mode 0600.
  public func write(to path: String) throws(Diagnostic) {
    try LocalFile.write(Array((Value.map(fields).json(pretty: true) + "\n").utf8), to: path)
  }

  /// Reads what `write` wrote.
  public static func read(_ path: String) throws(Diagnostic) -> SavedPlan {
    let text = String(decoding: try LocalFile.read(path, limit: 256 << 20), as: UTF8.self)
    let value = try JSONReader.read(text, named: path)
    guard value["runbook_plan"] == .int(1) else {
      throw Diagnostic(
        .invalidValue, "'\(path)' is no saved plan", hint: "'runbook plan RUNBOOK --save FILE' writes one")
    }
    return try SavedPlan(value)
  }

  /// What is no longer as it was when the plan was made, step by step; empty: it still holds.
  public func differences(to other: SavedPlan) -> [String] {
    let others = Dictionary(other.entries.map { ($0.key, $0) }) { first, _ in first }
    var words: [String] = []
    for entry in entries {
      let place = "\(entry.key.id)@\(entry.key.host)"
      guard let now = others[entry.key] else {
        words.append("\(place) (\(entry.title)) is no longer part of the run")
        continue
      }
      if now.verdict != entry.verdict {
        words.append("\(place) (\(entry.title)) was '\(entry.verdict)' and is now '\(now.verdict)'")
      } else if now.digest != entry.digest {
        words.append("\(place) (\(entry.title)) would now do something else")
      }
    }
    let known = Set(entries.map { $0.key })
    for entry in other.entries where !known.contains(entry.key) {
      words.append("\(entry.key.id)@\(entry.key.host) (\(entry.title)) is new")
    }
    return words
  }
}

extension SavedPlan {
  private var fields: ValueMap {
    var map: ValueMap = ["runbook_plan": .int(1), "name": .string(name), "time": .int(time)]
    arguments.write(into: &map)
    map["extra_digests"] = .digests(extraDigests)
    if let sealedExtras { map["extras"] = .string(sealedExtras) }
    map["entries"] = .list(
      entries.map { entry in
        var fields: ValueMap = [
          "step": .string(entry.key.id), "host": .string(entry.key.host), "title": .string(entry.title),
          "verdict": .string(entry.verdict), "digest": .string(entry.digest),
        ]
        if let item = entry.key.item { fields["item"] = .string(item) }
        return .map(fields)
      })
    return map
  }

  private init(_ value: Value) throws(Diagnostic) {
    name = try value.words("name")
    time = try value.whole("time")
    arguments = try RunArguments(value)
    sealedExtras = value["extras"]?.text?.string
    extraDigests = try value.digests("extra_digests")
    guard case .list(let list)? = value["entries"] else { throw .lacks("entries") }
    entries = try list.map { (value) throws(Diagnostic) in
      Entry(
        key: try StepKey(value), title: try value.words("title"), verdict: try value.words("verdict"),
        digest: try value.words("digest"))
    }
  }
}
