/// What decoding one step on one host, for one item of its loop, gave.
public struct DecodedStep: Sendable {
  /// nil where there are faults, or where something is not known yet.
  public var step: AnyStep?
  /// Its name with the templates evaluated, or what its kind calls it.
  public var title: Text
  public var faults: [Diagnostic]
  /// What it waits for, in words: "what step 'docker' gives".
  public var pending: [String]
  /// The bytes of every evaluated parameter, secrets included, and the digests of its local files, by
  /// parameter and in the order of their names. Only ever to be hashed with a key.
  public var material: [(name: String, bytes: [UInt8])]
  /// `become_user` with its template evaluated.
  public var become: BecomeSpec
  /// `environment` with its templates evaluated.
  public var environment: [(name: String, value: Text)]

  public init(title: Text) {
    self.title = title
    faults = []
    pending = []
    material = []
    become = BecomeSpec()
    environment = []
  }

  /// `material` as one run of bytes, so written that no two different steps give the same.
  public var fingerprintMaterial: [UInt8] {
    var bytes: [UInt8] = []
    for (name, part) in material {
      bytes += Array("\(name.utf8.count):\(name)\(part.count):".utf8)
      bytes += part
    }
    return bytes
  }
}
