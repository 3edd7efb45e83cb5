/// A vaulted text that was opened, with what it takes to seal it again as it was.
public struct OpenedVault: Sendable {
  public var plaintext: [UInt8]
  public var password: [UInt8]
  /// The vault id of its header.
  public var label: String?
}

extension VaultKeyring {
  /// Opens a vaulted text to be sealed again later, under the same password and vault id.
  public func opened(_ text: String, at position: SourcePosition?) throws(Diagnostic) -> OpenedVault {
    let envelope = try VaultEnvelope(parsing: text, at: position)
    let (plaintext, entry) = try open(envelope, at: position)
    return OpenedVault(plaintext: plaintext, password: try password(of: entry), label: envelope.label)
  }

  /// The first password, to encrypt with. Throws where there is none.
  public func firstPassword() throws(Diagnostic) -> [UInt8] {
    guard !isEmpty else {
      throw Diagnostic(
        .vault, "no vault password was given to encrypt with",
        hint: "give --vault-password-file or --ask-vault-pass")
    }
    return try password(of: 0)
  }
}
