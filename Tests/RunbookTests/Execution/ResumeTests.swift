import Testing

@testable import Runbook

@Suite struct ResumeTests {
  /// Steps with and without a probe, a handler, a phase: what a crash can fall into.
  static let whole = """
    name: Whole
    hosts: all
    steps:
      - id: a
        note: { path: "{{ root }}/a", text: one }
        notify: restart
      - id: count
        on_interrupt: rerun
        do: "echo x >> {{ root }}/count; echo counted"
        register: counted
      - phase: Inner
        steps:
          - id: b
            note: { path: "{{ root }}/b", text: "{{ counted.stdout }}" }
        always:
          - id: sweep
            note: { path: "{{ root }}/swept", text: x }
    handlers:
      - id: restart
        on_interrupt: rerun
        do: "echo restart >> {{ root }}/log"
    """

  /// The number of the record at which a run was cut off that went through; so many boundaries there are.
  private func boundaries(of runbook: String) async throws -> Int {
    let site = try Site()
    #expect(try await site.apply(runbook).result == .done)
    return try site.journals().split(separator: "\n").count
  }

  @Test func aRunCutOffAtAnyBoundaryIsResumedToTheSameState() async throws {
    let count = try await boundaries(of: Self.whole)
    #expect(count > 8)
    for number in 0..<count {
      for point in [Journal.CrashPoint.before(number), .after(number)] {
        let site = try Site()
        let cut = try await site.apply(Self.whole, crashAt: point)
        if case .after(count - 1) = point {} else { #expect(cut.result == .failed, "\(point)") }
        if try RunLibrary(stateFolder: site.stateFolder).newestResumable() != nil {
          let resumed = try await site.resume(Self.whole)
          #expect(resumed.result == .done, "\(point): \(resumed.failures)")
        } else if point == .before(0) {
          #expect(try await site.apply(Self.whole).result == .done)
        }
        let state = try site.state()
        #expect(state["a"] == "one", "\(point)")
        #expect(state["b"] == "counted\n", "\(point)")
        #expect(state["swept"] == "x", "\(point)")
        // At least once: a handler that was cut off runs again.
        #expect(state["log"]?.hasPrefix("restart\n") == true, "\(point): the handler did not run")
        #expect(["x\n", "x\nx\n"].contains(state["count"]), "\(point)")
      }
    }
  }

  @Test func aStepWithoutAProbeThatFinishedIsNotRunAgainAndItsValuesAreKept() async throws {
    let site = try Site()
    let runbook = """
      name: Once
      hosts: all
      steps:
        - id: count
          do: "echo x >> {{ root }}/count; printf kept"
          register: counted
        - id: b
          note: { path: "{{ root }}/b", text: "{{ counted.stdout }}" }
      """
    // header, count started, count finished, b started
    try await site.apply(runbook, crashAt: .after(3))
    #expect(try site.file("b") == nil)
    #expect(try await site.resume(runbook).result == .done)
    #expect(try site.state() == ["count": "x\n", "b": "kept"])
  }

  @Test func secretValuesAreKeptSealedAndComeBack() async throws {
    let secrets: ValueMap = ["password": .string(Text(secret: "hunter2-and-more", label: "password"))]
    let runbook = """
      name: Sealed
      hosts: all
      steps:
        - id: count
          do: "echo x >> {{ root }}/count; printf '%s' '{{ password }}'"
          register: said
        - id: b
          note: { path: "{{ root }}/b", text: "{{ said.stdout }}" }
      """
    let site = try Site()
    try await site.apply(runbook, secrets: secrets, crashAt: .after(3))
    #expect(try !site.journals().contains("hunter2"))
    #expect(try await site.resume(runbook, secrets: secrets).result == .done)
    #expect(try site.state() == ["count": "x\n", "b": "hunter2-and-more"])

    let bare = try Site(password: nil)
    try await bare.apply(runbook, secrets: secrets, crashAt: .after(3))
    #expect(try await bare.resume(runbook, secrets: secrets).result == .done)
    #expect(try bare.state() == ["count": "x\nx\n", "b": "hunter2-and-more"])
  }

  @Test func aStepThatDriftedIsNamedAndAppliedAgain() async throws {
    let site = try Site()
    let runbook = """
      name: Drift
      hosts: all
      steps:
        - id: a
          note: { path: "{{ root }}/a", text: one }
        - id: bad
          do: "test -e {{ root }}/go"
      """
    #expect(try await site.apply(runbook).result == .failed)
    try site.write("a", "meddled")
    try site.write("go", "")
    #expect(try await site.resume(runbook).result == .done)
    #expect(try site.file("a") == "one")
    #expect(
      site.warnings.map { $0.message } == [
        "'note \(site.folder)/alpha/a' on 'alpha' is no longer as the run before left it"
      ])
  }

