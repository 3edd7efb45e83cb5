/// What programs read instead of the text: the shape of each thing is part of the product.
extension Plan {
  /// One object for the whole plan.
  public var jsonValue: Value {
    var counts = ValueMap()
    for (word, count) in PlanCounts(entries).all { counts[word.replacing(" ", with: "_")] = .int(count) }
    return .map([
      "type": .string("plan"),
      "runbook": .string(runbook),
      "name": .string(name),
      "hosts": .list(hosts.map { .string($0) }),
      "steps": .list(entries.map { $0.jsonValue }),
      "faults": .list(
        faults.map { .map(["host": .string($0.host), "diagnostic": $0.diagnostic.jsonValue]) }),
      "counts": .map(counts),
      "has_changes": .bool(hasChanges),
    ])
  }
}

extension PlanEntry {
  var jsonValue: Value {
    var map: ValueMap = [
      "id": .string(reference.id),
      "host": .string(reference.host),
      "kind": .string(kind),
      "title": .string(title.description),
      "phases": .list(phases.map { .string($0) }),
      "role": .string(role.rawValue),
      "position": .string(position.description),
    ]
    if let item { map["item"] = .string(item.description) }
    switch verdict {
    case .ok: map["verdict"] = .string("ok")
    case .change(let change):
      map["verdict"] = .string(change.kind.rawValue)
      map["change"] = change.jsonValue
    case .later(let why):
      map["verdict"] = .string("later")
      map["reason"] = .string(why)
    case .skipped(let why):
      map["verdict"] = .string("skipped")
      map["reason"] = .string(why)
    case .failed(let diagnostic):
      map["verdict"] = .string("failed")
      map["diagnostic"] = diagnostic.jsonValue
    }
    return .map(map)
  }
}

extension Change {
  var jsonValue: Value {
    .map([
      "kind": .string(kind.rawValue),
      "summary": .string(summary.description),
      "diffs": .list(
        diffs.map { diff in
          .map([
            "path": .string(diff.path), "diff": .string(PlanRenderer().diff(diff).joined(separator: "\n")),
          ])
        }),
    ])
  }
}

extension Diagnostic {
  /// Code, message, place, notes and hint.
  public var jsonValue: Value {
    var map: ValueMap = ["code": .string(code.rawValue), "message": .string(message)]
    if let position {
      map["file"] = .string(position.file.path)
      map["line"] = .int(position.line)
      map["column"] = .int(position.column)
    }
    if !notes.isEmpty { map["notes"] = .list(notes.map { .string($0) }) }
    if let hint { map["hint"] = .string(hint) }
    return .map(map)
  }
}

extension StepLabel {
  var jsonFields: ValueMap {
    var map: ValueMap = [
      "step": .string(reference.id), "host": .string(reference.host), "title": .string(title.description),
    ]
    if let item { map["item"] = .string(item.description) }
    if !phases.isEmpty { map["phases"] = .list(phases.map { .string($0) }) }
    return map
  }
}

extension RunSummary {
  var jsonFields: ValueMap {
    var map: ValueMap = ["run": .string(id), "result": .string(result.rawValue)]
    map["hosts"] = .map(
      ValueMap(
        hosts.map { host in
          let counts = host.counts
          let fields: ValueMap = [
            "ok": .int(counts.ok), "changed": .int(counts.changed), "skipped": .int(counts.skipped),
            "failed": .int(counts.failed), "blocked": .int(counts.blocked),
          ]
          return (host.name, .map(fields))
        }))
    map["failures"] = .list(
      failures.map { failure in
        var fields = failure.label.jsonFields
        fields["diagnostic"] = failure.diagnostic.jsonValue
        return .map(fields)
      })
    map["seconds"] = .float(took.inSeconds)
    map["round_trips"] = .int(roundTrips)
    return map
  }
}
