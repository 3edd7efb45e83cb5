import Runbook
import Testing

@Suite struct VaultTests {
  private func project() throws -> TestProject {
    let project = try TestProject()
    try project.write("pw\n", to: "pass", mode: 0o600)
    try project.write("other\n", to: "pass2", mode: 0o600)
    try project.write("vault_password_file: pass\n", to: "runbook.yml")
    return project
  }

  private func plain(_ text: String, _ password: String) throws -> String? {
    try VaultEnvelope(parsing: text).plaintext(password: Array(password.utf8)).map {
      String(decoding: $0, as: UTF8.self)
    }
  }

  @Test func encryptViewDecryptGiveTheFileBack() async throws {
    let project = try project()
    try project.write("a: b\n", to: "secret.yml", mode: 0o640)
    #expect(try await project.runbook("vault", "encrypt", "secret.yml").text == "--- status 0\n")
    #expect(try plain(try project.read("secret.yml"), "pw") == "a: b\n")
    #expect(try await project.shell("stat -c %a secret.yml").output == "640\n")
    #expect(try await project.runbook("vault", "view", "secret.yml").output == "a: b\n")
    let twice = try await project.runbook("vault", "encrypt", "secret.yml")
    #expect(twice.errors.contains("'secret.yml' is vault-encrypted already"))
    #expect(try await project.runbook("vault", "decrypt", "secret.yml").status == 0)
    #expect(try project.read("secret.yml") == "a: b\n")
  }

  @Test func anEditWithoutAChangeLeavesEveryByte() async throws {
    let project = try project()
    let vaulted = VaultEnvelope(encrypting: Array("a: b\n".utf8), password: Array("pw".utf8)).text
    try project.write(vaulted, to: "secret.yml")
    let same = try await project.runbook("vault", "edit", "secret.yml", environment: ["EDITOR": "true"])
    #expect(same.status == 0)
    #expect(try project.read("secret.yml") == vaulted)
  }

  @Test func anEditIsSealedUnderItsOwnPasswordAndId() async throws {
    let project = try project()
    let vaulted = VaultEnvelope(
      encrypting: Array("a: b\n".utf8), password: Array("other".utf8), label: "prod"
    ).text
    try project.write(vaulted, to: "secret.yml")
    let edit = try await project.runbook(
      "vault", "edit", "secret.yml", "--vault-id", "prod@pass2",
      environment: ["EDITOR": "sh -c 'echo c: d >>\"$0\"'"])
    #expect(edit.status == 0, "\(edit.text)")
    #expect(try project.read("secret.yml").hasPrefix("$ANSIBLE_VAULT;1.2;AES256;prod\n"))
    #expect(try plain(try project.read("secret.yml"), "other") == "a: b\nc: d\n")
  }

  @Test func theEditorsFileIsPrivateAndGoesAway() async throws {
    let project = try project()
    try project.write(
      VaultEnvelope(encrypting: Array("a: b\n".utf8), password: Array("pw".utf8)).text, to: "secret.yml")
    let editor = #"sh -c 'stat -c "%a %n" "$0" "$(dirname "$0")"; cp "$0" "$0~"; exit 3'"#
    let edit = try await project.runbook("vault", "edit", "secret.yml", environment: ["EDITOR": editor])
    #expect(edit.status == 1)
    #expect(edit.errors.contains("'secret.yml' is as it was"))
    let lines = edit.output.split(separator: "\n")
    #expect(lines.count == 2)
    #expect(lines.first?.hasPrefix("600 /dev/shm/runbook-vault-") == true)
    #expect(lines.last?.hasPrefix("700 ") == true)
    let folder = String(lines.last?.dropFirst(4) ?? "")
    #expect(try !LocalFile.exists(folder))
  }

