internal import CCrypto

/// Ansible Vault's format, 1.1 and 1.2: bytes in, bytes out.
public struct VaultEnvelope: Sendable, Hashable {
  static let iterations: Int32 = 10_000
  static let firstWord = "$ANSIBLE_VAULT"

  /// The vault id in a 1.2 header; it is a hint and is not authenticated.
  public var label: String?
  public var salt: [UInt8]
  public var mac: [UInt8]
  public var ciphertext: [UInt8]

  /// Whether a text is meant to be vaulted.
  public static func isVaulted(_ text: String) -> Bool {
    var bytes = Substring(text)
    if bytes.unicodeScalars.first == "\u{FEFF}" { bytes.unicodeScalars.removeFirst() }
    return bytes.utf8.starts(with: firstWord.utf8)
  }

  /// Reads vaulted text; blanks and line ends of any kind between the digits do not matter.
  public init(parsing text: String, at position: SourcePosition? = nil) throws(Diagnostic) {
    guard Self.isVaulted(text) else {
      throw Diagnostic(
        .vault, "this is not vault-encrypted: it does not begin with '\(Self.firstWord)'", at: position)
    }
    let lines = text.utf8.split(omittingEmptySubsequences: true) { $0 == 0x0a || $0 == 0x0d }
    label = try Self.label(ofHeader: lines.first.map { String(Substring($0)) } ?? "", at: position)
    let outer = try Self.unhex(lines.dropFirst().flatMap { $0 }, "body", at: position)
    let parts = outer.split(separator: 0x0a, omittingEmptySubsequences: false)
    guard parts.count == 3 else {
      throw .damaged("its body has \(parts.count) parts instead of 3", at: position)
    }
    salt = try Self.unhex(Array(parts[0]), "salt", at: position)
    mac = try Self.unhex(Array(parts[1]), "digest", at: position)
    ciphertext = try Self.unhex(Array(parts[2]), "content", at: position)
    guard mac.count == 32 else { throw .damaged("its digest is cut off", at: position) }
  }

  /// Encrypts; `salt` is random where it is not given.
  public init(
    encrypting plaintext: [UInt8], password: [UInt8], label: String? = nil, salt: [UInt8] = Digest.random(32)
  ) {
    self.init(encrypting: plaintext, key: VaultKey(password: password, salt: salt), label: label, salt: salt)
  }

  init(encrypting plaintext: [UInt8], key: VaultKey, label: String?, salt: [UInt8]) {
    let padding = 16 - plaintext.count % 16
    let padded = plaintext + [UInt8](repeating: UInt8(padding), count: padding)
    ciphertext = key.applyingCipher(to: padded)
    mac = Digest.hmacSHA256(key: key.authentication, ciphertext)
    self.salt = salt
    self.label = label
  }

  /// nil where the password does not fit or the bytes are damaged: the format cannot tell which.
  func plaintext(with key: VaultKey) -> [UInt8]? {
    guard Digest.isEqual(Digest.hmacSHA256(key: key.authentication, ciphertext), mac) else { return nil }
    let padded = key.applyingCipher(to: ciphertext)
    guard let last = padded.last, (1...16).contains(last), padded.count >= Int(last),
      padded.suffix(Int(last)).allSatisfy({ $0 == last })
    else { return nil }
    return Array(padded.dropLast(Int(last)))
  }

  /// nil where the password does not fit or the bytes are damaged: the format cannot tell which.
  public func plaintext(password: [UInt8]) -> [UInt8]? {
    plaintext(with: VaultKey(password: password, salt: salt))
  }

