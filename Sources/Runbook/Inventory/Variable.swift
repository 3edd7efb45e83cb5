/// One definition of a variable: unevaluated, with the place where it stands.
public struct Variable: Sendable {
  public enum Definition: Sendable {
    /// A node whose templates are evaluated when the variable is needed.
    case node(Node)
    /// A value that stays as it is.
    case value(Value)
  }

  public var name: String
  public var definition: Definition
  public var position: SourcePosition?
  /// It came out of a vault: every text in it is secret.
  public var isSecret: Bool

  public init(
    _ name: String, _ definition: Definition, at position: SourcePosition? = nil, isSecret: Bool = false
  ) {
    self.name = name
    self.definition = definition
    self.position = position
    self.isSecret = isSecret
  }
}

/// Variables that come from one place.
public struct VariableLayer: Sendable {
  /// "group_vars/all/vars.yml", "inventory group 'web'", "extra vars".
  public var title: String
  public var rank: VariableRank
  public var variables: [Variable]
  /// Names that are not known yet, and why ("the facts of host01"): asked only where `variables` has no such name
  /// and no higher layer does.
  public var pending: (@Sendable (String) -> String?)?

  public init(
    _ rank: VariableRank, title: String, _ variables: [Variable],
    pending: (@Sendable (String) -> String?)? = nil
  ) {
    self.rank = rank
    self.title = title
    self.variables = variables
    self.pending = pending
  }

  /// A layer of fixed values.
  public init(_ rank: VariableRank, title: String, _ values: ValueMap) {
    self.init(rank, title: title, values.map { Variable($0.key, .value($0.value)) })
  }

  /// A layer of `vars:` as written.
  public init(_ rank: VariableRank, title: String, _ entries: [Node.Entry]) {
    self.init(rank, title: title, entries.map { Variable($0.key, .node($0.value), at: $0.keyPosition) })
  }
}

/// Where variables come from, lowest precedence first: Ansible's order, with our own places beside Ansible's.
///
/// | rank | comes from |
/// | --- | --- |
/// | 1 `inventoryAll` | `vars` of group `all` in an inventory file |
/// | 2 `inventoryGroups` | `vars` of other groups in an inventory file; parents before children |
/// | 3 `groupVarsAll` | `group_vars/all` beside the inventory, then beside the runbook, then `vault/all` |
/// | 4 `groupVars` | `group_vars/GROUP` beside the inventory |
/// | 5 `groupVarsProject` | `group_vars/GROUP` beside the runbook or at the project's root |
/// | 6 `groupVault` | `vault/GROUP` |
/// | 7 `inventoryHost` | the host's own line or entry in an inventory file |
/// | 8 `hostVars` | `host_vars/HOST` beside the inventory |
/// | 9 `hostVarsProject` | `host_vars/HOST` beside the runbook or at the project's root |
/// | 10 `hostVault` | `vault/HOST` |
/// | 11 `facts` | what the host says of itself |
/// | 12 `runbook` | `vars` of the runbook |
/// | 13 `varsFiles` | `vars_files` of the runbook, in their order |
/// | 14 `step` | `vars` of a step |
/// | 15 `assigned` | `set` and `register` |
/// | 16 `include` | `vars` of an include, outermost first |
/// | 17 `loop` | the loop variable |
/// | 18 `extra` | `-e` on the command line |
/// | 19 `magic` | what the program itself defines: `inventory_hostname`, `groups`, `hostvars` |
public enum VariableRank: Int, Sendable, CaseIterable, Comparable {
  case inventoryAll = 1, inventoryGroups, groupVarsAll, groupVars, groupVarsProject, groupVault
  case inventoryHost, hostVars, hostVarsProject, hostVault
  case facts, runbook, varsFiles, step, assigned, include, loop, extra, magic

  public static func < (left: VariableRank, right: VariableRank) -> Bool { left.rawValue < right.rawValue }
}
