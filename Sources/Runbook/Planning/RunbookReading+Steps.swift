extension RunbookReading {
  private static let stepKeys = Set(CommonKey.step.map { $0.name })

  /// One step of one kind.
  func step(_ entries: [Node.Entry], _ inherited: Inheritance, at position: SourcePosition) -> StepSpec? {
    let (common, others) = (
      entries.filter { Self.stepKeys.contains($0.key) }, entries.filter { !Self.stepKeys.contains($0.key) }
    )
    let kind = kind(of: others, at: position)
    var keys = KeyReader(common, of: "a step", at: position, knowing: CommonKey.step, in: self)
    var inherited = inherited
    let own = keys.identifier("id", alsoAllowing: "-.")
    let id = own.map { inherited.prefix + $0.name } ?? derivedID(kind?.key ?? "step", inherited)
    if let own { note(id, at: own.position) }
    keys.inherit(into: &inherited)
    var spec = StepSpec(
      id: id, position: position, kind: kind?.key ?? "", kindPosition: kind?.keyPosition ?? position,
      parameters: kind?.value ?? Node(.mapping([]), at: position))
    spec.hasGivenID = own != nil
    spec.conditions = inherited.conditions
    spec.hostPatterns = inherited.hostPatterns
    spec.runsOnce = inherited.runsOnce
    spec.tags = inherited.tags
    spec.become = inherited.become
    spec.environment = inherited.environment
    spec.variables = inherited.variables
    spec.folders = inherited.folders
    readOwnKeys(&keys, into: &spec)
    keys.finish()
    if let kind { checkShape(kind) }
    return kind == nil ? nil : spec
  }

  /// The keys that only a step has.
  private func readOwnKeys(_ keys: inout KeyReader, into spec: inout StepSpec) {
    spec.name = keys.take("name")
    if let name = spec.name { _ = scalar(name, of: "name") }
    spec.needs = keys.needs()
    spec.forEach = keys.take("for_each")
    spec.loopLabel = keys.take("loop_label")
    if let loop = keys.identifier("loop_var") { spec.loopVariable = loop.name }
    spec.register = keys.identifier("register")?.name
    spec.until = keys.take("until")
    spec.retry = retry(&keys) ?? (spec.until == nil ? nil : RetrySpec(attempts: 3, delay: .seconds(5)))
    spec.timeout = keys.value("timeout")
    spec.notify = keys.names("notify") ?? []
    if let allows: Bool = keys.value("allow_failure") { spec.allowsFailure = allows }
    if let policy: InterruptPolicy = keys.word("on_interrupt") { spec.onInterrupt = policy }
    if let node = keys.take("delegate") { spec.isDelegated = isControl(node) }
    spec.changedWhen = keys.take("changed_when")
    spec.failedWhen = keys.take("failed_when")
  }

  private func isControl(_ node: Node) -> Bool {
    guard let text: String = literal(node, of: "delegate") else { return false }
    if text == "control" { return true }
    let isHere = ["localhost", "127.0.0.1", "local"].contains(text)
    reject(
      .invalidValue, "'\(text)' is not a place to delegate to", at: node.position,
      hint: isHere
        ? "write 'delegate: control'"
        : "'delegate: control' is the control machine; for another host, give that host a step with 'hosts: \(text)'"
    )
    return false
  }

  private func retry(_ keys: inout KeyReader) -> RetrySpec? {
    guard let node = keys.take("retry") else { return nil }
    guard case .mapping(let entries) = node.content else {
      guard let attempts: Int = literal(node, of: "retry") else { return nil }
      return retrySpec(attempts, .seconds(5), at: node.position)
    }
    let known = [
      CommonKey("attempts", "whole number", "Tries in all."),
      CommonKey("delay", "duration", "Between two tries."),
    ]
    var inner = KeyReader(entries, of: "'retry'", at: node.position, knowing: known, in: self)
    let (attempts, delay): (Int?, Duration?) = (inner.value("attempts"), inner.value("delay"))
    inner.finish()
    return retrySpec(attempts ?? 3, delay ?? .seconds(5), at: node.position)
  }

  private func retrySpec(_ attempts: Int, _ delay: Duration, at position: SourcePosition) -> RetrySpec? {
    guard attempts >= 1 else {
      reject(
        .invalidValue, "'retry': \(attempts) tries are none", at: position, hint: "it counts the tries in all"
      )
      return nil
    }
    return RetrySpec(attempts: attempts, delay: delay)
  }

  private func derivedID(_ kind: String, _ inherited: Inheritance) -> String {
    let stem = inherited.prefix + kind
    var number = counts[stem, default: 0]
    repeat { number += 1 } while ids["\(stem)-\(number)"] != nil
    counts[stem] = number
    return "\(stem)-\(number)"
  }

  // MARK: The kind

  /// The one key that is a step kind; every other one is named.
  private func kind(of others: [Node.Entry], at position: SourcePosition) -> Node.Entry? {
    let kinds = others.filter { registry[$0.key] != nil }
    let unknown = others.filter { registry[$0.key] == nil }
    if let kind = kinds.first {
      for second in kinds.dropFirst() {
        reject(
          .syntax, "two step kinds in one step: '\(kind.key)' and '\(second.key)'", at: second.keyPosition,
          notes: ["the first stands at \(kind.keyPosition)"],
          hint: "begin a new step: put '- ' before '\(second.key)'")
      }
      for entry in unknown { rejectKey(entry, of: "a step", knowing: CommonKey.step.map { $0.name }) }
      return kind
    }
    guard let meant = meantKind(among: unknown) else {
      for entry in unknown { rejectKey(entry, of: "a step", knowing: CommonKey.step.map { $0.name }) }
      if unknown.isEmpty {
        reject(
          .missing, "a step without a step kind", at: position, hint: "'runbook help step' lists the kinds")
      }
      return nil
    }
    rejectKind(meant)
    for entry in unknown where entry.key != meant.key {
      rejectKey(entry, of: "a step", knowing: CommonKey.step.map { $0.name })
    }
    return nil
  }

  /// Which of the unknown keys was meant as the step kind; nil where each is a misspelled key of another sort.
  private func meantKind(among unknown: [Node.Entry]) -> Node.Entry? {
    let isKind = { (entry: Node.Entry) in
      self.registry[Habits.kind(forModule: entry.key)] != nil
        || nearestName(to: entry.key, among: self.registry.keys) != nil
    }
    if let entry = unknown.first(where: isKind) { return entry }
    return unknown.first {
      Habits.hint(forKey: $0.key) == nil && nearestName(to: $0.key, among: Self.stepKeys) == nil
    }
  }

  private func rejectKind(_ entry: Node.Entry) {
    let translated = Habits.kind(forModule: entry.key)
    let hint =
      if registry[translated] != nil {
        "write '\(translated):'"
      } else if let nearest = nearestName(to: entry.key, among: registry.keys) {
        "did you mean '\(nearest)'?"
      } else {
        "'runbook help step' lists the kinds"
      }
    reject(.unknownName, "unknown step kind '\(entry.key)'", at: entry.keyPosition, hint: hint)
  }

  /// A bare value for a kind that takes none, and parameters in one line of `key=value`.
  private func checkShape(_ entry: Node.Entry) {
    guard let kind = registry[entry.key], case .scalar(let scalar) = entry.value.content else { return }
    let isEmpty = Argument(literal: entry.value).isNull
    guard kind.shorthand == nil, !isEmpty else { return }
    let words = scalar.text.split(separator: " ").map { String($0) }
    let pairs = words.compactMap { word -> String? in
      guard let sign = word.firstIndex(of: "="), sign != word.startIndex,
        word[..<sign].allSatisfy({ $0.isLetter || $0 == "_" })
      else { return nil }
      return "\(word[..<sign]): \(word[word.index(after: sign)...])"
    }
    let isPairs = !words.isEmpty && pairs.count == words.count
    let hint = isPairs ? "write '\(entry.key): { \(pairs.joined(separator: ", ")) }'" : nil
    reject(
      .invalidValue, "'\(entry.key)' takes a map of parameters, this is text", at: entry.value.position,
      hint: hint)
  }
}
