import Glibc

/// What the control machine lends to templates: its files, its environment, the vault's passwords.
public struct TemplateEnvironment: Sendable {
  /// Where files of the control machine are looked for (`lookup('file', …)`, `include`), in order.
  public var folders: [String]
  public var keyring: any VaultDecrypting
  /// A variable of this process's environment.
  public var processVariable: @Sendable (String) -> String?
  /// Keeps templates compiled from one evaluation to the next.
  public var cache: TemplateCache

  public init(
    folders: [String] = [], keyring: any VaultDecrypting = EmptyKeyring(),
    cache: TemplateCache = TemplateCache(),
    processVariable: @escaping @Sendable (String) -> String? = TemplateEnvironment.ownVariable
  ) {
    self.folders = folders
    self.keyring = keyring
    self.cache = cache
    self.processVariable = processVariable
  }

  /// A variable of this process's environment; nil where it is not set.
  public static func ownVariable(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }
}
