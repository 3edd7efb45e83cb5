import Glibc
import Testing

@testable import Runbook

@Suite struct ApplyTests {
  static let three = """
    name: Three
    hosts: all
    steps:
      - id: a
        note: { path: "{{ root }}/a", text: one }
      - id: b
        note: { path: "{{ root }}/b", text: two }
      - id: c
        note: { path: "{{ root }}/c", text: three }
    """

  @Test func stepsAreDoneInOrderAndASecondRunHasNothingToDo() async throws {
    let site = try Site()
    let first = try await site.apply(Self.three)
    #expect(first.result == .done)
    #expect(site.ends == ["a@alpha changed", "b@alpha changed", "c@alpha changed"])
    #expect(try site.state() == ["a": "one", "b": "two", "c": "three"])
    let plan = try await site.plan(Self.three)
    #expect(!plan.hasChanges)
    let second = try await site.apply(Self.three)
    #expect(second.result == .done)
    #expect(second.hosts.first?.counts.ok == 3)
  }

  @Test func aPlanChangesNothingAndListsEveryStep() async throws {
    let site = try Site()
    let plan = try await site.plan(Self.three)
    #expect(plan.entries.map { $0.reference.id } == ["a", "b", "c"])
    #expect(plan.hasChanges)
    #expect(try site.state() == [:])
  }

  @Test func aRunWithNothingToDoTakesAtMostTwoRoundTripsAndAChangedStepOneMore() async throws {
    let site = try Site()
    try await site.apply(Self.three)
    let idle = try await site.apply(Self.three)
    #expect(idle.roundTrips <= 2)
    try site.write("b", "else")
    let mended = try await site.apply(Self.three)
    #expect(mended.hosts.first?.counts.changed == 1)
    #expect(mended.roundTrips == idle.roundTrips + 1)
    #expect(try LocalFile.list("\(site.folder)/host-state").contains("lock") == false)
  }

  @Test func everyChangedStepOfAFreshHostCostsOneRoundTrip() async throws {
    let site = try Site()
    let fresh = try await site.apply(Self.three)
    #expect(fresh.roundTrips == 4)
  }

