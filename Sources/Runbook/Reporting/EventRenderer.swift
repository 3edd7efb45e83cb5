/// The finished lines that events come to, the same on a terminal and in a file.
struct EventRenderer: Sendable {
  var palette: Palette
  /// Shows what steps print, and those with nothing to do.
  var isVerbose: Bool
  var showsDiffs: Bool
  /// The width of the widest host name, for one column of them.
  var hostWidth = 0

  /// The lines for an event, without line ends; none for what only a live display shows.
  func lines(for event: Event) -> [String] {
    switch event {
    case .runStarted(let id, let name, let hosts):
      let count = hosts.count == 1 ? "1 host" : "\(hosts.count) hosts"
      return [palette.paint("run \(id): \(name), \(count)", .strong)]
    case .hostConnecting, .stepStarted: return []
    case .hostConnected(let host, let after):
      return isVerbose ? [line(host, palette.paint("connected in \(after.spoken)", .faint))] : []
    case .hostFailed(let host, let diagnostic):
      return [line(host, palette.paint("! \(ShownText.line(diagnostic.message))", .failed))]
    case .stepOutput(let label, _, let printed):
      guard isVerbose else { return [] }
      return printed.map {
        line(label.reference.host, palette.paint("  | \(ShownText.lastDrawn($0))", .faint))
      }
    case .stepRetrying(let label, let attempt, let all, let after, let why):
      let words = "  \(label.name): try \(attempt) of \(all) failed, the next in \(after.spoken): \(why)"
      return [line(label.reference.host, ShownText.line(words))]
    case .message(let label, let text):
      return text.description.split(separator: "\n", omittingEmptySubsequences: false)
        .map { line(label.reference.host, "  " + ShownText.line($0)) }
    case .warning(let diagnostic):
      return diagnostic.warning(palette).split(separator: "\n").map { String($0) }
    case .stepFinished(let label, let outcome, let took): return finished(label, outcome, took)
    case .runFinished: return []
    }
  }

  private func finished(_ label: StepLabel, _ outcome: StepOutcome, _ took: Duration) -> [String] {
    let host = label.reference.host
    switch outcome {
    case .ok:
      return isVerbose ? [line(host, palette.paint("= \(label.name)", .faint))] : []
    case .skipped(let why):
      return isVerbose ? [line(host, palette.paint("o \(label.name): skipped, \(why)", .faint))] : []
    case .blocked(let cause):
      return [line(host, palette.paint("o \(label.name): left out, '\(cause)' failed", .faint))]
    case .changed(let change):
      let mark = Mark(change.kind)
      let head = palette.paint("\(mark.symbol) \(label.name)", mark.role)
      let words = ShownText.line("\(change.summary) (\(took.spoken))")
      let plan = PlanRenderer(palette: palette)
      let diffs = showsDiffs ? change.diffs.flatMap { plan.diff($0) } : []
      return [line(host, "\(head)  \(words)")] + diffs.map { line(host, "    " + $0) }
    case .failed(let diagnostic):
      let words = ShownText.line("\(label.name): \(diagnostic.message) (\(took.spoken))")
      return [line(host, palette.paint("! \(words)", .failed))]
    case .tolerated(let diagnostic):
      let words = ShownText.line("\(label.name): \(diagnostic.message) (failed, which it may)")
      return [line(host, palette.paint("! \(words)", .changed))]
    case .interrupted:
      return [line(host, palette.paint("! \(label.name): interrupted after \(took.spoken)", .failed))]
    }
  }

  private func line(_ host: String, _ words: String) -> String {
    host + String(repeating: " ", count: max(0, hostWidth - host.count)) + "  " + words
  }
}

extension StepLabel {
  /// The step's id, and its item in a loop.
  var name: String {
    guard let item else { return reference.id }
    return "\(reference.id)[\(ShownText.line(item.description))]"
  }
}

extension Diagnostic {
  /// As a warning: its first line says so.
  public func warning(_ palette: Palette) -> String {
    rendered(color: palette.isOn).replacing("error: ", with: "warning: ", maxReplacements: 1)
  }
}
