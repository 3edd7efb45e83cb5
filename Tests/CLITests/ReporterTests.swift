import Runbook
import Synchronization
import Testing

@Suite struct ReporterTests {
  /// What a reporter wrote, and a clock that moves when told to.
  final class Recorder: Sendable {
    let text = Mutex("")
    let time = Mutex(ContinuousClock.now)
    var written: String { text.withLock { $0 } }
    func write(_ more: String) { text.withLock { $0 += more } }
    func advance(_ duration: Duration) { time.withLock { $0 += duration } }
    func take() -> String {
      text.withLock { text in
        defer { text = "" }; return text
      }
    }
  }

  static func label(_ id: String, _ host: String = "host01", item: Text? = nil) -> StepLabel {
    StepLabel(reference: StepReference(id: id, host: host), title: Text("title of \(id)"), item: item)
  }

  static let failure = Diagnostic(
    .failed, "'apt-get' ended with status 100",
    at: SourcePosition(file: PlanRendererTests.file, line: 4, column: 5, length: 3),
    notes: ["stderr: E: Unable to locate package jqq"], hint: "is the name right?")

  static var summary: RunSummary {
    var (first, second) = (RunSummary.HostCounts(), RunSummary.HostCounts())
    (first.ok, first.changed) = (31, 3)
    (second.failed, second.blocked, second.ok) = (1, 2, 5)
    return RunSummary(
      id: "20260102-030405-ab", result: .failed, hosts: [("host01", first), ("ex44", second)],
      failures: [(label("base", "ex44"), failure)], took: .milliseconds(65_300), roundTrips: 9)
  }

  static let events: [Event] = [
    .runStarted(id: "20260102-030405-ab", name: "Provision", hosts: ["host01", "ex44"]),
    .hostConnecting("host01"),
    .hostConnected("host01", after: .milliseconds(320)),
    .hostFailed("ex45", Diagnostic(.unreachable, "no answer from ex45:22")),
    .stepStarted(label("base")),
    .stepOutput(label("base"), isError: false, lines: ["Reading package lists...", "50%\r100%"]),
    .stepFinished(label("base"), .changed(.create("install jq")), took: .milliseconds(3_200)),
    .stepFinished(label("motd"), .ok, took: .zero),
    .stepFinished(label("seed"), .skipped("'when' is false"), took: .zero),
    .stepRetrying(label("wait"), attempt: 1, of: 5, after: .seconds(10), why: "not there yet"),
    .message(label("tell"), "two\nlines"),
    .stepFinished(
      label("env", item: "a/.env"), .changed(.modify("mode 0644 to 0600")), took: .milliseconds(90)),
    .stepFinished(label("base", "ex44"), .failed(failure), took: .seconds(75)),
    .stepFinished(label("proxy", "ex44"), .blocked(by: StepReference(id: "base", host: "ex44")), took: .zero),
    .stepFinished(label("soft", "ex44"), .tolerated(failure), took: .seconds(1)),
    .stepFinished(label("cut", "ex44"), .interrupted, took: .seconds(4_000)),
    .warning(Diagnostic(.missing, "no 'become' password", hint: "-K")),
    .runFinished(summary),
  ]

  @Test(arguments: [false, true]) func plainLines(isVerbose: Bool) throws {
    let recorder = Recorder()
    let reporter = LineReporter(
      palette: Palette(isOn: false), isVerbose: isVerbose, write: { recorder.write($0) })
    for event in Self.events { reporter.receive(event) }
    try expectGolden(recorder.written, isVerbose ? "lines-verbose.txt" : "lines.txt")
  }

  @Test func jsonLines() throws {
    let recorder = Recorder()
    let reporter = JSONReporter { recorder.write($0) }
    for event in Self.events { reporter.receive(event) }
    for line in recorder.written.split(separator: "\n") { _ = try JSONReader.read(String(line)) }
    try expectGolden(recorder.written, "events.jsonl")
  }

  @Test func theSummaryEndsWithTheCommandThatGoesOn() throws {
    let text = SummaryRenderer().text(of: Self.summary, resume: "runbook resume 20260102-030405-ab")
    #expect(text.hasSuffix("\nto go on: runbook resume 20260102-030405-ab\n"))
    try expectGolden(text, "summary.txt")
  }

