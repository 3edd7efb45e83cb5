/// What a project can set once for all its runs: by `runbook.yml`, overridden by a variable of the environment,
/// overridden by an option.
enum Setting: String, CaseIterable {
  case inventory
  case vaultFolder = "vault_folder"
  case vaultPasswordFile = "vault_password_file"
  case vaultIDs = "vault_ids"
  case forks
  case connectTimeout = "connect_timeout"
  case sshOptions = "ssh_options"
  case become
  case becomeUser = "become_user"
  case becomeMethod = "become_method"
  case stateFolder = "state_folder"
  /// Where hosts keep the lock and the records of runs: a path of theirs.
  case hostStateFolder = "host_state_folder"

  /// RUNBOOK_FORKS
  var variable: String { "RUNBOOK_\(rawValue.uppercased())" }

  var option: Option? {
    switch self {
    case .inventory: .inventory
    case .vaultPasswordFile: .vaultPasswordFile
    case .vaultIDs: .vaultID
    case .forks: .forks
    case .connectTimeout: .connectTimeout
    case .sshOptions: .sshOption
    case .become: .become
    case .vaultFolder, .becomeUser, .becomeMethod, .stateFolder, .hostStateFolder: nil
    }
  }

  /// Whether its values are paths, which are taken from where they are written down.
  var isPath: Bool {
    switch self {
    case .inventory, .vaultFolder, .vaultPasswordFile, .stateFolder: true
    case .vaultIDs, .forks, .connectTimeout, .sshOptions, .become, .becomeUser, .becomeMethod,
      .hostStateFolder:
      false
    }
  }

  var isList: Bool {
    switch self {
    case .inventory, .vaultPasswordFile, .vaultIDs, .sshOptions: true
    case .vaultFolder, .forks, .connectTimeout, .become, .becomeUser, .becomeMethod, .stateFolder,
      .hostStateFolder:
      false
    }
  }

  var fallback: [String] {
    switch self {
    case .vaultFolder: ["vault"]
    case .forks: ["20"]
    case .connectTimeout: ["15"]
    case .become: ["false"]
    case .becomeUser: ["root"]
    case .becomeMethod: ["sudo"]
    case .stateFolder: [".runbook"]
    case .hostStateFolder: ["/var/lib/runbook"]
    case .inventory, .vaultPasswordFile, .vaultIDs, .sshOptions: []
    }
  }
}
