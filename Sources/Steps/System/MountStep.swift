public import Runbook

/// Makes sure that a file system is mounted, now and after a restart, or not.
public struct MountStep: StepKind {
  public static let key = "mount"
  public static let summary =
    "A file system: its line in /etc/fstab, and mounted now. What is mounted there must be what is asked for."
  public static let example = """
    - mount: { path: /srv/data, source: UUID=1234-ABCD, type: ext4, options: "noatime,nofail" }
    - mount: { path: /mnt/old, state: absent }
    """

  public enum Presence: String, CaseIterable, Choice { case mounted, present, unmounted, absent }

  let path: AbsolutePath
  let source: String?
  let type: String?
  let options: String
  let passes: Int
  let presence: Presence

  public init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Where it is mounted; the directory is made where it is missing.")
    source = parameters.optional("source", "What is mounted: a device, `UUID=…`, `host:/share`.")
    type = parameters.optional("type", "Its type: `ext4`, `nfs`, `tmpfs`, `none` with the option `bind`.")
    options = parameters.value("options", "Mount options.", default: "defaults")
    passes = parameters.value("pass", "Its place among the checks at boot; 0 for none.", default: 0)
    presence = parameters.value(
      "state", "`present` only writes /etc/fstab, `unmounted` keeps it; `absent` takes it out.",
      default: .mounted)
    if presence == .mounted || presence == .present {
      if source == nil { parameters.reject("'source' is missing") }
      if type == nil { parameters.reject("'type' is missing") }
    }
    for (name, field) in [("type", type ?? ""), ("options", options)]
    where field.contains(where: { $0.isWhitespace }) {
      parameters.reject("'\(field)' has a blank in it", at: name)
    }
  }

  public var title: String { "mount \(path)" }
  public var requires: [String] { ["mount"] }
  public var lock: String? { "fstab" }

  /// /etc/fstab, and what is mounted at the path.
  public struct State: Sendable, Hashable {
    public var table: [UInt8]?
    public var isMounted: Bool
  }

  public var probe: Probe<State> {
    let target = FileTable.escaped(path.string)
    return Probe<[UInt8]?>.content(of: "/etc/fstab").and(
      Probe<ScriptOutput>.script("cut -d ' ' -f 5 /proc/self/mountinfo")
    )
    .map { (answer) throws(Diagnostic) in
      guard answer.1.status == 0 else { throw .noMountTable }
      let mounts = answer.1.output.split(separator: "\n")
      return State(table: answer.0, isMounted: mounts.contains { $0 == target })
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    var table = FileTable(observed.table)
    let (target, before) = (FileTable.escaped(path.string), table.text)
    switch presence {
    case .mounted, .present:
      let fields = [FileTable.escaped(source ?? ""), target, type ?? "", options, "0", String(passes)]
      table.set(fields.joined(separator: " ")) { $0.count > 1 && $0[1] == target }
    case .absent: table.set(nil) { $0.count > 1 && $0[1] == target }
    case .unmounted: break
    }
    var (actions, words) = ([Action](), [String]())
    if presence == .absent || presence == .unmounted, observed.isMounted {
      actions.append(.run(["umount", "--", path.string]))
      words.append("unmount")
    }
    if table.text != before {
      actions.append(.write(FileWrite(path: "/etc/fstab", content: .text(Text(table.text)), mode: 0o644)))
      words.append(presence == .absent ? "out of /etc/fstab" : "in /etc/fstab")
    }
    let isOther = table.text != before && observed.isMounted
    if presence == .mounted, !observed.isMounted || isOther {
      let verb = isOther ? "mount -o remount -- " : "mount -- "
      actions.append(
        .script(Text("set -eu\nmkdir -p -- \(shellWord(path.string))\n\(verb)\(shellWord(path.string))")))
      words.append(isOther ? "remount" : "mount")
    }
    guard !actions.isEmpty else { return nil }
    let kind: Change.Kind =
      presence == .absent || presence == .unmounted ? .remove : observed.isMounted ? .modify : .create
    let diffs =
      table.text == before ? [] : [TextDiff(path: "/etc/fstab", before: before, after: Text(table.text))]
    return Change(kind, Text("\(path): \(words.joined(separator: ", "))"), diffs: diffs, actions)
  }
}

extension Diagnostic {
  fileprivate static var noMountTable: Diagnostic {
    Diagnostic(.unreadable, "the host's mounts cannot be read")
  }
}
