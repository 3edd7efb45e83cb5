/// Where the files of a project are.
public struct ProjectFolders: Sendable, Hashable {
  /// The folder that holds `inventory/`, `vault/`, `group_vars/`, `host_vars/`.
  public var root: String
  /// `vault/`, with one file or folder of secrets for a group or host.
  public var vault: String
  /// The folder of the runbook, whose `group_vars/` and `host_vars/` count as well; nil where none is read.
  public var runbook: String?

  public init(root: String, vault: String? = nil, runbook: String? = nil) {
    self.root = root
    self.vault = vault ?? LocalFile.join(root, "vault")
    self.runbook = runbook
  }
}
