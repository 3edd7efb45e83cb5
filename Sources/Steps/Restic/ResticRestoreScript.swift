import Runbook

/// The script that restores beside, verifies and swaps.
struct ResticRestoreScript {
  let step: ResticRestoreStep
  let id: String
  /// The path in the snapshot.
  let source: String

  var text: String {
    """
    id=\(id); source=\(shellWord(source)); keep=\(step.keepsOld ? "yes" : "")
    \(RestoreLock(subject: step.place, place: ["files", step.place]).text)
    \(preparation)
    \(Self.restore)
    \(inUse)
    \(Self.swap)
    \(step.note.write("$id $source"))
    printf 'path %s\\nfiles %s\\n' "$target" "$files"
    [ -z "$old" ] || {
    if [ -n "$keep" ]; then printf 'old %s\\n' "$old"; else rm -rf -- "$old"; fi
    }
    """
  }

  /// Sets `target`, `parent` and `name`. A swap that was cut off between its two renames is taken back first.
  private var preparation: String {
    let volume = shellWord(step.volume ?? "")
    let creation =
      step.volume == nil
      ? ""
      : """

      if [ -z "$target" ]; then
      docker volume create -- \(volume) >/dev/null && target=$(docker volume inspect --format '{{.Mountpoint}}' -- \(volume)) || exit 1
      fi
      """
    return """
      \(step.targetAssignment)\(creation)
      parent=${target%/*}; name=${target##*/}
      [ -d "$parent/" ] || { umask 022; mkdir -p -- "$parent/" || exit 1; umask 077; }
      swap="$parent/.$name.runbook-swap"
      if [ -e "$swap" ]; then
      old=$(cat -- "$swap") || exit 1
      if [ ! -e "$target" ] && [ ! -L "$target" ] && [ -e "$old" ]; then mv -- "$old" "$target" || exit 1; fi
      rm -f -- "$swap"
      fi
      rm -rf -- "$parent/.$name.runbook-new."*
      \(inUse)
      """
  }

  /// Fails where a running container has the volume: it would go on with what was there.
  private var inUse: String {
    guard let volume = step.volume else { return "" }
    return """
      users=$(docker ps --filter volume=\(shellWord(volume)) --format '{{.Names}}') || exit 1
      [ -z "$users" ] || fail \(shellWord("the volume '\(volume)' is in use; stop these containers first:")) "$users"
      """
  }

  /// Brings the whole path below a folder of its own, so that the path itself has its owner and mode again.
  private static let restore = """
    new=$(mktemp -d "$parent/.$name.runbook-new.XXXXXX") || exit 1
    trap 'rm -rf -- "$work" "$new"' EXIT
    pattern=$(printf '%s' "$source" | sed 's/[][*?\\\\]/\\\\&/g')
    r restore "$id" --target "$new" --include "$pattern" --verify >"$work/report" || {
    status=$?
    echo 'not everything could be restored; what was there is still in place' >&2
    exit "$status"
    }
    made=$new$source
    [ "$source" != / ] || made=$new/
    [ -e "$made" ] || [ -L "$made" ] || fail "the snapshot $id has nothing at '$source'"
    files=$(find "$made" ! -type d | wc -l) && files=$((files))
    sync
    """

  /// The old name is written down before the first rename and forgotten after the second.
  private static let swap = """
    old=
    if [ -e "$target" ] || [ -L "$target" ]; then
    old="$target.before-$(date -u +%Y%m%dT%H%M%SZ)"
    while [ -e "$old" ]; do old=${old}1; done
    if [ -d "$target" ] && [ ! -L "$target" ] && [ -z "$(ls -A -- "$target")" ]; then keep=; fi
    printf '%s\\n' "$old" >"$swap" && sync || exit 1
    mv -- "$target" "$old" || { rm -f -- "$swap"; exit 1; }
    fi
    mv -- "$made" "$target" || { [ -z "$old" ] || mv -- "$old" "$target"; exit 1; }
    rm -f -- "$swap"; sync
    """
}
