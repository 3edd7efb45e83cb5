import Glibc
import Runbook

/// What the verbs of `runbook vault` do.
struct VaultWork: Sendable {
  let invocation: Invocation
  let keyring: VaultKeyring
  /// What new vaults are encrypted with, and their vault id.
  private let sealing: VaultKeyring
  private let label: String?

  init(_ invocation: Invocation) throws(Diagnostic) {
    self.invocation = invocation
    let arguments = invocation.arguments
    let root = if let given = arguments.text(.project) { given } else { try ProjectRoot.find(from: ".") }
    do throws(Diagnostics) {
      var configuration = try Configuration(
        root: root, arguments: arguments, environment: invocation.environment)
      let made = try Keyring.make(configuration, invocation)
      // Without any source the person is asked: this command is of no use without a password.
      keyring = made.isEmpty ? Keyring.asking(invocation) : made
      guard let id = arguments.text(VaultCommand.encryptID) else {
        (sealing, label) = (keyring, nil)
        return
      }
      let entries = configuration.all(.vaultIDs).filter { $0.hasPrefix("\(id)@") }
      guard !entries.isEmpty else {
        throw .one(Diagnostic(.usage, "no --vault-id has the name '\(id)'", hint: "--vault-id \(id)@FILE"))
      }
      configuration.keepOnly(vaultIDs: entries)
      (sealing, label) = (try Keyring.make(configuration, invocation), id)
    } catch {
      throw error.all.first ?? Diagnostic(.usage, "the configuration cannot be read")
    }
  }

  func create(_ path: String) async throws(Diagnostic) {
    guard try !LocalFile.exists(path) else {
      throw Diagnostic(.vault, "'\(path)' is there already", hint: "runbook vault edit \(path)")
    }
    let password = try sealing.firstPassword()
    let plaintext = try await VaultEditor(invocation: invocation).edit([], name: path)
    guard !plaintext.isEmpty else {
      throw Diagnostic(.vault, "nothing was written, so '\(path)' was not made")
    }
    let envelope = VaultEnvelope(encrypting: plaintext, password: password, label: label)
    try LocalFile.write(Array(envelope.text.utf8), to: path, mode: 0o600)
  }

  func view(_ paths: [String]) throws(Diagnostic) {
    for path in paths { invocation.console.reveal(try VaultFile(path).opened(keyring).plaintext) }
  }

  func edit(_ path: String) async throws(Diagnostic) {
    let file = try VaultFile(path)
    let opened = try file.opened(keyring)
    let plaintext = try await VaultEditor(invocation: invocation).edit(opened.plaintext, name: path)
    guard plaintext != opened.plaintext else {
      invocation.console.complain("nothing was changed in '\(path)'")
      return
    }
    let envelope = VaultEnvelope(encrypting: plaintext, password: opened.password, label: opened.label)
    try file.replace(with: Array(envelope.text.utf8))
  }

  func encrypt(_ paths: [String]) throws(Diagnostic) {
    let password = try sealing.firstPassword()
    var changes: [(file: VaultFile, bytes: [UInt8])] = []
    for path in paths {
      let file = try VaultFile(path)
      guard !file.isVaulted else { throw Diagnostic(.vault, "'\(path)' is vault-encrypted already") }
      let envelope = VaultEnvelope(encrypting: file.bytes, password: password, label: label)
      changes.append((file, Array(envelope.text.utf8)))
    }
    try VaultFiles.replace(changes)
  }

  func decrypt(_ paths: [String]) throws(Diagnostic) {
    var changes: [(file: VaultFile, bytes: [UInt8])] = []
    for path in paths {
      let file = try VaultFile(path)
      changes.append((file, try file.opened(keyring).plaintext))
    }
    try VaultFiles.replace(changes)
  }

  /// Everything is opened and sealed again before the first file is touched.
  func rekey(_ paths: [String]) throws(Diagnostic) {
    var opened: [(file: VaultFile, vault: OpenedVault)] = []
    for path in paths {
      let file = try VaultFile(path)
      opened.append((file, try file.opened(keyring)))
    }
    let password = try newPassword()
    try VaultFiles.replace(
      opened.map { file, vault in
        let envelope = VaultEnvelope(
          encrypting: vault.plaintext, password: password, label: label ?? vault.label)
        return (file, Array(envelope.text.utf8))
      })
    invocation.console.complain(
      paths.count == 1 ? "1 file has the new password" : "\(paths.count) files have the new password")
  }

  func encryptString(_ text: String?) throws(Diagnostic) {
    let plaintext = if let text { Array(text.utf8) } else { try LocalFile.read("/dev/stdin") }
    let envelope = VaultEnvelope(encrypting: plaintext, password: try sealing.firstPassword(), label: label)
    let lines = envelope.text.split(separator: "\n")
    guard let name = invocation.arguments.text(VaultCommand.stringName) else {
      invocation.console.print("!vault |\n" + lines.map { "  \($0)\n" }.joined())
      return
    }
    invocation.console.print("\(name): !vault |\n" + lines.map { "  \($0)\n" }.joined())
  }

  /// The lines by which two vaults differ, in clear: what a person asks to see. 2 where they do.
  func diff(_ old: String, _ new: String) throws(Diagnostic) -> ExitStatus {
    func plain(_ path: String) throws(Diagnostic) -> String {
      let file = try VaultFile(path)
      return String(decoding: file.isVaulted ? try file.opened(keyring).plaintext : file.bytes, as: UTF8.self)
    }
    let (before, after) = (try plain(old), try plain(new))
    let renderer = PlanRenderer(palette: invocation.console.palette)
    let lines = renderer.diff(TextDiff(path: new, before: before, after: Text(after)))
    guard !lines.isEmpty else { return .done }
    invocation.console.reveal(Array((lines.joined(separator: "\n") + "\n").utf8))
    return .pending
  }

  private func newPassword() throws(Diagnostic) -> [UInt8] {
    if let path = invocation.arguments.text(VaultCommand.newPasswordFile) {
      return try VaultPasswordSource.file(path).password()
    }
    let prompt = Prompt(interrupts: invocation.interrupts)
    return Array(try prompt.password("New vault password", repeats: true).utf8)
  }
}
