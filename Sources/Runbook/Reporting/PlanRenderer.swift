/// A plan as text for people.
public struct PlanRenderer: Sendable {
  public var palette: Palette
  /// Lists the steps that are ok or skipped too, and the notes of faults.
  public var isVerbose: Bool
  /// Whether the differences of files are shown.
  public var showsDiffs: Bool

  public init(palette: Palette = Palette(isOn: false), isVerbose: Bool = false, showsDiffs: Bool = true) {
    self.palette = palette
    self.isVerbose = isVerbose
    self.showsDiffs = showsDiffs
  }

  /// The whole plan, ending with the line of counts.
  public func text(of plan: Plan) -> String {
    var lines = [heading(of: plan)]
    for group in PlanGroup.groups(of: plan.entries) {
      lines.append("")
      if !group.heading.isEmpty { lines.append(palette.paint(group.heading, .strong)) }
      for (host, entries) in group.hosts {
        lines.append("  \(host)")
        lines += body(of: entries).map { "    " + $0 }
      }
    }
    for fault in plan.faults {
      lines.append("")
      lines.append(palette.paint("\(fault.host): \(fault.diagnostic.message)", .failed))
      lines += details(of: fault.diagnostic).map { "  " + $0 }
    }
    lines += ["", "plan: \(summary(of: plan))"]
    return lines.map { $0.isEmpty ? "" : trimmed($0) }.joined(separator: "\n") + "\n"
  }

  private func heading(of plan: Plan) -> String {
    let hosts = plan.hosts.count == 1 ? "1 host" : "\(plan.hosts.count) hosts"
    let title = plan.name.isEmpty ? plan.runbook : "\(plan.name) (\(plan.runbook))"
    return palette.paint("\(title), \(hosts)", .strong)
  }

  private func summary(of plan: Plan) -> String {
    let counts = PlanCounts(plan.entries).sentence
    guard !plan.faults.isEmpty else { return counts }
    let hosts = plan.faults.count == 1 ? "1 host" : "\(plan.faults.count) hosts"
    let missing = "\(hosts) could not be looked at"
    return plan.entries.isEmpty ? missing : "\(counts), \(missing)"
  }

  private func body(of entries: [PlanEntry]) -> [String] {
    let names = entries.filter { isListed($0) }.map { name(of: $0).count }
    let width = min(names.max() ?? 0, 28)
    var lines = entries.filter { isListed($0) }.flatMap { self.lines(of: $0, width: width) }
    if !isVerbose {
      let counts = PlanCounts(entries)
      let folded = [(counts.ok, "ok"), (counts.skipped, "skipped")].filter { $0.0 > 0 }.map {
        "\($0.0) \($0.1)"
      }
      if !folded.isEmpty { lines.append(palette.paint("  " + folded.joined(separator: ", "), .faint)) }
    }
    return lines
  }

  private func isListed(_ entry: PlanEntry) -> Bool {
    switch entry.verdict {
    case .ok, .skipped: isVerbose
    case .change, .later, .failed: true
    }
  }

  private func name(of entry: PlanEntry) -> String {
    guard let item = entry.item else { return entry.reference.id }
    return "\(entry.reference.id)[\(item)]"
  }

  private func lines(of entry: PlanEntry, width: Int) -> [String] {
    let mark = Mark(entry.verdict)
    let name = name(of: entry)
    let padded = name + String(repeating: " ", count: max(0, width - name.count))
    let says = says(entry).map { ShownText.line($0) }
    var lines = [palette.paint("\(mark.symbol) \(padded)", mark.role) + "  " + says.joined(separator: ": ")]
    switch entry.verdict {
    case .change(let change) where showsDiffs:
      lines += change.diffs.flatMap { diff($0) }.map { "    " + $0 }
    case .failed(let diagnostic):
      lines.append("    at \(diagnostic.position ?? entry.position)")
      lines += details(of: diagnostic).map { "    " + $0 }
    default: break
    }
    return lines
  }

  /// The title, and what it comes to, where that does not say the same again.
  private func says(_ entry: PlanEntry) -> [String] {
    let title = entry.title.description
    let more: String
    switch entry.verdict {
    case .ok: return [title]
    case .change(let change): more = change.summary.description
    case .later(let why): more = "later, \(why)"
    case .skipped(let why): more = "skipped, \(why)"
    case .failed(let diagnostic): more = diagnostic.message
    }
    if title.isEmpty || more.contains(title) { return [more] }
    if title.contains(more) { return [title] }
    return [title, more]
  }

  private func details(of diagnostic: Diagnostic) -> [String] {
    diagnostic.notes.flatMap { $0.split(separator: "\n") }.map { ShownText.line($0) }
      + (diagnostic.hint.map { ["hint: \($0)"] } ?? [])
  }

  /// One file before and after, a line of text an element.
  public func diff(_ diff: TextDiff) -> [String] {
    guard let after = diff.after else { return [palette.paint("--- \(diff.path) (goes away)", .removed)] }
    let unified = UnifiedDiff(before: diff.before ?? "", after: after)
    guard !unified.lines.isEmpty else { return [] }
    let before = diff.before == nil ? "/dev/null" : diff.path
    return [palette.paint("--- \(before)", .strong), palette.paint("+++ \(diff.path)", .strong)]
      + unified.lines.map { paint($0) }
  }

  private func paint(_ line: UnifiedDiff.Line) -> String {
    switch line {
    case .hunk(let header): palette.paint(header, .ran)
    case .same(let text): " " + ShownText.line(text)
    case .removed(let text): palette.paint("-" + ShownText.line(text), .removed)
    case .added(let text): palette.paint("+" + ShownText.line(text), .added)
    case .noNewline: palette.paint("\\ No newline at end of file", .faint)
    }
  }

  /// Without blanks at the end, which an empty line of a diff would leave.
  private func trimmed(_ line: String) -> String {
    var line = Substring(line)
    while line.last == " " { line.removeLast() }
    return String(line)
  }
}

/// How an entry is marked.
struct Mark {
  let symbol: String
  let role: Palette.Role

  init(_ verdict: Verdict) {
    switch verdict {
    case .ok: self.init("=", .faint)
    case .change(let change): self.init(change.kind)
    case .later: self.init("?", .faint)
    case .skipped: self.init("o", .faint)
    case .failed: self.init("!", .failed)
    }
  }

  init(_ kind: Change.Kind) {
    switch kind {
    case .create: self.init("+", .added)
    case .modify: self.init("~", .changed)
    case .remove: self.init("-", .removed)
    case .run: self.init(">", .ran)
    }
  }

  init(_ symbol: String, _ role: Palette.Role) {
    self.symbol = symbol
    self.role = role
  }
}
