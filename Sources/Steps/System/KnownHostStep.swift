public import Runbook

/// Makes sure that the host knows the keys of another one.
public struct KnownHostStep: StepKind {
  public static let key = "known_host"
  public static let summary =
    "Host keys of another machine, for ssh and git on this one. A name has one key of each type."
  public static let example = """
    - known_host:
        host: git.example.org
        keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl]
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let host: String
  let keys: [PublicKey]
  let file: AbsolutePath
  let presence: Presence

  public init(_ parameters: inout Parameters) {
    host = parameters.required("host", "Its name or address; `[name]:port` for a port that is not 22.")
    keys = parameters.value("keys", "Its keys, type first.", default: [])
    file = parameters.value(
      "file", "Where they are kept.", default: AbsolutePath("/etc/ssh/ssh_known_hosts") ?? .placeholder)
    presence = parameters.value("state", "`absent` forgets the name.", default: .present)
    if host.isEmpty || host.contains(where: { $0.isWhitespace || $0 == "," }) {
      parameters.reject("'\(host)' is not one name", at: "host")
    }
    if presence == .present, keys.isEmpty { parameters.reject("'keys' is missing") }
  }

  public var title: String { "host keys of \(host)" }

  /// The file's text; nil where there is none.
  public var probe: Probe<String?> {
    Probe<[UInt8]?>.content(of: file.string).map { $0.map { String(decoding: $0, as: UTF8.self) } }
  }

  public func change(from observed: String?) throws(Diagnostic) -> Change? {
    var lines = (observed ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    lines = lines.flatMap { line -> [String] in
      let words = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard words.count == 2, !line.hasPrefix("#"), !line.hasPrefix("@") else { return [line] }
      let names = words[0].split(separator: ",").map(String.init)
      guard names.contains(host) else { return [line] }
      let isWanted =
        presence == .present
        && PublicKey(words[1]).map { key in keys.contains { $0.identity == key.identity } } == true
      if isWanted { return [line] }
      let others = names.filter { $0 != host }
      return others.isEmpty ? [] : ["\(others.joined(separator: ",")) \(words[1])"]
    }
    if presence == .present {
      let known = lines.compactMap { line -> String? in
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        return words.count == 2 && words[0].split(separator: ",").contains { $0 == host }
          ? PublicKey(words[1])?.identity : nil
      }
      lines += keys.filter { !known.contains($0.identity) }.map { "\(host) \($0.identity)" }
    }
    let after = lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    guard after != observed ?? "" else { return nil }
    let diff = TextDiff(path: file.string, before: observed, after: Text(after))
    let kind: Change.Kind = presence == .absent ? .remove : observed == nil ? .create : .modify
    return Change(
      kind, Text("host keys of \(host)"), diffs: [diff],
      [
        .run(["mkdir", "-p", "--", file.parent]),
        .write(FileWrite(path: file.string, content: .text(Text(after)), mode: 0o644)),
      ])
  }
}
