import Runbook

/// A line that a step keeps on the host about what it made, where the result alone does not say what it was
/// made of: below `/var/lib/runbook`, or in the state folder of a user who is not root.
struct HostNote: Sendable {
  /// "downloads".
  let family: String
  /// What the note is about.
  let path: AbsolutePath

  /// Shell text that sets `note` to the file's path.
  private var assignment: String {
    let name = Digest.hex(Digest.sha256(Array(path.string.utf8))).prefix(32)
    return """
      note=/var/lib/runbook
      if [ "$(id -u)" != 0 ]; then note=${XDG_STATE_HOME:-$HOME/.local/state}/runbook; fi
      note=$note/\(family)/\(name)
      """
  }

  /// What the note says; nil where there is none.
  var probe: Probe<String?> {
    let script = "\(assignment)\nif [ -e \"$note\" ]; then cat -- \"$note\"; else exit 3; fi"
    return Probe<ScriptOutput>.script(script).map { (output) throws(Diagnostic) in
      switch output.status {
      case 0: return output.output.withoutFinalNewlines
      case 3: return nil
      default:
        throw Diagnostic(.unreadable, "cannot read the note that runbook keeps", notes: [output.errors])
      }
    }
  }

  /// Shell text that writes it; `line` is shell text in double quotes.
  func write(_ line: String) -> String {
    """
    \(assignment)
    mkdir -p -- "${note%/*}" && printf '%s\\n' "\(line)" > "$note.new" || exit 1
    mv -f -- "$note.new" "$note" || exit 1
    """
  }
}
