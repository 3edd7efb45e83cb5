import Synchronization

/// The vault passwords of a run: obtained on first need, tried one after the other.
public final class VaultKeyring: VaultDecrypting {
  /// A password that may be had, under the vault id it was given for.
  public struct Entry: Sendable {
    public var id: String?
    public var source: VaultPasswordSource

    public init(id: String? = nil, _ source: VaultPasswordSource) {
      self.id = id
      self.source = source
    }
  }

  private struct State {
    var passwords: [Int: Result<[UInt8], Diagnostic>] = [:]
    var keys: [KeyName: VaultKey] = [:]
  }

  private struct KeyName: Hashable {
    var entry: Int
    var salt: [UInt8]
  }

  private let entries: [Entry]
  private let state = Mutex(State())

  public init(_ entries: [Entry]) { self.entries = entries }

  /// Whether there is any source of a password.
  public var isEmpty: Bool { entries.isEmpty }

  public func decrypt(_ text: String, at position: SourcePosition) throws(Diagnostic) -> String {
    let bytes = try decryptBytes(text, at: position)
    guard let string = String(validating: bytes, as: UTF8.self) else {
      throw Diagnostic(.vault, "what this vault-encrypted text holds is not UTF-8 text", at: position)
    }
    return string
  }

  /// The bytes of a vaulted text.
  public func decryptBytes(_ text: String, at position: SourcePosition?) throws(Diagnostic) -> [UInt8] {
    try open(VaultEnvelope(parsing: text, at: position), at: position).plaintext
  }

  /// The bytes of an envelope, and which entry's password fits it.
  func open(
    _ envelope: VaultEnvelope, at position: SourcePosition?
  ) throws(Diagnostic) -> (plaintext: [UInt8], entry: Int) {
    guard !entries.isEmpty else {
      throw Diagnostic(
        .vault, "this is vault-encrypted, and no vault password was given", at: position,
        hint: "give --vault-password-file or --ask-vault-pass")
    }
    // The label says which password is likely; as it is not authenticated, the others are tried after it.
    let order =
      entries.indices.filter { entries[$0].id == envelope.label }
      + entries.indices.filter { entries[$0].id != envelope.label }
    var tried: [String] = []
    for index in order {
      let key = try key(for: index, salt: envelope.salt)
      if let plaintext = envelope.plaintext(with: key) { return (plaintext, index) }
      tried.append(entries[index].description)
    }
    let label = envelope.label.map { " (vault id '\($0)')" } ?? ""
    throw Diagnostic(
      .vault, "this vault-encrypted text\(label) cannot be decrypted: wrong password, or damaged",
      at: position,
      notes: ["tried: \(tried.joined(separator: ", "))"])
  }

  /// The password of an entry, obtained now where it was not yet.
  func password(of index: Int) throws(Diagnostic) -> [UInt8] {
    let result = state.withLock { state in
      if let known = state.passwords[index] { return known }
      let result: Result<[UInt8], Diagnostic>
      do throws(Diagnostic) { result = .success(try entries[index].source.password()) } catch {
        result = .failure(error)
      }
      state.passwords[index] = result
      return result
    }
    return try result.get()
  }

  private func key(for index: Int, salt: [UInt8]) throws(Diagnostic) -> VaultKey {
    let name = KeyName(entry: index, salt: salt)
    if let key = state.withLock({ $0.keys[name] }) { return key }
    let key = VaultKey(password: try password(of: index), salt: salt)
    state.withLock { $0.keys[name] = key }
    return key
  }
}

extension VaultKeyring.Entry: CustomStringConvertible {
  /// Where the password comes from, for people: `vault id 'prod' from ~/.vault-pass`.
  public var description: String { id.map { "vault id '\($0)' from \(source)" } ?? "\(source)" }
}
