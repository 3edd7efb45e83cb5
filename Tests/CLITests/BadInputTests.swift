import Runbook
import Testing

/// What people get wrong, each with its own words. Nothing here needs a server.
@Suite struct BadInputTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var name: String
    var words: [String]
    var runbook: String
    var testDescription: String { name }
  }

  static func steps(_ text: String) -> String { "name: Bad\nhosts: all\nsteps:\n\(text)\n" }

  static let cases: [Case] = [
    Case(name: "no-such-runbook", words: ["check", "bda.yml"], runbook: ""),
    Case(name: "unknown-command", words: ["aply", "bad.yml"], runbook: ""),
    Case(name: "unknown-option", words: ["plan", "bad.yml", "--limti", "x"], runbook: ""),
    Case(name: "command-not-first", words: ["--yes", "apply", "bad.yml"], runbook: ""),
    Case(
      name: "unknown-host", words: ["check", "bad.yml", "--limit", "hree"],
      runbook: steps("  - directory: /x")),
    Case(
      name: "unknown-host-in-runbook", words: ["check", "bad.yml"],
      runbook: "name: B\nhosts: hree\nsteps:\n  - directory: /x\n"),
    Case(
      name: "no-inventory", words: ["check", "bad.yml", "-i", "invent"], runbook: steps("  - directory: /x")),
    Case(
      name: "cycle", words: ["check", "bad.yml"],
      runbook: steps("  - { id: a, needs: [b], directory: /a }\n  - { id: b, needs: [a], directory: /b }")),
    Case(
      name: "unknown-need", words: ["check", "bad.yml"],
      runbook: steps("  - { id: docker, directory: /a }\n  - { needs: [dokcer], directory: /b }")),
    Case(name: "unknown-kind", words: ["check", "bad.yml"], runbook: steps("  - directry: /x")),
    Case(
      name: "unknown-parameter", words: ["check", "bad.yml"],
      runbook: steps("  - directory: { path: /x, mdoe: \"0755\" }")),
    Case(
      name: "tab", words: ["check", "bad.yml"], runbook: "name: B\nhosts: all\nsteps:\n\t- directory: /x\n"),
    Case(
      name: "tags", words: ["check", "bad.yml", "--tags", "nothing"],
      runbook: steps("  - { tags: [vault], directory: /x }")),
    Case(
      name: "start-at", words: ["check", "bad.yml", "--start-at", "dokcer"],
      runbook: steps("  - { id: docker, directory: /x }")),
    Case(name: "resume-nothing", words: ["resume"], runbook: ""),
    Case(name: "unknown-run", words: ["show", "2026"], runbook: ""),
    Case(name: "forks", words: ["check", "bad.yml", "--forks", "none"], runbook: steps("  - directory: /x")),
    Case(
      name: "extra-vars", words: ["check", "bad.yml", "-e", "novalue"], runbook: steps("  - directory: /x")),
    Case(name: "check-mode", words: ["apply", "bad.yml", "--check"], runbook: steps("  - directory: /x")),
    Case(
      name: "ask-without-terminal", words: ["check", "bad.yml", "-K"], runbook: steps("  - directory: /x")),
    Case(name: "unknown-variable", words: ["vars", "here", "ansible_conection"], runbook: ""),
  ]

  @Test(arguments: cases) func isNamed(_ test: Case) async throws {
    let project = try TestProject()
    try project.write(test.runbook, to: "bad.yml")
    let quoted = test.words.map { "'\($0)'" }.joined(separator: " ")
    let run = try await project.shell("\"$RUNBOOK\" \(quoted)")
    #expect(run.status == 1)
    #expect(run.output == "")
    try expectGolden(run.text, "bad/\(test.name).txt")
  }

  @Test func aWrongVaultPasswordNamesTheFileAndTheSource() async throws {
    let project = try TestProject()
    let vaulted = VaultEnvelope(encrypting: Array("a: b\n".utf8), password: Array("right".utf8)).text
    try project.write(vaulted, to: "vault/all.yml", mode: 0o600)
    try project.write("wrong\n", to: "pass", mode: 0o600)
    try project.write(Self.steps("  - directory: /x"), to: "bad.yml")
    let run = try await project.runbook("check", "bad.yml", "--vault-password-file", "pass")
    #expect(run.status == 1)
    try expectGolden(run.text, "bad/vault-password.txt")
    let none = try await project.runbook("check", "bad.yml")
    #expect(none.status == 1)
    try expectGolden(none.text, "bad/vault-no-password.txt")
  }

  @Test func settingsAreCheckedAndShownWithTheirOrigin() async throws {
    let project = try TestProject()
    try project.write("forks: 5\nbecome: true\nvault_password_file: secret/pass\n", to: "runbook.yml")
    let shown = try await project.runbook(
      "config", "--connect-timeout", "3", environment: ["RUNBOOK_FORKS": "7"])
    try expectGolden(shown.text, "config.txt")
    try project.write("froks: 5\nbecome_method: sodu\n", to: "runbook.yml")
    let bad = try await project.runbook("config")
    #expect(bad.status == 1)
    try expectGolden(bad.text, "bad/config.txt")
  }
}
