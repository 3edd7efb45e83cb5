internal import CCrypto

/// Digests, keyed digests and random bytes, by libcrypto.
public enum Digest {
  public enum Algorithm: String, Sendable, CaseIterable { case md5, sha1, sha224, sha256, sha384, sha512 }

  public static func sha256(_ bytes: [UInt8]) -> [UInt8] { digest(bytes, .sha256) }

  public static func digest(_ bytes: [UInt8], _ algorithm: Algorithm) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
    var length: UInt32 = 0
    let isDone = EVP_Digest(
      bytes, bytes.count, &output, &length, EVP_get_digestbyname(algorithm.rawValue), nil)
    precondition(isDone == 1, "libcrypto has no \(algorithm.rawValue)")
    return Array(output.prefix(Int(length)))
  }

  public static func hmacSHA256(key: [UInt8], _ bytes: [UInt8]) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: 32)
    var length: UInt32 = 0
    let made = HMAC(EVP_sha256(), key, Int32(key.count), bytes, bytes.count, &output, &length)
    precondition(made != nil && length == 32, "libcrypto could not make an HMAC")
    return output
  }

  /// Lower-case hexadecimal digits.
  public static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count * 2)
    for byte in bytes {
      output.append(digits[Int(byte >> 4)])
      output.append(digits[Int(byte & 15)])
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// Whether two digests are the same, in a time that does not depend on where they differ.
  public static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
    left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
  }

  /// Bytes that nobody can foretell.
  public static func random(_ count: Int) -> [UInt8] {
    var output = [UInt8](repeating: 0, count: count)
    precondition(RAND_bytes(&output, Int32(count)) == 1, "libcrypto has no randomness")
    return output
  }
}
