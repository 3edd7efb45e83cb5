/// The small vocabulary of things a probe may ask of a host. The engine asks for each once, for all steps
/// together. None of them writes.
public enum FactQuery: Sendable, Hashable {
  /// What is at a path, without following a symbolic link.
  case status(String)
  /// SHA-256 of a regular file, following links.
  case digest(String)
  /// The bytes of a regular file of at most 4 MiB, following links.
  case content(String)
  /// A package in dpkg's database.
  case package(String)
  /// An account in the user database (`getent passwd`), with its groups.
  case user(String)
  /// A group in the group database.
  case group(String)
  /// A systemd unit.
  case unit(String)
  /// Whether a command can be found on the path.
  case command(String)
  /// A script of the step kind's own, POSIX sh, which must not write. It runs in a subshell with `LC_ALL=C`.
  case script(String)
}

/// What a host answered to one query.
public enum FactAnswer: Sendable, Hashable {
  case status(FileStatus?)
  case digest(String?)
  case content([UInt8]?)
  case package(PackageState)
  case user(Account?)
  case group(AccountGroup?)
  case unit(UnitState)
  case command(Bool)
  case script(ScriptOutput)
  /// The host could not look (permission, I/O error): never the same as "absent".
  case unreadable(String)
}

/// What stands at a path.
public struct FileStatus: Sendable, Hashable {
  public enum Kind: String, Sendable { case file, directory, link, other }
  public var kind: Kind
  /// The twelve permission bits.
  public var mode: Int
  public var owner: String
  public var group: String
  public var userID: Int
  public var groupID: Int
  /// Bytes.
  public var size: Int
  /// Seconds since 1970.
  public var modified: Int
  /// Where a symbolic link points; nil for all else.
  public var target: String?

  public init(
    kind: Kind, mode: Int, owner: String = "root", group: String = "root", userID: Int = 0, groupID: Int = 0,
    size: Int = 0, modified: Int = 0, target: String? = nil
  ) {
    self.kind = kind
    self.mode = mode
    self.owner = owner
    self.group = group
    self.userID = userID
    self.groupID = groupID
    self.size = size
    self.modified = modified
    self.target = target
  }
}

/// A package as `dpkg-query` knows it.
public struct PackageState: Sendable, Hashable {
  /// The installed version; nil where it is not installed whole.
  public var version: String?
  public var isHeld: Bool
  /// Whether dpkg stopped half-way through it.
  public var isBroken: Bool
  /// Removed, with its configuration files still there.
  public var hasLeftovers: Bool

  public init(
    version: String? = nil, isHeld: Bool = false, isBroken: Bool = false, hasLeftovers: Bool = false
  ) {
    self.version = version
    self.isHeld = isHeld
    self.isBroken = isBroken
    self.hasLeftovers = hasLeftovers
  }
}

/// A user of the host.
public struct Account: Sendable, Hashable {
  public var name: String
  public var userID: Int
  public var groupID: Int
  /// The primary group's name.
  public var group: String
  public var comment: String
  public var home: String
  public var shell: String
  /// Every group's name but the primary one's, sorted.
  public var groups: [String]

  public init(
    name: String, userID: Int, groupID: Int, group: String, comment: String = "", home: String, shell: String,
    groups: [String] = []
  ) {
    self.name = name
    self.userID = userID
    self.groupID = groupID
    self.group = group
    self.comment = comment
    self.home = home
    self.shell = shell
    self.groups = groups
  }
}

/// A group of the host.
public struct AccountGroup: Sendable, Hashable {
  public var name: String
  public var groupID: Int

  public init(name: String, groupID: Int) {
    self.name = name
    self.groupID = groupID
  }
}

/// A systemd unit as `systemctl show` prints it: `LoadState`, `ActiveState`, `SubState`, `UnitFileState`,
/// `NeedDaemonReload`.
public struct UnitState: Sendable, Hashable {
  public var load: String
  public var active: String
  public var sub: String
  public var file: String
  public var needsReload: Bool

  public init(load: String, active: String, sub: String = "", file: String = "", needsReload: Bool = false) {
    self.load = load
    self.active = active
    self.sub = sub
    self.file = file
    self.needsReload = needsReload
  }
}

/// What a script gave.
public struct ScriptOutput: Sendable, Hashable {
  public var status: Int
  public var output: String
  public var errors: String

  public init(status: Int = 0, output: String = "", errors: String = "") {
    self.status = status
    self.output = output
    self.errors = errors
  }
}