  @Test func aStepWhoseParametersChangedIsAppliedAndTheChangedOneIsNamed() async throws {
    let site = try Site()
    func runbook(_ text: String) -> String {
      """
      name: Changed
      hosts: all
      steps:
        - id: a
          do: { script: "echo \(text) >> {{ root }}/log" }
        - id: bad
          do: "test -e {{ root }}/go"
      """
    }
    #expect(try await site.apply(runbook("one")).result == .failed)
    try site.write("go", "")
    #expect(try await site.resume(runbook("two")).result == .done)
    #expect(try site.file("log") == "one\ntwo\n")
    #expect(site.warnings.first?.notes == ["changed since: 'script'"])
  }

  @Test func aStepWithoutAProbeThatWasCutOffFollowsItsPolicy() async throws {
    func runbook(_ policy: String) -> String {
      """
      name: Policy
      hosts: all
      steps:
        - id: count
          \(policy)
          do: "echo x >> {{ root }}/count"
      """
    }
    let failing = try Site()
    // header, started: then killed before the end could be written down.
    try await failing.apply(runbook(""), crashAt: .before(2))
    let refused = try await failing.resume(runbook(""))
    #expect(refused.result == .failed)
    #expect(refused.failures.first?.diagnostic.code == .interrupted)
    #expect(try failing.file("count") == "x\n")

    let again = try Site()
    try await again.apply(runbook("on_interrupt: rerun"), crashAt: .before(2))
    #expect(try await again.resume(runbook("on_interrupt: rerun")).result == .done)
    #expect(try again.file("count") == "x\nx\n")

    let asking = try Site()
    try await asking.apply(runbook("on_interrupt: ask"), crashAt: .before(2))
    asking.answer(true)
    #expect(try await asking.resume(runbook("on_interrupt: ask")).result == .done)
    #expect(try asking.file("count") == "x\nx\n")
  }

  @Test func aHandlerThatWasAskedForRunsOnResumeThoughItsStepIsDone() async throws {
    let site = try Site()
    let runbook = """
      name: Pending
      hosts: all
      steps:
        - id: a
          note: { path: "{{ root }}/a", text: one }
          notify: restart
        - id: bad
          do: "test -e {{ root }}/go"
      handlers:
        - id: restart
          do: "echo restart >> {{ root }}/log"
      """
    // header, a started: its file is written, and nothing says so yet.
    try await site.apply(runbook, crashAt: .before(2))
    #expect(try site.file("a") == "one")
    #expect(try site.file("log") == nil)
    try site.write("go", "")
    #expect(try await site.resume(runbook).result == .done)
    #expect(try site.file("log") == "restart\n")
  }

  @Test func filesWithSecretsOfARunThatWasKilledAreRemovedByTheNextResume() async throws {
    let site = try Site()
    func runbook(_ done: String) -> String {
      """
      name: Held
      hosts: all
      steps:
        - phase: Deploy
          secrets:
            - id: fetch
              note: { path: "{{ root }}/.env", text: s3cret }
          steps:
            - id: use
              on_interrupt: rerun
              do: "echo \(done)"
      """
    }
    // header, held, fetch started, fetch finished, use started
    try await site.apply(runbook("x"), crashAt: .after(4))
    #expect(try site.file(".env") == "s3cret")
    #expect(try await site.resume(runbook("x")).result == .done)
    #expect(try site.file(".env") == nil)
    #expect(try site.journals().contains("secrets-removed"))
  }

  @Test func aTornLastLineIsDropped() async throws {
    let site = try Site()
    try await site.apply(Self.whole, crashAt: .after(4))
    let path = try #require(try RunLibrary(stateFolder: site.stateFolder).newestResumable()).path
    try LocalFile.write(try LocalFile.read(path) + Array(#"{"record":"step-fin"#.utf8), to: path)
    #expect(try await site.resume(Self.whole).result == .done)
    let history = try RunHistory.read(path)
    #expect(history.result == "done")
  }

  @Test func aRunThatIsDoneIsNotResumed() async throws {
    let site = try Site()
    try await site.apply(Self.whole)
    #expect(try RunLibrary(stateFolder: site.stateFolder).newestResumable() == nil)
  }
}
