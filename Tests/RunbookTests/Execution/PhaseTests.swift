import Testing

@testable import Runbook

@Suite struct PhaseTests {
  @Test func handlersRunOnceAtTheEndOfTheirPhaseAndOnlyWhereTheyWereAskedFor() async throws {
    let site = try Site()
    let runbook = """
      name: Handlers
      hosts: all
      steps:
        - phase: Web
          steps:
            - id: a
              note: { path: "{{ root }}/a", text: one }
              notify: restart
            - id: b
              note: { path: "{{ root }}/b", text: two }
              notify: restart
          handlers:
            - id: restart
              do: "echo restart >> {{ root }}/log"
        - id: after
          do: "echo after >> {{ root }}/log"
      """
    #expect(try await site.apply(runbook).result == .done)
    #expect(try site.file("log") == "restart\nafter\n")
    #expect(try await site.apply(runbook).result == .done)
    #expect(try site.file("log") == "restart\nafter\nafter\n")
  }

  @Test func handlersRunAlsoAfterAFailure() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Handlers
      hosts: all
      steps:
        - id: a
          note: { path: "{{ root }}/a", text: one }
          notify: restart
        - id: bad
          do: "exit 1"
      handlers:
        - id: restart
          do: "echo restart >> {{ root }}/log"
      """)
    #expect(summary.result == .failed)
    #expect(try site.file("log") == "restart\n")
  }

  @Test func rescueTakesUpAFailureAndAlwaysRuns() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Rescue
      hosts: all
      steps:
        - phase: Risky
          steps:
            - id: bad
              do: "exit 1"
            - id: never
              do: "echo never >> {{ root }}/log"
          rescue:
            - id: mend
              do: "echo mend >> {{ root }}/log"
          always:
            - id: sweep
              do: "echo sweep >> {{ root }}/log"
        - id: after
          do: "echo after >> {{ root }}/log"
      """)
    #expect(summary.result == .done)
    #expect(try site.file("log") == "mend\nsweep\nafter\n")
  }

  @Test func rescueIsLeftOutWhereNothingFailed() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Rescue
      hosts: all
      steps:
        - phase: Safe
          steps:
            - id: good
              do: "echo good >> {{ root }}/log"
          rescue:
            - id: mend
              do: "echo mend >> {{ root }}/log"
          always:
            - id: sweep
              do: "echo sweep >> {{ root }}/log"
      """)
    #expect(summary.result == .done)
    #expect(try site.file("log") == "good\nsweep\n")
  }

  @Test func aFailedRescueFailsTheRunAndAlwaysStillRuns() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Rescue
      hosts: all
      steps:
        - phase: Risky
          steps:
            - id: bad
              do: "exit 1"
          rescue:
            - id: mend
              do: "exit 2"
          always:
            - id: sweep
              do: "echo sweep >> {{ root }}/log"
        - id: after
          do: "echo after >> {{ root }}/log"
      """)
    #expect(summary.result == .failed)
    #expect(try site.file("log") == "sweep\n")
    #expect(site.ends.contains("after@alpha blocked by bad@alpha"))
  }

  @Test func whereOnlyVerificationFailsTheRunIsUnverified() async throws {
    let site = try Site()
    let summary = try await site.apply(
      """
      name: Verify
      hosts: all
      steps:
        - phase: Up
          steps:
            - id: a
              note: { path: "{{ root }}/a", text: one }
          verify:
            - id: check
              do: "exit 1"
      """)
    #expect(summary.result == .unverified)
  }

  @Test func filesWithSecretsAreGoneOnceTheirPhaseIsOverInEveryOutcome() async throws {
    for status in [0, 1] {
      let site = try Site()
      let summary = try await site.apply(
        """
        name: Secrets
        hosts: all
        steps:
          - phase: Deploy
            secrets:
              - id: fetch
                note: { path: "{{ root }}/.env", text: "s3cret" }
            steps:
              - id: use
                do: "cp {{ root }}/.env {{ root }}/seen; exit \(status)"
          - id: after
            needs: []
            do: "true"
        """)
      #expect(summary.result == (status == 0 ? .done : .failed))
      #expect(try site.file("seen") == "s3cret")
      #expect(try site.file(".env") == nil)
    }
  }

  @Test func aPhaseInRescueOrAlwaysRunsWithItAndMayHaveNoSectionsOfItsOwn() async throws {
    func runbook(_ more: String) -> String {
      """
      name: Nested
      hosts: all
      steps:
        - phase: Risky
          steps:
            - id: bad
              do: "exit 1"
          rescue:
            - phase: Mend
              steps:
                - id: mend
                  do: "echo mend >> {{ root }}/log"
          always:
            - phase: Sweep
              steps:
                - id: sweep
                  do: "echo sweep >> {{ root }}/log"\(more)
      """
    }
    let site = try Site()
    #expect(try await site.apply(runbook("")).result == .done)
    #expect(try site.file("log") == "mend\nsweep\n")

    let nested = "\n        always:\n          - id: deep\n            do: \"true\""
    let faults = #expect(throws: Diagnostics.self) { try site.input(runbook(nested)) }
    #expect(faults?.all.first?.message.hasPrefix("a phase in 'always' cannot have 'rescue'") == true)
  }
}
