extension VaultKeyring {
  /// The first password, to seal what the program itself keeps. nil where there is none to be had: then secret
  /// values are not kept at all. Asks for it where it was not needed so far.
  public func sealingPassword() -> [UInt8]? {
    guard !isEmpty else { return nil }
    return try? password(of: 0)
  }
}
