import Runbook

/// A keyring that tells the console what it decrypts, so that no secret of a vault is ever printed by a host's
/// output or an error.
struct HidingKeyring: VaultDecrypting {
  let keyring: VaultKeyring
  let console: Console

  func decrypt(_ text: String, at position: SourcePosition) throws(Diagnostic) -> String {
    let plain = try keyring.decrypt(text, at: position)
    hide(plain)
    return plain
  }

  /// A whole file is YAML, and its values are the secrets; an inline value is one itself.
  private func hide(_ plain: String) {
    let file = SourceFile(path: "vault", text: plain)
    // Text that is no YAML map is one secret: its fault is not a fault of the runbook.
    guard let node = try? YAMLReader.read(file), case .mapping = node.content else {
      console.hide(Text(secret: plain, label: "secret"))
      return
    }
    hide(node, label: "secret")
  }

  private func hide(_ node: Node, label: String) {
    switch node.content {
    case .sequence(let items): items.forEach { hide($0, label: label) }
    case .mapping(let entries): entries.forEach { hide($0.value, label: $0.key) }
    case .scalar(let scalar):
      // Hiding every `true` and `8080` of a run because a vault holds one would hide nothing and spoil the rest.
      if scalar.isPlain, scalar.text.count < 8, plainScalar(scalar.text).text == nil { return }
      console.hide(Text(secret: scalar.text, label: label))
    }
  }
}
