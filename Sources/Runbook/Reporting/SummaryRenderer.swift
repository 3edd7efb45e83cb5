/// The end of a run as text for people: what each host got, what failed and where, and how to go on.
public struct SummaryRenderer: Sendable {
  public var palette: Palette

  public init(palette: Palette = Palette(isOn: false)) { self.palette = palette }

  /// `resume` is the command line that goes on with the run; it is the last line where there is something left.
  public func text(of summary: RunSummary, resume: String) -> String {
    var lines = [""]
    for (index, failure) in summary.failures.enumerated() {
      if index > 0 { lines.append("") }
      lines += text(of: failure.label, failure.diagnostic)
    }
    if !summary.failures.isEmpty { lines.append("") }
    let width = summary.hosts.map { $0.name.count }.max() ?? 0
    for (name, counts) in summary.hosts {
      let padding = String(repeating: " ", count: width - name.count)
      let role: Palette.Role = counts.failed > 0 ? .failed : counts.changed > 0 ? .changed : .added
      lines.append("\(palette.paint(name, role))\(padding)  \(Self.sentence(counts))")
    }
    lines.append(verdict(of: summary))
    if summary.result.canResume, !summary.id.isEmpty { lines.append("to go on: \(resume)") }
    return lines.joined(separator: "\n") + "\n"
  }

  private func verdict(of summary: RunSummary) -> String {
    let took = summary.took.spoken
    let changed = summary.hosts.reduce(0) { $0 + $1.counts.changed }
    switch summary.result {
    case .done:
      let what = changed == 0 ? "nothing had to be changed" : "\(changed) changed"
      return palette.paint("done in \(took): \(what)", .added)
    case .failed:
      let count = summary.failures.count
      return palette.paint("failed after \(took): \(count) \(count == 1 ? "step" : "steps")", .failed)
    case .locked: return palette.paint("stopped after \(took): another run holds the lock", .failed)
    case .unreachable: return palette.paint("stopped after \(took): not every host could be reached", .failed)
    case .unverified:
      return palette.paint("done in \(took), but not as it should be: a check failed", .changed)
    case .interrupted: return palette.paint("interrupted after \(took)", .failed)
    }
  }

  private func text(of label: StepLabel, _ diagnostic: Diagnostic) -> [String] {
    let place = label.reference.id.isEmpty ? label.reference.host : "\(label.name) on \(label.reference.host)"
    let fault = diagnostic.rendered(color: palette.isOn)
    return [palette.paint("\(place):", .strong)]
      + fault.split(separator: "\n", omittingEmptySubsequences: true).map { "  \($0)" }
  }

  /// "3 changed, 31 ok": what there is none of is left out.
  static func sentence(_ counts: RunSummary.HostCounts) -> String {
    let all = [
      (counts.failed, "failed"), (counts.blocked, "left out"), (counts.changed, "changed"),
      (counts.skipped, "skipped"), (counts.ok, "ok"),
    ]
    let said = all.filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return said.isEmpty ? "nothing to do" : said.joined(separator: ", ")
  }
}

extension RunSummary.Result {
  /// Whether there is something left that `resume` can do.
  fileprivate var canResume: Bool {
    switch self {
    case .failed, .unreachable, .interrupted, .locked: true
    case .done, .unverified: false
    }
  }
}
