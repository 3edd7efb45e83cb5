public import Runbook

/// Makes sure that a kernel setting has a value, now and after a restart.
public struct SysctlStep: StepKind {
  public static let key = "sysctl"
  public static let summary = "A kernel setting, in force now and written to a file below /etc/sysctl.d."
  public static let example = """
    - sysctl: { name: vm.swappiness, value: 10 }
    - sysctl: { name: net.ipv4.ip_forward, state: absent }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let name: String
  let setting: String?
  let presence: Presence
  let file: AbsolutePath
  let applies: Bool

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "The setting: `net.ipv4.ip_forward`.")
    setting = parameters.optional("value", "What it shall be.")
    presence = parameters.value(
      "state", "`absent` takes it out of the file; what is in force stays.", default: .present)
    file = parameters.value(
      "file", "Where it is kept.", default: AbsolutePath("/etc/sysctl.d/90-runbook.conf") ?? .placeholder)
    applies = parameters.value("apply", "Put it in force now.", default: true)
    if presence == .present, setting == nil { parameters.reject("'value' is missing") }
    if name.isEmpty || name.contains(where: { $0.isWhitespace || $0 == "=" }) || name.contains("..") {
      parameters.reject("'\(name)' is not a kernel setting", at: "name")
    }
    if (setting ?? "").contains(where: { $0.isNewline }) {
      parameters.reject("a value is one line", at: "value")
    }
  }

  /// Where the kernel shows it: in a name with slashes a dot is a dot, otherwise it stands for a slash.
  private var kernelPath: String {
    "/proc/sys/" + (name.contains("/") ? name : name.replacing(".", with: "/"))
  }

  public var title: String { "kernel setting \(name)" }

  /// The file, and the value in force.
  public var probe: Probe<(String?, String?)> {
    let kept = Probe<[UInt8]?>.content(of: file.string)
    guard applies, presence == .present else {
      return kept.map { ($0.map { String(decoding: $0, as: UTF8.self) }, nil) }
    }
    let path = shellWord(kernelPath)
    return kept.and(Probe<ScriptOutput>.script("[ ! -e \(path) ] || cat \(path)")).map { bytes, output in
      (bytes.map { String(decoding: $0, as: UTF8.self) }, output.output)
    }
  }

  public func change(from observed: (String?, String?)) throws(Diagnostic) -> Change? {
    let before = observed.0 ?? ""
    let after = content(from: before)
    let current = Self.words(observed.1 ?? "")
    let setsNow = applies && presence == .present && current != Self.words(setting ?? "")
    guard after != before || setsNow else { return nil }
    var actions: [Action] = []
    if after != before {
      actions.append(.run(["mkdir", "-p", "--", file.parent]))
      actions.append(.write(FileWrite(path: file.string, content: .text(Text(after)), mode: 0o644)))
    }
    if setsNow {
      let path = shellWord(kernelPath)
      let script = """
        set -eu
        [ -e \(path) ] || { echo 'this kernel has no setting' \(shellWord(name)) >&2; exit 1; }
        printf '%s\\n' \(shellWord(setting ?? "")) >\(path)
        """
      actions.append(.script(Text(script)))
    }
    let summary = presence == .absent ? "\(name) out of \(file)" : "\(name) = \(setting ?? "")"
    let diffs = after == before ? [] : [TextDiff(path: file.string, before: observed.0, after: Text(after))]
    return Change(presence == .absent ? .remove : .modify, Text(summary), diffs: diffs, actions)
  }

  private func content(from before: String) -> String {
    var lines = before.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    let mine = lines.indices.filter { index in
      let key =
        lines[index].split(separator: "=", maxSplits: 1).first.map { Self.words(String($0)).joined() } ?? ""
      return key == name || key == "-\(name)"
    }
    let line = "\(name) = \(setting ?? "")"
    if presence == .present, let first = mine.first {
      lines[first] = line
    } else if presence == .present {
      lines.append(line)
    }
    for index in mine.reversed() where presence == .absent || index != mine.first { lines.remove(at: index) }
    return lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
  }

  private static func words(_ text: String) -> [String] {
    text.split(whereSeparator: { $0.isWhitespace }).map(String.init)
  }
}
