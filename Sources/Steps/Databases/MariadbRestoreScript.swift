import Runbook

/// The script that loads a dump into a new database, verifies it, and swaps.
struct MariadbRestoreScript {
  let step: MariadbRestoreStep
  /// What is written down about the database.
  let identity: String

  var text: String {
    let settings = """
      name=\(shellWord(step.database)); new="${name}_runbook_new"; parked="${name}_runbook_old"; identity=\(identity)
      keep=\(step.restore.keepsOld ? "yes" : ""); disconnect=\(step.restore.disconnects ? "yes" : "")
      allow_empty=\(step.restore.allowsEmpty ? "yes" : "")
      trap 'rm -rf -- "$work"; forget' EXIT
      \(lock.text)
      """
    return [
      settings, Self.functions, MariadbSwap.functions, Self.preparation, Self.load, Self.count,
      MariadbSwap.text,
    ].joined(separator: "\n")
  }

  private var lock: RestoreLock {
    RestoreLock(
      subject: "the database '\(step.database)'",
      place: ["mariadb"] + step.server.client.place + [step.database])
  }

  private static let functions = """
    tables_of() {
    my -e "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = '$1' AND TABLE_TYPE NOT LIKE '%VIEW' ORDER BY 1" </dev/null
    }
    explain() {
    cat "$work/client" >&2
    if grep -q 'ERROR 1114\\|ERROR 1021\\|Errcode: 28\\|errno: 28' "$work/client"; then
    echo 'the disk of the database server is full' >&2
    elif grep -q 'ERROR 1044\\|ERROR 1142\\|ERROR 1227' "$work/client"; then echo 'the user may not do that' >&2
    elif grep -q 'ERROR 1273\\|ERROR 1193' "$work/client"; then
    echo 'the dump is of a newer server, or of another kind of server' >&2; fi
    echo 'the old data is untouched' >&2
    }
    sessions() {
    my -e "SELECT CONCAT(USER, ' (session ', ID, ')') FROM information_schema.PROCESSLIST
    WHERE DB = '$name' AND ID <> CONNECTION_ID()" </dev/null
    }
    in_use() {
    [ -z "$disconnect" ] || return 0
    for turn in 1 2 3 4; do
    users=$(sessions) || exit 1
    [ -n "$users" ] || return 0
    sleep 1
    done
    { echo "the database '$name' is in use, by these sessions:"; printf '%s\\n' "$users"
    echo 'stop what uses it first, or give disconnect: true'; } >&2
    return 1
    }
    end_sessions() {
    [ -n "$disconnect" ] || return 0
    my -e "SELECT CONCAT('KILL ', ID, ';') FROM information_schema.PROCESSLIST WHERE DB = '$name' AND ID <> CONNECTION_ID()" </dev/null |
    my --force 2>/dev/null
    return 0
    }

    """

  /// What an interrupted run left is finished or dropped first.
  private static let preparation = """
    finish_interrupted || exit 1
    comment=$(my -e "SELECT SCHEMA_COMMENT FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '$name'" </dev/null) ||
    exit 1
    [ "$comment" != "restored by runbook: $identity" ] || exit 0
    my -e "DROP DATABASE IF EXISTS \\`$new\\`" </dev/null || exit 1
    in_use || exit 1
    charset=$(my -e "SELECT CONCAT(' CHARACTER SET ', DEFAULT_CHARACTER_SET_NAME, ' COLLATE ', DEFAULT_COLLATION_NAME) FROM information_schema.SCHEMATA WHERE SCHEMA_NAME = '$name'" </dev/null) || exit 1
    my -e "CREATE DATABASE \\`$new\\`$charset" </dev/null || exit 1
    drop_new() { my -e "DROP DATABASE IF EXISTS \\`$new\\`" </dev/null; }
    trap 'drop_new >/dev/null 2>&1; rm -rf -- "$work"; forget' EXIT

    """

  /// A dump that would leave the new database is stopped before it does. MariaDB cannot take back a table, so
  /// that what counts is that all this happens in a database of its own.
  private static let load = """
    sql_filter() {
    LC_ALL=C awk -v why="$work/refused" '
    function refuse(words) { print words > why; failed = 1; exit 1 }
    /^USE `|^use `|^USE [a-zA-Z_]/ || /^(CREATE|DROP) DATABASE / || /^CREATE DATABASE[ \\/]/ {
    refuse("the dump changes to another database (USE, CREATE DATABASE): it was made with --databases; make one of a single database without that")
    }
    /^\\\\! |^system |^source |^\\\\\\. / { refuse("the dump has a command for the client in it") }
    { print; if ($0 != "") last = $0 }
    END {
    if (failed) exit 1
    if (last !~ /^-- Dump completed/) {
    print "the dump is truncated: its last line is not that of a whole dump" > why
    exit 1
    }
    }'
    }
    { { plain 2>"$work/producer" || echo bad >"$work/bad"; } | { sql_filter || echo bad >"$work/bad"; }; } |
    my "$new" 2>"$work/client" >/dev/null
    loaded=$?
    if [ -s "$work/refused" ]; then
    cat "$work/producer" "$work/refused" >&2; echo 'the old data is untouched' >&2; exit 1
    fi
    [ "$loaded" = 0 ] || { cat "$work/producer" >&2; explain; exit 1; }
    [ ! -s "$work/bad" ] || { cat "$work/producer" >&2; fail 'the dump is not whole; the old data is untouched'; }

    """

  private static let count = """
    tables_of "$new" >"$work/tables" || exit 1
    tables=$(wc -l <"$work/tables"); tables=$((tables)); rows=0
    [ "$tables" != 0 ] || [ -n "$allow_empty" ] || fail 'the dump has no table; the old data is untouched'
    sed "s/.*/SELECT COUNT(*) FROM \\`$new\\`.\\`&\\`;/" "$work/tables" | my >"$work/rows" || exit 1
    rows=$(awk '{ sum += $1 } END { printf "%d", sum }' "$work/rows")
    my_dump --no-data --no-create-info --routines --events --triggers "$new" </dev/null >"$work/programs" || exit 1

    """
}
