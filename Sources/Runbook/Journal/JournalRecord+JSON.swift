extension JournalRecord {
  /// One line of JSON, without its end.
  var line: String { Value.map(fields).json() }

  private var fields: ValueMap {
    switch self {
    case .runStarted(let header): header.fields
    case .runResumed(let time, let version):
      ["record": "run-resumed", "time": .int(time), "version": .string(version)]
    case .stepStarted(let key, let fingerprint, let time):
      key.fields("step-started", ["fingerprint": .string(fingerprint), "time": .int(time)])
    case .stepFinished(let record): record.fields
    case .secretsHeld(let files): files.fields
    case .secretsRemoved(let host, let paths):
      ["record": "secrets-removed", "host": .string(host), "paths": .strings(paths)]
    case .runFinished(let result, let time):
      ["record": "run-finished", "result": .string(result), "time": .int(time)]
    }
  }

  /// Throws where the line is not a record.
  init(line: String) throws(Diagnostic) {
    let value = try JSONReader.read(line, named: "journal")
    switch value["record"]?.text?.string {
    case "run-started": self = .runStarted(try RunHeader(value))
    case "run-resumed": self = .runResumed(time: try value.whole("time"), version: try value.words("version"))
    case "step-started":
      self = .stepStarted(
        try StepKey(value), fingerprint: try value.words("fingerprint"), time: try value.whole("time"))
    case "step-finished": self = .stepFinished(try StepRecord(value))
    case "secrets-held": self = .secretsHeld(try SecretFiles(value))
    case "secrets-removed":
      self = .secretsRemoved(host: try value.words("host"), paths: try value.list("paths"))
    case "run-finished": self = .runFinished(result: try value.words("result"), time: try value.whole("time"))
    default: throw Diagnostic(.invalidValue, "the journal has a record of an unknown sort")
    }
  }
}

extension RunHeader {
  fileprivate var fields: ValueMap {
    var map: ValueMap = [
      "record": "run-started", "run": .string(id), "name": .string(name), "version": .string(version),
      "time": .int(time), "hosts": .strings(hosts), "digest": .string(digest),
      "extra_digests": .digests(extraDigests),
    ]
    arguments.write(into: &map)
    if let sealedExtras { map["extras"] = .string(sealedExtras) }
    return map
  }

  fileprivate init(_ value: Value) throws(Diagnostic) {
    id = try value.words("run")
    name = try value.words("name")
    version = try value.words("version")
    time = try value.whole("time")
    hosts = try value.list("hosts")
    digest = try value.words("digest")
    arguments = try RunArguments(value)
    sealedExtras = value["extras"]?.text?.string
    extraDigests = try value.digests("extra_digests")
  }
}

extension RunArguments {
  /// All but the extra variables, which are not for the open.
  func write(into map: inout ValueMap) {
    map["runbook"] = .string(runbook)
    map["inventory"] = .strings(inventory)
    map["tags"] = .strings(tags)
    map["skip_tags"] = .strings(skipTags)
    if let limit { map["limit"] = .string(limit) }
    if let startAt { map["start_at"] = .string(startAt) }
  }

  init(_ value: Value) throws(Diagnostic) {
    self.init(
      runbook: try value.words("runbook"), inventory: try value.list("inventory"),
      limit: value["limit"]?.text?.string,
      tags: try value.list("tags"), skipTags: try value.list("skip_tags"),
      startAt: value["start_at"]?.text?.string)
  }
}

extension StepKey {
  fileprivate func fields(_ record: Value, _ more: ValueMap) -> ValueMap {
    var map: ValueMap = ["record": record, "step": .string(id), "host": .string(host)]
    if let item { map["item"] = .string(item) }
    for (key, value) in more { map[key] = value }
    return map
  }

  init(_ value: Value) throws(Diagnostic) {
    self.init(id: try value.words("step"), host: try value.words("host"), item: value["item"]?.text?.string)
  }
}

extension StepRecord {
  fileprivate var fields: ValueMap {
    var more: ValueMap = [
      "status": .string(status.rawValue), "fingerprint": .string(fingerprint),
      "parameters": .digests(parameters),
      "notifies": .strings(notifies), "time": .int(time),
    ]
    switch outputs {
    case .clear(let value): more["outputs"] = value
    case .vaulted(let text, let label):
      more["sealed"] = .string(text)
      more["label"] = .string(label)
    case .withheld: more["withheld"] = .bool(true)
    }
    return key.fields("step-finished", more)
  }

  fileprivate init(_ value: Value) throws(Diagnostic) {
    key = try StepKey(value)
    guard let status = Status(rawValue: try value.words("status")) else { throw .lacks("status") }
    self.status = status
    fingerprint = try value.words("fingerprint")
    parameters = try value.digests("parameters")
    notifies = try value.list("notifies")
    time = try value.whole("time")
    if let clear = value["outputs"] {
      outputs = .clear(clear)
    } else if let sealed = value["sealed"]?.text?.string {
      outputs = .vaulted(sealed, label: try value.words("label"))
    } else {
      outputs = .withheld
    }
  }
}

extension SecretFiles {
  fileprivate var fields: ValueMap {
    var map: ValueMap = [
      "record": "secrets-held", "host": .string(host), "paths": .strings(paths),
      "delegated": .bool(isDelegated),
    ]
    if let user { map["user"] = .string(user) }
    if let method { map["method"] = .string(method) }
    return map
  }

  fileprivate init(_ value: Value) throws(Diagnostic) {
    self.init(
      host: try value.words("host"), user: value["user"]?.text?.string, method: value["method"]?.text?.string,
      isDelegated: value["delegated"] == .bool(true), paths: try value.list("paths"))
  }
}

extension Value {
  static func strings(_ list: [String]) -> Value { .list(list.map { .string(Text($0)) }) }

  static func digests(_ digests: [String: String]) -> Value {
    .map(ValueMap(digests.sorted { $0.key < $1.key }.map { ($0.key, .string(Text($0.value))) }))
  }

  func words(_ key: String) throws(Diagnostic) -> String {
    guard let text = self[key]?.text else { throw .lacks(key) }
    return text.string
  }

  func whole(_ key: String) throws(Diagnostic) -> Int {
    guard case .int(let number)? = self[key] else { throw .lacks(key) }
    return number
  }

  func list(_ key: String) throws(Diagnostic) -> [String] {
    guard case .list(let list)? = self[key] else { throw .lacks(key) }
    return list.compactMap { $0.text?.string }
  }

  func digests(_ key: String) throws(Diagnostic) -> [String: String] {
    guard case .map(let map)? = self[key] else { throw .lacks(key) }
    return Dictionary(
      uniqueKeysWithValues: map.compactMap { entry in entry.value.text.map { (entry.key, $0.string) } })
  }
}

extension Diagnostic {
  static func lacks(_ key: String) -> Diagnostic {
    Diagnostic(.invalidValue, "a record of the journal has no '\(key)'")
  }
}
