import Runbook

/// The mode, owner and group that a step wants of a path; what is not given is left as it is.
struct FileAttributes: Sendable {
  let mode: FileMode?
  let owner: String?
  let group: String?

  init(_ parameters: inout Parameters, mode words: String) {
    mode = parameters.optional("mode", words)
    owner = parameters.optional("owner", "User name or number; left as it is where not given.")
    group = parameters.optional("group", "Group name or number; left as it is where not given.")
  }

  init(mode: FileMode?, owner: String?, group: String?) {
    self.mode = mode
    self.owner = owner
    self.group = group
  }

  /// The same with another mode.
  func with(mode: FileMode?) -> FileAttributes { FileAttributes(mode: mode, owner: owner, group: group) }

  /// "mode 0644 to 0600", "owner root to app": what differs, in words.
  func differences(from status: FileStatus) -> [String] {
    var words: [String] = []
    if let mode, mode.bits != status.mode { words.append("mode \(FileMode(status.mode)) to \(mode)") }
    if let owner, !owns(owner, status) { words.append("owner \(status.owner) to \(owner)") }
    if let group, !isGroup(group, of: status) { words.append("group \(status.group) to \(group)") }
    return words
  }

  /// What brings them about on a path that is there. The owner first: changing it takes setuid bits away.
  func actions(on path: String, from status: FileStatus) -> [Action] {
    let owner = owner.flatMap { owns($0, status) ? nil : $0 }
    let group = group.flatMap { isGroup($0, of: status) ? nil : $0 }
    var actions: [Action] = []
    if owner != nil || group != nil {
      actions.append(.run(["chown", (owner ?? "") + (group.map { ":\($0)" } ?? ""), "--", path]))
    }
    if let mode, mode.bits != status.mode || (!actions.isEmpty && mode.bits & 0o7000 != 0) {
      actions.append(.run(["chmod", Self.written(mode, from: status), "--", path]))
    }
    return actions
  }

  /// chmod leaves a directory's setuid and setgid bits as they are, unless the mode has five digits.
  private static func written(_ mode: FileMode, from status: FileStatus) -> String {
    let losesBits = status.kind == .directory && status.mode & 0o6000 & ~mode.bits != 0
    return losesBits ? "0\(mode)" : mode.description
  }

  /// ", mode 0750, owner app": for the summary of what is made anew.
  func words(mode: FileMode?) -> String {
    [("mode", mode?.description), ("owner", owner), ("group", group)]
      .compactMap { name, value in value.map { ", \(name) \($0)" } }.joined()
  }

  private func owns(_ owner: String, _ status: FileStatus) -> Bool {
    owner == status.owner || owner == String(status.userID)
  }

  private func isGroup(_ group: String, of status: FileStatus) -> Bool {
    group == status.group || group == String(status.groupID)
  }
}

/// Whether a thing shall be there.
enum Presence: String, CaseIterable, Choice { case present, absent }
