import Runbook

/// Keeps two restores of one thing apart on a host: where a connection broke, the script of the run before may
/// still be at work when the next one comes.
struct RestoreLock: Sendable {
  /// What is restored, in words: "the database 'app'".
  let subject: String
  /// What tells it from all others.
  let place: [String]

  /// Shell text that waits for the lock; it is held until the script and all that it started have ended. It sets
  /// `state` to a path that belongs to this restore alone.
  var text: String {
    let name = Digest.hex(Digest.sha256(Array(place.joined(separator: "\n").utf8))).prefix(32)
    let words = shellWord("another restore of \(subject) is still under way on this host")
    return """
      state=/var/lib/runbook
      if [ "$(id -u)" != 0 ]; then state=${XDG_STATE_HOME:-$HOME/.local/state}/runbook; fi
      state=$state/restores/\(name)
      mkdir -p -- "${state%/*}" && exec 9>"$state.lock" || exit 1
      flock -w 600 9 || { echo \(words) >&2; exit 1; }

      """
  }
}
