/// The project's random key: what makes fingerprints that reveal nothing and that nobody else can make.
public struct ProjectKey: Sendable {
  let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The key in a state folder, made now where there is none yet.
  public static func load(stateFolder: String) throws(Diagnostic) -> ProjectKey {
    let path = LocalFile.join(stateFolder, "key")
    if try LocalFile.exists(path) {
      let bytes = try LocalFile.read(path, limit: 64)
      guard bytes.count == 32 else {
        throw Diagnostic(
          .invalidValue, "'\(path)' is not a key of 32 bytes",
          hint: "remove it: steps without a probe will then be seen as changed by a resumed run")
      }
      return ProjectKey(bytes: bytes)
    }
    try LocalFile.makeFolder(stateFolder, mode: 0o700)
    let key = ProjectKey(bytes: Digest.random(32))
    try LocalFile.write(key.bytes, to: path)
    return key
  }

  /// A keyed digest in lower-case hex.
  public func fingerprint(_ bytes: [UInt8]) -> String {
    Digest.hex(Digest.hmacSHA256(key: self.bytes, bytes))
  }
  public func fingerprint(_ text: String) -> String { fingerprint(Array(text.utf8)) }

  /// The fingerprint of a step, and of each of its parameters.
  func fingerprints(of step: DecodedStep) -> (whole: String, parameters: [String: String]) {
    var parameters: [String: String] = [:]
    for (name, bytes) in step.material {
      parameters[name] = String(fingerprint(Array("\(name)=".utf8) + bytes).prefix(16))
    }
    return (fingerprint(step.fingerprintMaterial), parameters)
  }
}
