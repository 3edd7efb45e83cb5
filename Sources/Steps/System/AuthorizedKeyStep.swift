public import Runbook

/// Makes sure that keys may log in as a user, or may not.
public struct AuthorizedKeyStep: StepKind {
  public static let key = "authorized_key"
  public static let summary = """
    Public keys in a user's `.ssh/authorized_keys`. A key is the same key whatever its comment and options \
    are; these are brought up to date.
    """
  public static let example = """
    - authorized_key:
        user: ada
        keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGpEZ5UexampleexampleexampleexampleexampleAB ada@laptop]
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let user: String
  let keys: [PublicKey]
  let presence: Presence
  let isExclusive: Bool

  public init(_ parameters: inout Parameters) {
    user = parameters.required("user", "Whose login it is.")
    keys = parameters.required("keys", "Lines as they stand in the file, options and comment included.")
    presence = parameters.value("state", "Whether they may log in.", default: .present)
    isExclusive = parameters.value("exclusive", "Take out every other key.", default: false)
    parameters.checkAccountName(user, at: "user")
    if keys.isEmpty { parameters.reject("'keys' is empty", at: "keys") }
    if isExclusive, presence == .absent {
      parameters.reject("'exclusive' needs 'state: present'", at: "exclusive")
    }
  }

  public var title: String { "login keys of \(user)" }

  private var home: String { "home=$(getent passwd -- \(shellWord(user)) | cut -d : -f 6)" }

  /// The file's text; nil where there is no such user or file.
  public var probe: Probe<String?> {
    Probe<ScriptOutput>.script(
      """
      \(home)
      file=$home/.ssh/authorized_keys
      [ -n "$home" ] && [ -e "$file" ] || exit 0
      echo there && cat "$file"
      """
    ).map { (output) throws(Diagnostic) in
      guard output.status == 0 else { throw .unreadableKeys(output.errors) }
      return output.output.hasPrefix("there\n") ? String(output.output.dropFirst("there\n".count)) : nil
    }
  }

  public func change(from observed: String?) throws(Diagnostic) -> Change? {
    var lines = (observed ?? "").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    let wanted = Set(keys.map { $0.identity })
    if isExclusive {
      lines.removeAll { line in PublicKey(line).map { !wanted.contains($0.identity) } == true }
    }
    var (added, updated, removed) = (0, 0, 0)
    for key in keys {
      let places = lines.indices.filter { PublicKey(lines[$0])?.identity == key.identity }
      if presence == .absent {
        removed += places.isEmpty ? 0 : 1
        for index in places.reversed() { lines.remove(at: index) }
      } else if let first = places.first {
        if lines[first] != key.line { updated += 1 }
        lines[first] = key.line
        for index in places.dropFirst().reversed() { lines.remove(at: index) }
      } else {
        added += 1
        lines.append(key.line)
      }
    }
    let after = lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n"
    guard after != observed ?? "" else { return nil }
    let words = [(added, "add"), (updated, "update"), (removed, "remove")].filter { $0.0 > 0 }.map {
      "\($0.1) \($0.0)"
    }
    let summary = "login keys of \(user): \(words.isEmpty ? "remove others" : words.joined(separator: ", "))"
    let diff = TextDiff(path: "~\(user)/.ssh/authorized_keys", before: observed, after: Text(after))
    let kind: Change.Kind = presence == .absent ? .remove : observed == nil ? .create : .modify
    return Change(kind, Text(summary), diffs: [diff], [.script(Text(script(writing: after)))])
  }

  /// Written as root into a folder that belongs to another: nothing of the user's may lead the write
  /// elsewhere.
  private func script(writing text: String) -> String {
    """
    set -eu
    \(home)
    [ -n "$home" ] || { echo 'there is no user' \(shellWord(user)) >&2; exit 1; }
    group=$(id -g -- \(shellWord(user)))
    folder=$home/.ssh
    [ ! -L "$folder" ] || { echo "'$folder' is a symbolic link" >&2; exit 1; }
    [ -d "$folder" ] || install -d -m 700 -o \(shellWord(user)) -g "$group" -- "$folder"
    cd -P -- "$folder"
    new=$(mktemp .authorized_keys.XXXXXX)
    trap 'rm -f -- "$new"' EXIT
    printf %s \(shellWord(text)) >"$new"
    chown -- \(shellWord(user)):"$group" "$new"
    chmod 600 "$new"
    mv -f -- "$new" authorized_keys
    """
  }
}

/// A line of `authorized_keys`.
public struct PublicKey: ParameterValue, Hashable {
  public let line: String
  /// Type and key, without options and comment.
  public let identity: String

  /// nil where the line holds no key: a comment, or nothing.
  init?(_ line: String) {
    let words = line.split(separator: " ", omittingEmptySubsequences: true).map(String.init)
    guard !line.hasPrefix("#"),
      let index = words.indices.first(where: {
        words[$0].hasPrefix("ssh-") || words[$0].hasPrefix("ecdsa-") || words[$0].hasPrefix("sk-")
      }),
      index + 1 < words.count, words[index + 1].hasPrefix("AAAA")
    else { return nil }
    self.line = line
    identity = "\(words[index]) \(words[index + 1])"
  }

  private init() { (line, identity) = ("", "") }

  public static var typeName: String { "public key" }
  public static var placeholder: PublicKey { PublicKey() }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> PublicKey {
    var text = try String.decode(argument)
    while text.last?.isWhitespace == true { text.removeLast() }
    guard !text.contains(where: { $0.isNewline }), let key = PublicKey(text) else {
      throw .invalid(
        Diagnostic(
          .invalidValue, "this is not a public key", at: argument.position,
          hint: "write it like: ssh-ed25519 AAAA… name"))
    }
    return key
  }
  public var written: String { line }
}

extension Diagnostic {
  fileprivate static func unreadableKeys(_ errors: String) -> Diagnostic {
    Diagnostic(
      .unreadable, "the user's keys cannot be read",
      notes: errors.split(separator: "\n").suffix(3).map(String.init),
      hint: "give the step 'become: true'")
  }
}
