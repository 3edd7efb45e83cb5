/// Seals secret values for the journal with the vault password, and opens them again.
struct ValueSeal: Sendable {
  let password: @Sendable () -> [UInt8]?
  /// Whether a text that bears no mark holds a known secret all the same.
  var holdsSecret: @Sendable (String) -> Bool = { _ in false }

  func seal(_ value: Value) -> SealedValue {
    guard value.isSecret || holdsSecret(value.json(revealing: true)) else { return .clear(value) }
    guard let text = vaulted(value) else { return .withheld }
    return .vaulted(text, label: "registered")
  }

  /// nil where no password is known.
  func vaulted(_ value: Value) -> String? {
    guard let password = password() else { return nil }
    return VaultEnvelope(encrypting: Array(value.json(revealing: true).utf8), password: password).text
  }

  /// nil where the value is withheld, or cannot be opened with this password.
  func open(_ sealed: SealedValue) throws(Diagnostic) -> Value? {
    switch sealed {
    case .clear(let value): return value
    case .withheld: return nil
    case .vaulted(let text, let label): return try open(text)?.markedSecret(label)
    }
  }

  func open(_ text: String) throws(Diagnostic) -> Value? {
    guard let password = password() else { return nil }
    guard let bytes = try VaultEnvelope(parsing: text).plaintext(password: password) else { return nil }
    return try JSONReader.read(String(decoding: bytes, as: UTF8.self), named: "a sealed value")
  }
}
