import Runbook
import Testing

@Suite struct EndToEndTests {
  static func simple(_ root: String) -> String {
    """
    name: Simple
    hosts: all
    steps:
      - id: folder
        directory: { path: "\(root)/made", mode: "0750" }
      - id: text
        file: { path: "\(root)/made/text", content: "one\\ntwo\\n", mode: "0640" }

    """
  }

  @Test func aPlanAnApplyAndASecondApply() async throws {
    let project = try TestProject()
    try project.write(Self.simple(project.folder), to: "simple.yml")
    let check = try await project.runbook("check", "simple.yml")
    #expect(check.text == "simple.yml: ok, 2 steps, 1 host\n--- status 0\n")
    let plan = try await project.runbook("plan", "simple.yml")
    #expect(plan.status == 2)
    #expect(try !project.exists("made"))
    let apply = try await project.runbook("apply", "simple.yml", "--yes")
    #expect(apply.status == 0)
    #expect(try project.read("made/text") == "one\ntwo\n")
    let again = try await project.runbook("apply", "simple.yml", "--yes")
    #expect(again.status == 0)
    let after = try await project.runbook("plan", "simple.yml")
    #expect(after.status == 0)
    try project.write("one\nthree\n", to: "made/text", mode: 0o640)
    let drifted = try await project.runbook("plan", "simple.yml")
    #expect(drifted.status == 2)
    try expectGolden(
      [plan, apply, again, after, drifted].map { $0.text }.joined(separator: "======\n"), "e2e-simple.txt")
  }

  @Test func aSavedPlanIsAppliedAsItIsOrRefused() async throws {
    let project = try TestProject()
    try project.write(Self.simple(project.folder), to: "simple.yml")
    let plan = try await project.runbook("plan", "simple.yml", "--save", "simple.plan")
    #expect(plan.status == 2)
    #expect(try await project.shell("stat -c %a simple.plan").output == "600\n")
    let applied = try await project.runbook("apply", "simple.plan")
    #expect(applied.status == 0, "\(applied.text)")
    #expect(try project.read("made/text") == "one\ntwo\n")
    let stale = try await project.runbook("apply", "simple.plan")
    #expect(stale.status == 1)
    try expectGolden(stale.text, "e2e-stale.txt")
  }

  @Test func aResumeKnowsTheVariablesOfItsRun() async throws {
    let project = try TestProject()
    try project.write(
      Self.long(project.folder).replacing("made/last", with: "made/{{ word }}"), to: "long.yml")
    let script = Self.stopped(by: "KILL").replacing("--yes", with: "--yes -e word=final")
    #expect(try await project.shell(script).output.hasPrefix("ended with 137\n"))
    try project.write("", to: "release")
    let without = try await project.runbook("resume")
    #expect(without.status == 1)
    #expect(without.errors.contains("-e word="))
    #expect(try await project.runbook("resume", "-e", "word=other").status == 1)
    #expect(try await project.runbook("resume", "-e", "word=final").status == 0)
    #expect(try project.exists("made/final"))
  }

  @Test func jsonIsWellFormedThroughout() async throws {
    let project = try TestProject()
    try project.write(Self.simple(project.folder), to: "simple.yml")
    let plan = try JSONReader.read(try await project.runbook("plan", "simple.yml", "--json").output)
    #expect(plan["counts"]?["to_create"] == .int(2))
    let run = try await project.runbook("apply", "simple.yml", "--json", "--yes", "--trace", "trace.jsonl")
    let lines = run.output.split(separator: "\n").map { String($0) }
    let types = try lines.map { try JSONReader.read($0)["type"]?.text?.string }
    #expect(types.first == "run-started")
    #expect(types.last == "run-finished")
    let trace = try project.read("trace.jsonl").split(separator: "\n")
    #expect(trace.count >= lines.count)
    #expect(try trace.allSatisfy { try JSONReader.read(String($0))["at"] != nil })
  }

  @Test func aFailureSaysWhereAndHowToGoOn() async throws {
    let project = try TestProject()
    try project.write(
      """
      name: Failing
      hosts: all
      steps:
        - id: breaks
          shell: echo to-out; echo to-err >&2; exit 7
        - id: after
          directory: /nowhere/at/all
        - id: beside
          needs: []
          directory: /nowhere/beside
          when: false

      """, to: "failing.yml")
    let run = try await project.runbook("apply", "failing.yml", "--yes")
    #expect(run.status == 3)
    #expect(run.output.contains("to-err"))
    #expect(run.text.contains("failing.yml:4:5"))
    #expect(run.text.hasSuffix("to go on: runbook resume RUN\n--- status 3\n"))
    try expectGolden(run.text, "e2e-failing.txt")
  }

  /// Waits for the file that the step makes, then for nothing else.
  static func long(_ root: String) -> String {
    """
    name: Long
    hosts: all
    steps:
      - id: first
        directory: { path: "\(root)/made" }
      - id: wait
        shell: if [ -e "\(root)/release" ]; then echo free; else touch "\(root)/begun"; sleep 600; fi
        on_interrupt: rerun
      - id: last
        directory: { path: "\(root)/made/last" }

    """
  }

  static func stopped(by signal: String) -> String {
    """
    "$RUNBOOK" apply long.yml --yes >out 2>&1 & pid=$!
    while [ ! -e begun ]; do kill -0 $pid || exit 99; sleep 0.1; done
    kill -\(signal) $pid
    wait $pid; echo "ended with $?"
    cat out
    """
  }

  @Test func aKilledRunIsResumed() async throws {
    let project = try TestProject()
    try project.write(Self.long(project.folder), to: "long.yml")
    let killed = try await project.shell(Self.stopped(by: "KILL"))
    #expect(killed.output.hasPrefix("ended with 137\n"))
    #expect(try !project.exists("made/last"))
    try project.write("", to: "release")
    let runs = try await project.runbook("runs")
    #expect(runs.text == "RUN  not finished, long.yml, here\n--- status 0\n")
    let resumed = try await project.runbook("resume")
    #expect(resumed.status == 0)
    #expect(try project.exists("made/last"))
    let again = try await project.runbook("resume")
    #expect(again.status == 1)
    #expect(again.errors.contains("there is no run to resume"))
    try expectGolden([resumed, again].map { $0.text }.joined(separator: "======\n"), "e2e-resumed.txt")
  }

  @Test(arguments: ["INT", "TERM", "HUP"]) func asignalStopsCleanly(_ signal: String) async throws {
    let project = try TestProject()
    try project.write(Self.long(project.folder), to: "long.yml")
    let stopped = try await project.shell(Self.stopped(by: signal))
    #expect(stopped.output.hasPrefix("ended with 130\n"))
    #expect(stopped.text.contains("interrupted after TIME\nto go on: runbook resume RUN\n"))
    try project.write("", to: "release")
    #expect(try await project.runbook("resume").status == 0)
    #expect(try project.exists("made/last"))
  }

  @Test func withoutATerminalNothingIsAppliedUnasked() async throws {
    let project = try TestProject()
    try project.write(Self.simple(project.folder), to: "simple.yml")
    let run = try await project.runbook("apply", "simple.yml")
    #expect(run.status == 1)
    #expect(try !project.exists("made"))
    try expectGolden(run.text, "e2e-nobody.txt")
  }

  @Test func aReaderThatGoesAwayIsNoCrash() async throws {
    let project = try TestProject()
    try project.write(Self.simple(project.folder), to: "simple.yml")
    let run = try await project.shell(#"{ "$RUNBOOK" plan simple.yml; echo "status $?" >&2; } | true"#)
    #expect(run.errors == "status 2\n")
  }
}