  @Test func aFailureStopsWhatNeedsItAndNothingElse() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Isolation
      hosts: all
      steps:
        - id: bad
          do: "echo broken >&2; exit 3"
        - id: after
          note: { path: "{{ root }}/after", text: x }
        - id: beside
          needs: []
          note: { path: "{{ root }}/beside", text: x }
      """)
    #expect(summary.result == .failed)
    #expect(
      site.ends.sorted() == ["after@alpha blocked by bad@alpha", "bad@alpha failed", "beside@alpha changed"])
    let failure = try #require(summary.failures.first)
    #expect(failure.diagnostic.code == .failed)
    #expect(failure.diagnostic.message == "'do' failed with status 3")
    #expect(failure.diagnostic.notes.contains("broken"))
    #expect(failure.diagnostic.position?.line == 4)
  }

  @Test func hostsDoNotWaitForEachOtherExceptAlongEdges() async throws {
    let site = try Site(hosts: ["alpha", "beta"])
    let summary = try await site.apply(
      """
      name: Edges
      hosts: all
      steps:
        - id: own
          note: { path: "{{ root }}/own", text: x }
        - id: first
          hosts: alpha
          note: { path: "{{ root }}/first", text: x }
        - id: second
          hosts: beta
          needs: [own, first@alpha]
          note: { path: "{{ root }}/second", text: x }
      """)
    #expect(summary.result == .done)
    let ends = site.ends
    let first = try #require(ends.firstIndex(of: "first@alpha changed"))
    let second = try #require(ends.firstIndex(of: "second@beta changed"))
    #expect(first < second)
  }

  @Test func aStepWhoseActionsDoNothingDidNotConverge() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Liar
      hosts: all
      steps:
        - note: { path: "{{ root }}/x", text: wanted, lies: true }
      """)
    let failure = try #require(summary.failures.first)
    #expect(failure.diagnostic.code == .notConverged)
    #expect(failure.diagnostic.notes.first?.contains("still to do: text of") == true)
  }

  @Test func aStepIsTriedAgainUntilItWorks() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Retry
      hosts: all
      steps:
        - id: flaky
          retry: { attempts: 3, delay: 0s }
          do: "echo x >> {{ root }}/tries; test $(wc -l < {{ root }}/tries) -ge 3"
        - id: grows
          retry: { attempts: 5, delay: 0s }
          until: result.stdout | length > 4
          do: "echo y >> {{ root }}/more; cat {{ root }}/more"
      """)
    #expect(summary.result == .done)
    #expect(try site.file("tries") == "x\nx\nx\n")
    #expect(try site.file("more") == "y\ny\ny\n")
  }

  @Test func valuesPassFromStepToStep() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Values
      hosts: all
      steps:
        - let: { greeting: hello }
        - id: said
          do: "printf '%s' {{ greeting }}"
          register: said
        - note: { path: "{{ root }}/heard", text: "{{ said.stdout }} {{ said.changed }}" }
        - when: said.rc != 0
          note: { path: "{{ root }}/never", text: x }
      """)
    #expect(summary.result == .done)
    #expect(try site.state() == ["heard": "hello True"])
  }

  @Test func everyItemOfALoopIsAStepOfItsOwn() async throws {
    let site = try Site()
    let runbook = """
      name: Loop
      hosts: all
      steps:
        - id: each
          for_each: [a, b, c]
          when: item != 'b'
          note: { path: "{{ root }}/{{ item }}", text: "{{ item }}" }
          register: made
        - note: { path: "{{ root }}/count", text: "{{ made.results | length }}" }
      """
    let summary = try await site.apply(runbook)
    #expect(summary.result == .done)
    #expect(try site.state() == ["a": "a", "c": "c", "count": "2"])
    #expect(site.ends.prefix(2) == ["each[a]@alpha changed", "each[c]@alpha changed"])
    #expect(try await !site.plan(runbook).hasChanges)
  }

  @Test func conditionsOfAStepHaveTheLastWordOnHowItEnded() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Judges
      hosts: all
      steps:
        - id: fine
          do: "exit 4"
          failed_when: result.rc != 4
          changed_when: false
        - id: wrong
          do: "echo error"
          failed_when: "'error' in result.stdout"
          allow_failure: true
      """)
    #expect(summary.result == .done)
    #expect(site.ends == ["fine@alpha ok", "wrong@alpha tolerated"])
  }

  @Test func whatLacksACommandIsLaterInThePlanAndAnErrorWhenItsTurnComes() async throws {
    let site = try Site()
    let runbook = """
      name: Bare
      hosts: all
      steps:
        - do: { script: "true", needed: no-such-command }
      """
    let plan = try await site.plan(runbook)
    guard case .later(let why)? = plan.entries.first?.verdict else {
      Issue.record("not later")
      return
    }
    #expect(why == "not known before 'no-such-command' is there")
    let summary = try await site.apply(runbook)
    #expect(summary.failures.first?.diagnostic.code == .missingCommand)
  }

  @Test func anUnreachableHostIsNamedAndTheOthersGoOn() async throws {
    let site = try Site(hosts: ["alpha"], refusals: 9)
    let summary = try await site.apply(Self.three)
    #expect(summary.result == .unreachable)
    #expect(site.ends == [])
    #expect(summary.hosts.first?.counts.blocked == 3)
  }

  @Test func anAnswerOtherThanYesFailsTheStep() async throws {
    let runbook = """
      name: Ask
      hosts: all
      steps:
        - id: sure
          say: { text: "Sure?", asks: true }
        - note: { path: "{{ root }}/done", text: x }
      """
    let site = try Site()
    #expect(try await site.apply(runbook).result == .failed)
    site.answer(true)
    #expect(try await site.apply(runbook).result == .done)
    #expect(try site.file("done") == "x")
  }

  @Test func aHostThatAnotherRunHoldsIsLeftAlone() async throws {
    let site = try Site()
    let state = "\(site.folder)/host-state"
    try LocalFile.makeFolder(state)
    let other = "runbook;20250101-000000-aaaaaa;other-machine;boot;pid;1;1;elsewhere;1700000000"
    #expect(symlink(other, "\(state)/lock") == 0)
    let summary = try await site.apply(Self.three)
    #expect(summary.result == .locked)
    #expect(summary.failures.first?.diagnostic.message == "another run holds 'alpha': 20250101-000000-aaaaaa")
    #expect(try site.state() == [:])
  }

  @Test func theLockOfADeadRunOfThisMachineIsTakenOver() async throws {
    let site = try Site()
    let state = "\(site.folder)/host-state"
    try LocalFile.makeFolder(state)
    var owner = LockOwner.current(run: "20250101-000000-aaaaaa")
    owner.started = "1"
    #expect(symlink(owner.text, "\(state)/lock") == 0)
    #expect(try await site.apply(Self.three).result == .done)
  }

  @Test func secretsAreNeitherInTheJournalNorInTheHostsRecords() async throws {
    let site = try Site()
    let secrets: ValueMap = ["password": .string(Text(secret: "hunter2-and-more", label: "password"))]
    let summary = try await site.apply(
      """
      name: Secrets
      hosts: all
      steps:
        - note: { path: "{{ root }}/secret", text: "p={{ password }}" }
          register: kept
        - do: "printf '%s' '{{ password }}'"
          register: said
      """, secrets: secrets)
    #expect(summary.result == .done)
    #expect(try site.file("secret") == "p=hunter2-and-more")
    #expect(try !site.journals().contains("hunter2"))
    let records = "\(site.folder)/host-state"
    for name in try LocalFile.list(records) {
      let text = String(decoding: try LocalFile.read("\(records)/\(name)"), as: UTF8.self)
      #expect(text.contains("step-started"))
      #expect(!text.contains("hunter2"))
    }
  }
}
