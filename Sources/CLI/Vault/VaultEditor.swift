import Runbook

/// Lets a person edit plain text.
struct VaultEditor: Sendable {
  let invocation: Invocation

  /// What the text became. `name` is that of the file, so that the editor knows its kind.
  func edit(_ plaintext: [UInt8], name: String) async throws(Diagnostic) -> [UInt8] {
    let folder = try PlainTextFolder(invocation.environment)
    defer { folder.remove() }
    let base = name.split(separator: "/").last.map { String($0) } ?? "vault.yml"
    let path = "\(folder.path)/\(base)"
    try LocalFile.write(plaintext, to: path, mode: 0o600)
    let environment = invocation.environment
    let editor = environment["VISUAL"] ?? environment["EDITOR"] ?? "vi"
    let argv: [String]
    do throws(Diagnostics) { argv = try ExtraVariableWords.shellWords(editor) + [path] } catch {
      throw Diagnostic(.usage, "the editor '\(editor)' has a quote that is not closed")
    }
    // An interrupt at the terminal is the editor's; the program only ends with it.
    let outcome = await invocation.interrupts.cancelling(restore: { folder.remove() }) {
      () -> Result<Int, Diagnostic> in
      do throws(Diagnostic) { return .success(try await runInForeground(argv)) } catch {
        return .failure(error)
      }
    }
    let status: Int
    switch outcome {
    case .success(let ended): status = ended
    case .failure(let fault): throw fault
    }
    if invocation.interrupts.hasStopped {
      throw Diagnostic(.interrupted, "interrupted; '\(name)' is as it was")
    }
    guard status == 0 else {
      throw Diagnostic(.vault, "the editor ended with status \(status); '\(name)' is as it was")
    }
    return try LocalFile.read(path)
  }
}
