import Glibc
import Runbook

/// Gathers the sources of vault passwords.
enum Keyring {
  /// In the order in which they are tried: options, the environment, `runbook.yml`.
  static func make(_ configuration: Configuration, _ invocation: Invocation) throws(Diagnostics)
    -> VaultKeyring
  {
    let ask = question(invocation)
    var entries: [VaultKeyring.Entry] = []
    for word in configuration.all(.vaultIDs) { entries.append(try entry(word, ask)) }
    if invocation.arguments.has(.askVaultPassword) {
      entries.append(.init(.prompt(ask, words: "Vault password")))
    }
    for path in configuration.all(.vaultPasswordFile) { entries.append(.init(file(path))) }
    if invocation.environment["RUNBOOK_VAULT_PASSWORD"] != nil {
      entries.append(.init(.variable("RUNBOOK_VAULT_PASSWORD")))
    }
    return VaultKeyring(entries)
  }

  /// One that asks the person.
  static func asking(_ invocation: Invocation) -> VaultKeyring {
    VaultKeyring([.init(.prompt(question(invocation), words: "Vault password"))])
  }

  private static func question(
    _ invocation: Invocation
  ) -> @Sendable (String) throws(Diagnostic) -> String {
    let prompt = Prompt(interrupts: invocation.interrupts)
    let console = invocation.console
    return { (words) throws(Diagnostic) in
      let password = try prompt.password(words)
      console.hide(Text(secret: password, label: "vault password"))
      return password
    }
  }

  /// `prod@prompt`, `prod@FILE`.
  private static func entry(
    _ word: String, _ ask: @escaping @Sendable (String) throws(Diagnostic) -> String
  ) throws(Diagnostics) -> VaultKeyring.Entry {
    let parts = word.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw .one(
        Diagnostic(
          .usage, "'\(word)' is not a vault id", hint: "--vault-id NAME@FILE or --vault-id NAME@prompt"))
    }
    let source: VaultPasswordSource =
      parts[1] == "prompt" ? .prompt(ask, words: "Vault password (\(parts[0]))") : file(parts[1])
    return .init(id: parts[0], source)
  }

  /// A file that may be executed is a program that prints the password.
  private static func file(_ path: String) -> VaultPasswordSource {
    guard access(path, X_OK) == 0 else { return .file(path) }
    return .program(path) { (path) throws(Diagnostic) in
      let argv = [path.contains("/") ? path : "./\(path)"]
      let ended: (status: Int, output: [UInt8], errors: [UInt8])
      do throws(MachineFault) { ended = try runLocallyBlocking(argv) } catch {
        throw Diagnostic(.vault, "the vault password program '\(path)' cannot be run")
      }
      guard ended.status == 0 else {
        let said = String(decoding: ended.errors, as: UTF8.self)
        throw Diagnostic(
          .vault, "the vault password program '\(path)' ended with status \(ended.status)",
          notes: said.isEmpty ? [] : [said])
      }
      return ended.output
    }
  }
}
