import Runbook
import Testing

/// What can be wrong in a template, and what must never be seen of a secret.
@Suite struct TemplateInputTests {
  static let cases: [BadInputTests.Case] = [
    BadInputTests.Case(
      name: "undefined-in-nested", words: ["check", "bad.yml"],
      runbook:
        "name: B\nhosts: all\nvars:\n  outer: \"{{ inner }}/x\"\n  inner: \"{{ nothing_here }}/y\"\nsteps:\n  - directory: \"{{ outer }}\"\n"
    ),
    BadInputTests.Case(
      name: "template", words: ["check", "bad.yml"],
      runbook: BadInputTests.steps("  - directory: \"/x/{{ 1 + }}\"")),
    BadInputTests.Case(
      name: "unknown-filter", words: ["check", "bad.yml"],
      runbook: BadInputTests.steps("  - directory: \"/x/{{ 'a' | uper }}\"")),
  ]

  @Test(arguments: cases) func isNamed(_ test: BadInputTests.Case) async throws {
    let project = try TestProject()
    try project.write(test.runbook, to: "bad.yml")
    let run = try await project.runbook("check", "bad.yml")
    #expect(run.status == 1)
    #expect(run.output == "")
    try expectGolden(run.text, "bad/\(test.name).txt")
  }

  @Test func secretsOfAVaultAreNeverPrinted() async throws {
    let project = try TestProject()
    let vaulted = VaultEnvelope(
      encrypting: Array("db_password: hunter2-hunter2\n".utf8), password: Array("pw".utf8)
    ).text
    try project.write(vaulted, to: "vault/all.yml", mode: 0o600)
    try project.write("pw\n", to: "pass", mode: 0o600)
    try project.write(
      """
      name: Secret
      hosts: all
      steps:
        - id: env
          file: { path: "\(project.folder)/env", content: "PASSWORD={{ db_password }}\\n", mode: "0600" }
        - id: leak
          shell: cat \(project.folder)/env; exit 1

      """, to: "secret.yml")
    for words in [["plan"], ["apply", "--yes", "-v"], ["apply", "--yes", "--json"]] {
      let all = words + ["secret.yml", "--vault-password-file", "pass"]
      let run = try await project.shell("\"$RUNBOOK\" " + all.joined(separator: " "))
      #expect(!run.text.contains("hunter2"), "\(words)")
      #expect(run.text.contains("‹db_password›"), "\(words)")
    }
    #expect(try project.read("env") == "PASSWORD=hunter2-hunter2\n")
    let journals = try await project.shell("grep -rl hunter2 .runbook host-state")
    #expect(journals.output == "")
  }
}