  /// The text to write to a file, with its line ends: 80 digits a line.
  public var text: String {
    let inner = [salt, mac, ciphertext].map { Digest.hex($0) }.joined(separator: "\n")
    var digits = Digest.hex(Array(inner.utf8))[...]
    var lines = [label.map { "\(Self.firstWord);1.2;AES256;\($0)" } ?? "\(Self.firstWord);1.1;AES256"]
    while !digits.isEmpty {
      lines.append(String(digits.prefix(80)))
      digits = digits.dropFirst(80)
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func label(ofHeader header: String, at position: SourcePosition?) throws(Diagnostic)
    -> String?
  {
    let fields = header.split(separator: ";", omittingEmptySubsequences: false).map { trimmedBlanks($0) }
    guard fields.count >= 3 else {
      // A folded block scalar (`>`) joins the header and the digits into one line.
      throw .damaged("its first line is not a vault header", at: position)
    }
    if fields[2].utf8.contains(0x20) {
      throw Diagnostic(
        .vault, "the lines of this vault-encrypted value are joined into one", at: position,
        hint: "write it as a literal block: '!vault |'")
    }
    switch fields[1] {
    case "1.1", "1.2": break
    case "1.0":
      throw Diagnostic(
        .vault, "vault format 1.0 (AES) is not supported: it is older than Ansible 1.5", at: position,
        hint: "bring it to format 1.1 with an Ansible of that time")
    default: throw Diagnostic(.vault, "vault format '\(fields[1])' is not known", at: position)
    }
    guard fields[2] == "AES256" else {
      throw Diagnostic(.vault, "the cipher is not AES256, the only one there is", at: position)
    }
    guard fields[1] == "1.2", fields.count > 3, !fields[3].isEmpty else { return nil }
    return fields[3]
  }

  private static func unhex(
    _ digits: [UInt8], _ part: String, at position: SourcePosition?
  ) throws(Diagnostic) -> [UInt8] {
    var output: [UInt8] = []
    var high: UInt8?
    for digit in digits where digit != 0x20 && digit != 0x09 && digit != 0x0a && digit != 0x0d {
      guard let value = hexDigit(digit) else {
        throw .damaged("its \(part) has a character that is no hexadecimal digit", at: position)
      }
      if let first = high {
        output.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    guard high == nil else { throw .damaged("its \(part) has an odd number of digits", at: position) }
    return output
  }
}

/// What PBKDF2 makes of a password and a salt.
struct VaultKey: Sendable {
  let cipher: [UInt8]
  let authentication: [UInt8]
  let counter: [UInt8]

  init(password: [UInt8], salt: [UInt8]) {
    var derived = [UInt8](repeating: 0, count: 80)
    let isDone = password.withUnsafeBytes { bytes in
      PKCS5_PBKDF2_HMAC(
        bytes.baseAddress?.assumingMemoryBound(to: CChar.self), Int32(password.count), salt,
        Int32(salt.count),
        VaultEnvelope.iterations, EVP_sha256(), 80, &derived)
    }
    precondition(isDone == 1, "libcrypto could not derive a key")
    cipher = Array(derived[0..<32])
    authentication = Array(derived[32..<64])
    counter = Array(derived[64..<80])
  }

  /// AES-256 in counter mode: the same operation both ways.
  func applyingCipher(to bytes: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: bytes.count + 16)
    var length: Int32 = 0
    let context = EVP_CIPHER_CTX_new()
    defer { EVP_CIPHER_CTX_free(context) }
    let isDone =
      EVP_EncryptInit_ex(context, EVP_aes_256_ctr(), nil, cipher, counter) == 1
      && EVP_EncryptUpdate(context, &output, &length, bytes, Int32(bytes.count)) == 1
    precondition(isDone && Int(length) == bytes.count, "libcrypto could not apply AES")
    return Array(output.prefix(bytes.count))
  }
}

func hexDigit(_ digit: UInt8) -> UInt8? {
  switch digit {
  case 0x30...0x39: digit - 0x30
  case 0x41...0x46: digit - 0x41 + 10
  case 0x61...0x66: digit - 0x61 + 10
  default: nil
  }
}

private func trimmedBlanks(_ text: Substring) -> String {
  let isBlank: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
  let bytes = Array(text.utf8.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
  return String(decoding: bytes, as: UTF8.self)
}

extension Diagnostic {
  fileprivate static func damaged(_ how: String, at position: SourcePosition?) -> Diagnostic {
    Diagnostic(.vault, "this vault-encrypted text is damaged: \(how)", at: position)
  }
}