  @Test func aSummaryOfADoneRunOffersNoResume() {
    var summary = Self.summary
    (summary.result, summary.failures) = (.done, [])
    let text = SummaryRenderer().text(of: summary, resume: "runbook resume")
    #expect(!text.contains("resume"))
    #expect(text.contains("done in 1 min 5 s: 3 changed"))
  }

  @Test func aLongStepGivesASignOfLifeInAPipe() {
    let recorder = Recorder()
    let reporter = LineReporter(
      palette: Palette(isOn: false), write: { recorder.write($0) }, now: { recorder.time.withLock { $0 } })
    reporter.receive(.stepStarted(Self.label("restore")))
    reporter.receive(.stepOutput(Self.label("restore"), isError: false, lines: ["40 %"]))
    reporter.tick()
    #expect(recorder.take() == "")
    recorder.advance(.seconds(31))
    reporter.tick()
    reporter.tick()
    #expect(recorder.take() == "host01    restore: running for 31 s: 40 %\n")
    recorder.advance(.seconds(30))
    reporter.tick()
    #expect(recorder.take() == "host01    restore: running for 1 min 1 s: 40 %\n")
    reporter.receive(.stepFinished(Self.label("restore"), .ok, took: .seconds(61)))
    recorder.advance(.seconds(1_000))
    reporter.tick()
    #expect(recorder.take() == "")
  }

  private func live(_ recorder: Recorder, columns: Int = 60, rows: Int = 24) -> LiveReporter {
    LiveReporter(
      palette: Palette(isOn: false), size: { (columns, rows) }, write: { recorder.write($0) },
      now: { recorder.time.withLock { $0 } })
  }

  @Test func runningStepsStandBelowFinishedLines() {
    let recorder = Recorder()
    let reporter = live(recorder)
    reporter.receive(.stepStarted(Self.label("base")))
    #expect(recorder.take() == "\u{1B}[?25lhost01  * base: title of base\n")
    recorder.advance(.seconds(5))
    reporter.receive(.stepOutput(Self.label("base"), isError: false, lines: ["Unpacking jq"]))
    reporter.tick()
    #expect(recorder.take() == "\u{1B}[1A\r\u{1B}[Jhost01  * base: title of base (5 s)  | Unpacking jq\n")
    reporter.receive(.stepFinished(Self.label("base"), .changed(.create("install jq")), took: .seconds(5)))
    #expect(recorder.take() == "\u{1B}[1A\r\u{1B}[Jhost01  + base  install jq (5.0 s)\n\u{1B}[?25h")
  }

  @Test func noLineIsWiderThanTheWindow() {
    let recorder = Recorder()
    let reporter = live(recorder, columns: 20)
    reporter.receive(.stepStarted(Self.label("base", "宿主宿主宿主")))
    let line = recorder.take().split(separator: "\n")[0].replacing("\u{1B}[?25l", with: "")
    #expect(line == "宿主宿主宿主  * ba…")
  }

  @Test func moreRunningStepsThanLinesAreCounted() {
    let recorder = Recorder()
    let reporter = live(recorder, rows: 8)
    for number in 1...9 { reporter.receive(.stepStarted(Self.label("s\(number)"))) }
    _ = recorder.take()
    reporter.tick()
    let lines = recorder.take().split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines.last == "  and 6 more")
  }

  @Test func anInterruptedDisplayGivesTheCursorBack() {
    let recorder = Recorder()
    let reporter = live(recorder)
    reporter.receive(.stepStarted(Self.label("base")))
    _ = recorder.take()
    reporter.finish()
    #expect(recorder.take() == "\u{1B}[1A\r\u{1B}[J\u{1B}[?25h")
    reporter.finish()
    #expect(recorder.take() == "")
  }

  @Test func nothingIsDrawnWhileAQuestionIsAsked() {
    let recorder = Recorder()
    let reporter = live(recorder)
    reporter.receive(.stepStarted(Self.label("base")))
    reporter.pause()
    _ = recorder.take()
    reporter.tick()
    #expect(recorder.take() == "")
    reporter.resume()
    reporter.tick()
    #expect(recorder.take().contains("* base"))
  }
}
