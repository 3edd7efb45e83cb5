import Runbook

/// A dump on its way into a file: it takes its place only once it is whole.
struct DumpFile: Sendable {
  let path: AbsolutePath
  /// Shell text that prints the dump.
  let command: String
  /// Words that the end of every whole dump has.
  let trailer: String

  var text: String {
    let packs = path.string.hasSuffix(".gz")
    return """
      umask 077
      path=\(shellWord(path.string)); new="$path.runbook-new"
      trap 'rm -f -- "$new" "$new.end"; forget' EXIT
      fail() { printf '%s\\n' "$@" >&2; exit 1; }
      mkdir -p -- \(shellWord(path.parent)) && rm -f -- "$new" && exec 5>"$new" || exit 1
      bad=$( { { \(command) </dev/null || echo dump >&3; } |
      \(Self.tee) | { \(packs ? "gzip -c" : "cat") || echo file >&3; } >&5; } 3>&1 )
      exec 5>&-
      [ -z "$bad" ] || fail 'the dump failed; the file that was there is untouched'
      grep -q \(shellWord(trailer)) "$new.end" || fail 'the dump is not whole; the file that was there is untouched'
      sync; mv -f -- "$new" "$path" || exit 1
      printf 'bytes %s\\n' "$(wc -c <"$path" | tr -d ' ')"
      """
  }

  /// Passes everything on, and keeps the last lines.
  private static let tee = """
    LC_ALL=C awk -v end="$new.end" '{ print; last[NR % 8] = $0 } END { for (i in last) print last[i] > end }'
    """
}
