/// What opens Ansible Vault text: the keyring, or a stand-in in tests.
public protocol VaultDecrypting: Sendable {
  /// The plain text of one vaulted value or file. Throws where no password fits or the text is damaged.
  func decrypt(_ text: String, at position: SourcePosition) throws(Diagnostic) -> String
}
