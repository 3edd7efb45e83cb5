extension Inventory {
  /// The hosts that a pattern means, in the order of the inventory: names, groups, `*` and `?`, `~regex`, joined by
  /// commas or colons; `!x` leaves out, `&x` keeps only what is also in x; `web[0]` and `web[0:2]` count hosts. A
  /// part that matches nothing is a fault, and so is a pattern that leaves no host.
  public func hosts(matching pattern: String, at position: SourcePosition? = nil) throws(Diagnostic)
    -> [InventoryHost]
  {
    let reader = HostPattern(inventory: self, position: position)
    let parts = reader.parts(of: pattern)
    guard !parts.isEmpty else { throw .inventory("a host pattern is empty", position) }
    var chosen: [String] = []
    let added = parts.filter { !$0.hasPrefix("!") && !$0.hasPrefix("&") }
    for part in added.isEmpty ? ["all"] : added {
      for name in try reader.names(matching: part) where !chosen.contains(name) { chosen.append(name) }
    }
    for part in parts where part.hasPrefix("&") {
      let kept = Set(try reader.names(matching: String(part.dropFirst())))
      chosen.removeAll { !kept.contains($0) }
    }
    for part in parts where part.hasPrefix("!") {
      let left = Set(try reader.names(matching: String(part.dropFirst())))
      chosen.removeAll { left.contains($0) }
    }
    guard !chosen.isEmpty else { throw .inventory("the pattern '\(pattern)' leaves no host", position) }
    let set = Set(chosen)
    let known = hosts.filter { set.contains($0.name) }
    return known + chosen.compactMap { name in hosts.contains { $0.name == name } ? nil : host(named: name) }
  }
}

/// Reads one host pattern.
private struct HostPattern {
  let inventory: Inventory
  let position: SourcePosition?

  /// The parts between commas, or where there is none between colons, brackets left whole.
  func parts(of pattern: String) -> [String] {
    if inventory.host(named: pattern) != nil { return [pattern] }
    let separator: Character = pattern.contains(",") ? "," : ":"
    var parts: [String] = [""]
    var depth = 0
    for character in pattern {
      if character == "[" { depth += 1 } else if character == "]" { depth -= 1 }
      if character == separator, depth <= 0, !parts[parts.count - 1].hasPrefix("~") || separator == "," {
        parts.append("")
      } else {
        parts[parts.count - 1].append(character)
      }
    }
    return parts.map { String($0.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed()) }.filter {
      !$0.isEmpty
    }
  }

  /// The hosts of one part, in the order of the inventory.
  func names(matching part: String) throws(Diagnostic) -> [String] {
    if !part.hasPrefix("~"), inventory.host(named: part) == nil, inventory.group(named: part) == nil,
      let (base, range) = subscripted(part)
    {
      let names = try names(matching: base)
      let (first, last) = (
        range.first < 0 ? names.count + range.first : range.first, range.last(of: names.count)
      )
      guard names.indices.contains(first), last >= first else {
        throw .inventory("'\(part)' counts past the \(names.count) hosts of '\(base)'", position)
      }
      return Array(names[first...min(last, names.count - 1)])
    }
    if part.hasPrefix("~") { return try matching(try expression(String(part.dropFirst())), part) }
    if part.contains(where: { "*?[".contains($0) }) {
      let wildcard = Wildcard(part)
      return try matching({ wildcard.matches($0) }, part)
    }
    if let group = inventory.group(named: part) {
      let hosts = inventory.hosts(ofGroup: group.name)
      // A group and a host may share a name.
      if inventory.hosts.contains(where: { $0.name == part }), !hosts.contains(part) { return hosts + [part] }
      return hosts
    }
    if inventory.host(named: part) != nil { return [part] }
    throw unknown(part)
  }

  private func matching(_ matches: (String) -> Bool, _ part: String) throws(Diagnostic) -> [String] {
    var found = Set(inventory.hosts.map { $0.name }.filter(matches))
    for group in inventory.groups where matches(group.name) {
      found.formUnion(inventory.hosts(ofGroup: group.name))
    }
    guard !found.isEmpty else { throw unknown(part) }
    return inventory.hosts.map { $0.name }.filter { found.contains($0) }
  }

  private func expression(_ text: String) throws(Diagnostic) -> (String) -> Bool {
    do {
      let regex = try Regex(text)
      return { $0.prefixMatch(of: regex) != nil }
    } catch {
      throw .inventory("'~\(text)' is not a regular expression: \(error)", position)
    }
  }

  private struct Range {
    var first: Int
    var isRange: Bool
    var end: Int?

    func last(of count: Int) -> Int {
      guard isRange else { return first < 0 ? count + first : first }
      guard let end else { return count - 1 }
      return end < 0 ? count + end : end
    }
  }

  /// `web[0]`, `web[-1]`, `web[0:2]`, `web[1:]`: places among the hosts of `web`, both ends included.
  private func subscripted(_ part: String) -> (base: String, range: Range)? {
    guard part.hasSuffix("]"), let open = part.lastIndex(of: "["), open != part.startIndex else { return nil }
    let inner = part[part.index(after: open)...].dropLast()
    let ends = inner.split(separator: inner.contains(":") ? ":" : "\0", omittingEmptySubsequences: false)
    guard let start = ends.first, let first = start.isEmpty && ends.count == 2 ? 0 : Int(start) else {
      return nil
    }
    let base = String(part[..<open])
    if ends.count == 1 { return (base, Range(first: first, isRange: false)) }
    guard ends.count == 2 else { return nil }
    if ends[1].isEmpty { return (base, Range(first: first, isRange: true)) }
    return Int(ends[1]).map { (base, Range(first: first, isRange: true, end: $0)) }
  }

  private func unknown(_ part: String) -> Diagnostic {
    let known = inventory.hosts.map { $0.name } + inventory.groups.map { $0.name }
    let nearest = nearestName(to: part, among: known)
    return Diagnostic(
      .inventory, "'\(part)' matches no host or group of the inventory", at: position,
      hint: nearest.map { "did you mean '\($0)'?" })
  }
}

/// A shell wildcard: `*`, `?`, `[abc]`, `[!a-c]`.
struct Wildcard {
  private let pattern: [Character]

  init(_ pattern: String) { self.pattern = Array(pattern) }

  func matches(_ text: String) -> Bool { matches(Array(text)[...], pattern[...]) }

  private func matches(_ text: ArraySlice<Character>, _ pattern: ArraySlice<Character>) -> Bool {
    guard let first = pattern.first else { return text.isEmpty }
    let rest = pattern.dropFirst()
    switch first {
    case "*": return (text.startIndex...text.endIndex).contains { matches(text[$0...], rest) }
    case "?": return !text.isEmpty && matches(text.dropFirst(), rest)
    case "[":
      guard let end = rest.dropFirst().firstIndex(of: "]") else { break }
      guard let character = text.first, isIn(character, rest[..<end]) else { return false }
      return matches(text.dropFirst(), pattern[(end + 1)...])
    default: break
    }
    return text.first == first && matches(text.dropFirst(), rest)
  }

  private func isIn(_ character: Character, _ set: ArraySlice<Character>) -> Bool {
    let isNegated = set.first == "!"
    var members = isNegated ? set.dropFirst() : set
    var isMember = false
    while let first = members.first {
      if members.count > 2, members[members.startIndex + 1] == "-" {
        let last = members[members.startIndex + 2]
        if first <= character, character <= last { isMember = true }
        members = members.dropFirst(3)
      } else {
        if first == character { isMember = true }
        members = members.dropFirst()
      }
    }
    return isMember != isNegated
  }
}
