import Runbook
import Testing

@Suite struct AdHocTests {
  @Test func execStreamsWithTheHostBeforeEachLine() async throws {
    let project = try TestProject(
      inventory: "all:\n  vars: { ansible_connection: local }\n  hosts:\n    one:\n    second:\n")
    let run = try await project.runbook("exec", "all:!second", "--", "printf 'a\\nb'; echo c >&2; exit 3")
    #expect(run.status == 3)
    #expect(run.output == "one | a\none | b\n")
    #expect(run.errors == "one | c\none: status 3\n0 of 1 hosts ok\n")
    let all = try await project.runbook("exec", "all", "--", "echo", "a  b", "$HOME")
    #expect(all.status == 0)
    #expect(Set(all.output.split(separator: "\n")) == ["one    | a  b $HOME", "second | a  b $HOME"])
    #expect(all.errors == "2 of 2 hosts ok\n")
  }

  @Test func execStopsACommandThatTakesTooLong() async throws {
    let run = try await TestProject().runbook("exec", "here", "--timeout", "1", "--", "sleep", "600")
    #expect(run.status == 3)
    #expect(run.errors.contains("here: stopped, as it took too long"))
  }

  @Test func anUnreachableHostIsStatusFour() async throws {
    let project = try TestProject(
      inventory: "all:\n  hosts:\n    gone: { ansible_host: 127.0.0.1, ansible_port: 1 }\n")
    let ping = try await project.runbook("ping")
    #expect(ping.status == 4)
    #expect(ping.output.hasPrefix("gone"))
    #expect(try await project.runbook("exec", "gone", "--", "true").status == 4)
  }

  @Test func pingAndFactsAnswer() async throws {
    let project = try TestProject()
    let ping = try await project.runbook("ping")
    #expect(ping.text == "here  reached in TIME, answers in TIME\n--- status 0\n")
    let facts = try await project.runbook("facts", "here")
    #expect(facts.status == 0)
    let value = try JSONReader.read(facts.output)
    #expect(value["facts"]?["arch"]?["machine"]?.text?.isEmpty == false)
  }

  @Test func aStepIsPlannedAppliedAndVerified() async throws {
    let project = try TestProject()
    let made = project.path("made")
    let words = ["step", "here", "directory", "path=\(made)", "mode=0700"]
    let plan = try await project.shell("\"$RUNBOOK\" \(words.joined(separator: " ")) --plan")
    #expect(plan.status == 2)
    #expect(try !project.exists("made"))
    let apply = try await project.shell("\"$RUNBOOK\" \(words.joined(separator: " ")) --yes")
    #expect(apply.status == 0)
    let again = try await project.shell("\"$RUNBOOK\" \(words.joined(separator: " ")) --plan")
    #expect(again.status == 0)
    let bare = try await project.runbook("step", "here", "directory", made, "--plan")
    #expect(bare.status == 0)
  }

  @Test func aMisspelledStepIsNamed() async throws {
    let project = try TestProject()
    let kind = try await project.runbook("step", "here", "directry", "/x")
    #expect(kind.errors.contains("did you mean 'directory'?"))
    let parameter = try await project.runbook("step", "here", "directory", "pth=/x", "--plan")
    #expect(parameter.status == 1)
    #expect(parameter.errors.contains("did you mean 'path'?"))
  }

  @Test func initStartsAProjectThatChecks() async throws {
    let project = try TestProject()
    let made = try await project.runbook("init", "new", "--yes")
    #expect(made.status == 0)
    let check = try await project.shell(
      "cd new && \"$RUNBOOK\" check runbooks/setup.yml && \"$RUNBOOK\" inventory")
    #expect(
      check.output == "runbooks/setup.yml: ok, 2 steps, 1 host\nall:\n  ungrouped:\n    host01\n",
      "\(check.text)")
    try project.write("mine\n", to: "new/runbooks/setup.yml")
    let again = try await project.runbook("init", "new", "--yes")
    #expect(again.output.contains("kept    new/runbooks/setup.yml"))
    #expect(try project.read("new/runbooks/setup.yml") == "mine\n")
  }
}
