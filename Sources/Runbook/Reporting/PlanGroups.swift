/// The entries of a plan as a person reads them: by phase, then by host.
struct PlanGroup {
  /// "Bring up", "Bring up / Databases"; empty for steps outside phases.
  var heading: String
  var hosts: [(name: String, entries: [PlanEntry])]

  /// Steps of one phase on several hosts stand together; steps outside phases that come after a phase stay after it.
  static func groups(of entries: [PlanEntry]) -> [PlanGroup] {
    struct Key: Hashable {
      var heading: String
      var visit: Int
    }
    var order: [Key] = []
    var byKey: [Key: PlanGroup] = [:]
    var current: [String: Key] = [:]
    var visits: [String: [String: Int]] = [:]
    for entry in entries {
      let host = entry.reference.host
      let heading = entry.heading
      if current[host]?.heading != heading {
        visits[host, default: [:]][heading, default: 0] += 1
        current[host] = Key(heading: heading, visit: visits[host]?[heading] ?? 1)
      }
      guard let key = current[host] else { continue }
      if byKey[key] == nil { order.append(key) }
      byKey[key, default: PlanGroup(heading: heading, hosts: [])].append(entry, host: host)
    }
    return order.compactMap { byKey[$0] }
  }

  private mutating func append(_ entry: PlanEntry, host: String) {
    if let index = hosts.firstIndex(where: { $0.name == host }) {
      hosts[index].entries.append(entry)
    } else {
      hosts.append((host, [entry]))
    }
  }
}

extension PlanEntry {
  /// The phases it stands in, and what part of the phase it belongs to where that is not its main one.
  fileprivate var heading: String {
    let path = phases.joined(separator: " / ")
    let part: String? =
      switch role {
      case .main: nil
      case .handler: "handlers"
      case .rescue, .always, .secrets, .verify: role.rawValue
      }
    guard let part else { return path }
    return path.isEmpty ? part : "\(path): \(part)"
  }
}
