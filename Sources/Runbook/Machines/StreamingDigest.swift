internal import CCrypto

/// SHA-256 of bytes that come piece by piece. For one thread.
final class StreamingDigest {
  private let context: OpaquePointer?

  init() {
    context = EVP_MD_CTX_new()
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "libcrypto has no SHA-256")
  }

  deinit { EVP_MD_CTX_free(context) }

  func add(_ bytes: [UInt8]) { EVP_DigestUpdate(context, bytes, bytes.count) }

  /// Lower-case hexadecimal digits; nothing may be added afterwards.
  func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    EVP_DigestFinal_ex(context, &digest, nil)
    return Digest.hex(digest)
  }
}
