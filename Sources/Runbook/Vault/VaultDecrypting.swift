/// What opens Ansible Vault text: the keyring, or a stand-in in tests.
public protocol VaultDecrypting: Sendable {
  /// The plain text of one vaulted value or file. Throws where no password fits or the text is damaged.
  func decrypt(_ text: String, at position: SourcePosition) throws(Diagnostic) -> String
}

/// A keyring without passwords: every vaulted value is a fault.
public struct EmptyKeyring: VaultDecrypting {
  public init() {}

  public func decrypt(_ text: String, at position: SourcePosition) throws(Diagnostic) -> String {
    throw Diagnostic(
      .vault, "this is vault-encrypted, and no vault password was given", at: position,
      hint: "give --vault-password-file or --ask-vault-pass")
  }
}
