/// What a run leaves on a host: the lock that keeps other runs off it, and the journal less every secret. Its
/// scripts travel with those of the steps.
struct HostRecord: Sendable {
  /// The status of `begin` where another run holds the lock; it prints the owner.
  static let heldStatus = 75

  let run: String
  let owner: String
  /// Where root may write it: `/var/lib/runbook`.
  let stateFolder: String

  /// Root's folder, or one of the user's own where that cannot be written; some users have no home to write in.
  private var folder: String {
    """
    umask 077
    d=\(shellWord(stateFolder))
    usable() { mkdir -p -- "$d" && [ -w "$d" ]; }
    usable 2>/dev/null || d=${HOME:-/nonexistent}/.local/state/runbook
    if ! usable 2>/dev/null; then
      d=/tmp/runbook-$(id -u)
      mkdir -p -- "$d" || exit 1
      # Everybody may write beside it.
      [ ! -L "$d" ] && [ -O "$d" ] || { printf '%s belongs to somebody else\\n' "$d" >&2; exit 1; }
    fi
    """
  }

  /// Takes the lock, where it is not held by this run already, and writes records. `stale` is the owner of a lock
  /// that may be taken over.
  func begin(_ records: [String], takesLock: Bool, stale: String?) -> String {
    var lines = [folder]
    if takesLock {
      lines.append("me=\(shellWord(owner)); stale=\(shellWord(stale ?? ""))")
      // A link is made whole or not at all, and its target says who made it.
      lines.append(
        """
        if [ -n "$stale" ] && [ "$(readlink "$d/lock")" = "$stale" ]; then
          mv "$d/lock" "$d/lock.stale" && rm -f "$d/lock.stale"
        fi
        if ! ln -s "$me" "$d/lock" 2>/dev/null; then
          held=$(readlink "$d/lock")
          if [ "$held" != "$me" ]; then
            [ -n "$held" ] || ln -s "$me" "$d/lock" || exit 1
            if [ -n "$held" ]; then printf '%s' "$held"; exit \(Self.heldStatus); fi
          fi
        fi
        """)
    }
    lines += records.map(append)
    return lines.joined(separator: "\n")
  }

  /// Writes records.
  func note(_ records: [String]) -> String { ([folder] + records.map(append)).joined(separator: "\n") }

  /// Writes records, and gives the lock back.
  func end(_ records: [String]) -> String {
    let release = "if [ \"$(readlink \"$d/lock\")\" = \(shellWord(owner)) ]; then rm -f \"$d/lock\"; fi"
    return ([folder] + records.map(append) + [release]).joined(separator: "\n")
  }

  private func append(_ record: String) -> String {
    "printf '%s\\n' \(shellWord(record)) >> \"$d/\(run).jsonl\""
  }
}

extension Diagnostic {
  /// Another run holds the host.
  static func locked(_ host: String, by owner: String) -> Diagnostic {
    guard let owner = LockOwner(owner) else {
      return Diagnostic(
        .locked, "'\(host)' is locked by something that is no run", notes: ["the lock says: \(owner)"],
        hint: "look at /var/lib/runbook/lock on \(host)")
    }
    return Diagnostic(
      .locked, "another run holds '\(host)': \(owner.run)",
      notes: ["process \(owner.process) on \(owner.name), since \(owner.time) seconds after 1970"],
      hint: "wait for it, or remove /var/lib/runbook/lock on \(host) once you are sure that it is gone")
  }
}