  @Test func createMakesAPrivateFile() async throws {
    let project = try project()
    let made = try await project.runbook(
      "vault", "create", "new.yml", environment: ["EDITOR": "sh -c 'echo x: y >\"$0\"'"])
    #expect(made.status == 0, "\(made.text)")
    #expect(try plain(try project.read("new.yml"), "pw") == "x: y\n")
    #expect(try await project.shell("stat -c %a new.yml").output == "600\n")
    let again = try await project.runbook("vault", "create", "new.yml", environment: ["EDITOR": "true"])
    #expect(again.errors.contains("'new.yml' is there already"))
  }

  @Test func rekeyChangesAllFilesOrNone() async throws {
    let project = try project()
    let first = VaultEnvelope(encrypting: Array("a: 1\n".utf8), password: Array("pw".utf8)).text
    let second = VaultEnvelope(encrypting: Array("b: 2\n".utf8), password: Array("third".utf8)).text
    try project.write(first, to: "a.yml")
    try project.write(second, to: "b.yml")
    let refused = try await project.runbook(
      "vault", "rekey", "a.yml", "b.yml", "--new-vault-password-file", "pass2")
    #expect(refused.status == 1)
    #expect(try project.read("a.yml") == first)
    try project.write(
      VaultEnvelope(encrypting: Array("b: 2\n".utf8), password: Array("pw".utf8)).text, to: "b.yml")
    let done = try await project.runbook(
      "vault", "rekey", "a.yml", "b.yml", "--new-vault-password-file", "pass2")
    #expect(done.status == 0)
    #expect(try plain(try project.read("a.yml"), "other") == "a: 1\n")
    #expect(try plain(try project.read("b.yml"), "other") == "b: 2\n")
  }

  @Test func anEncryptedStringIsAVariable() async throws {
    let project = try project()
    let made = try await project.shell(
      "printf %s 's3cret-token' | \"$RUNBOOK\" vault encrypt-string --name token")
    #expect(made.output.hasPrefix("token: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n"))
    #expect(!made.text.contains("s3cret"))
    try project.write(made.output, to: "inventory/group_vars/all.yml")
    let shown = try await project.runbook("vars", "here", "token")
    #expect(shown.output.hasPrefix("token: \"‹token›\"\n"), "\(shown.text)")
  }

  @Test func theDifferenceOfTwoVaultsIsShownInClear() async throws {
    let project = try project()
    for (name, text) in [("a.yml", "x: 1\ny: 2\n"), ("b.yml", "x: 1\ny: 3\n")] {
      try project.write(
        VaultEnvelope(encrypting: Array(text.utf8), password: Array("pw".utf8)).text, to: name)
    }
    let diff = try await project.runbook("vault", "diff", "a.yml", "b.yml")
    #expect(diff.status == 2)
    #expect(diff.output == "--- b.yml\n+++ b.yml\n@@ -1,2 +1,2 @@\n x: 1\n-y: 2\n+y: 3\n")
    #expect(try await project.runbook("vault", "diff", "a.yml", "a.yml").text == "--- status 0\n")
  }

  @Test func aProgramGivesThePassword() async throws {
    let project = try project()
    try project.write(
      VaultEnvelope(encrypting: Array("a: 1\n".utf8), password: Array("made".utf8)).text, to: "a.yml")
    try project.write("#!/bin/sh\necho ma\"\"de\n", to: "give", mode: 0o755)
    #expect(
      try await project.runbook("vault", "view", "a.yml", "--vault-password-file", "give").output == "a: 1\n")
    try project.write("#!/bin/sh\necho no key >&2; exit 4\n", to: "give", mode: 0o755)
    let failed = try await project.runbook("vault", "view", "a.yml", "--vault-password-file", "give")
    #expect(failed.errors.contains("the vault password program 'give' ended with status 4"))
    #expect(failed.errors.contains("no key"))
  }

  @Test func aMisspelledVerbIsNamed() async throws {
    let run = try await project().runbook("vault", "encrpyt", "x")
    #expect(run.errors.contains("did you mean 'encrypt'?"))
  }
}
