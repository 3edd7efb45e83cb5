/// How a new MariaDB database takes the place of the old one.
///
/// What is to be made again is written to a folder on the host before the first of it is dropped, and the folder
/// is removed when all is whole. The one statement that moves the tables decides: where it has run, the next run
/// goes forward, and where it has not, back. From then on nothing but `finish` drops the new database: that it has no
/// tables any more is what tells. The comment that says which dump it is goes first, and comes back last.
enum MariadbSwap {
  /// `programs DATABASE` prints triggers, routines and events as SQL, `views` the views; `bare` drops them all.
  /// `settle` ends what the server still does for a run that was killed: a statement outlives its client.
  static let functions = """
    programs() { my_dump --no-data --no-create-info --routines --events --triggers "$1" </dev/null; }
    view_names() {
    my -e "SELECT TABLE_NAME FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '$1' ORDER BY 1" </dev/null
    }
    views() {
    names=$(view_names "$1") || return 1
    [ -n "$names" ] || return 0
    (set -f; my_dump --no-data --skip-triggers "$1" $names </dev/null)
    }
    bare() {
    {
    my -e "SELECT CONCAT('DROP TRIGGER IF EXISTS \\`$1\\`.\\`', TRIGGER_NAME, '\\`;') FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = '$1'" </dev/null &&
    my -e "SELECT CONCAT('DROP VIEW IF EXISTS \\`$1\\`.\\`', TABLE_NAME, '\\`;') FROM information_schema.VIEWS WHERE TABLE_SCHEMA = '$1'" </dev/null &&
    my -e "SELECT CONCAT('DROP ', ROUTINE_TYPE, ' IF EXISTS \\`$1\\`.\\`', ROUTINE_NAME, '\\`;') FROM information_schema.ROUTINES WHERE ROUTINE_SCHEMA = '$1'" </dev/null &&
    my -e "SELECT CONCAT('DROP EVENT IF EXISTS \\`$1\\`.\\`', EVENT_NAME, '\\`;') FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '$1'" </dev/null
    } >"$work/bare" || return 1
    my "$1" <"$work/bare"
    }
    furnish() { bare "$1" && my "$1" <"$state/$2.programs" && my "$1" <"$state/$2.views"; }
    quiet() {
    my -e "SELECT CONCAT('ALTER EVENT \\`$1\\`.\\`', EVENT_NAME, '\\` DISABLE;')
    FROM information_schema.EVENTS WHERE EVENT_SCHEMA = '$1'" </dev/null >"$work/quiet" && my "$1" <"$work/quiet"
    }
    same() {
    programs "$1" >"$work/made" && cmp -s "$work/made" "$state/$2.programs" &&
    views "$1" >"$work/made" && cmp -s "$work/made" "$state/$2.views"
    }
    finish() {
    furnish "$name" new && same "$name" new || {
    echo 'the tables are in place, but triggers, views, routines or events could not be made again; run this step again' >&2
    return 1; }
    old=$(cat "$state/old")
    [ ! -s "$state/keep" ] || { furnish "$old" old && quiet "$old"; } || return 1
    my -e "DROP DATABASE IF EXISTS \\`$new\\`" </dev/null || return 1
    [ -s "$state/keep" ] || my -e "DROP DATABASE IF EXISTS \\`$old\\`" </dev/null || return 1
    written=$(cat "$state/identity")
    rm -f -- "$state/ready" && sync || return 1
    my -e "ALTER DATABASE \\`$name\\` COMMENT 'restored by runbook: $written'" </dev/null || return 1
    rm -rf -- "$state"
    }
    back() {
    furnish "$name" old && same "$name" old || {
    echo "the old tables are in place, but not all triggers, views, routines and events; they are in '$state'" >&2
    return 1; }
    old=$(cat "$state/old")
    kept=$(tables_of "$old") || return 1
    [ -n "$kept" ] || my -e "DROP DATABASE IF EXISTS \\`$old\\`" </dev/null || return 1
    rm -rf -- "$state"
    }
    moved() {
    first=$(head -n 1 "$state/tables"); [ -n "$first" ] || return 0
    rest=$(my -e "SELECT COUNT(*) FROM information_schema.TABLES WHERE TABLE_SCHEMA = '$new' AND TABLE_TYPE NOT LIKE '%VIEW'" </dev/null) || exit 1
    [ "$rest" = 0 ]
    }
    settle() {
    for turn in 1 2 3 4 5 6 7 8 9 10; do
    orphans=$(my -e "SELECT CONCAT('KILL ', ID, ';') FROM information_schema.PROCESSLIST WHERE ID <> CONNECTION_ID()
    AND (INFO LIKE '%\\`${name}_runbook_%' OR INFO LIKE '%\\`${name}_before_%')" </dev/null) || return 1
    [ -n "$orphans" ] || return 0
    printf '%s\\n' "$orphans" | my --force 2>/dev/null
    sleep 1
    done
    fail 'what an interrupted restore asked of the server is still under way'
    }
    finish_interrupted() {
    settle || return 1
    [ -d "$state" ] || return 0
    if [ ! -e "$state/ready" ]; then rm -rf -- "$state"; return; fi
    if moved; then finish; else back; fi
    }

    """

  static let text = """
    my -e "CREATE DATABASE IF NOT EXISTS \\`$name\\`$charset" </dev/null || exit 1
    tables_of "$name" >"$work/old_tables" || exit 1
    old="${name}_before_$(date -u +%Y%m%d%H%M%S)"
    if [ ! -s "$work/old_tables" ]; then keep=; fi
    rm -rf -- "$state" && mkdir -p -- "$state" && cp -- "$work/tables" "$state/tables" || exit 1
    programs "$new" >"$state/new.programs" && views "$new" >"$state/new.views" &&
    programs "$name" >"$state/old.programs" && views "$name" >"$state/old.views" || exit 1
    printf '%s\\n' "$old" >"$state/old"; printf '%s\\n' "$identity" >"$state/identity"
    printf '%s' "$keep" >"$state/keep"
    {
    printf 'RENAME TABLE '
    sed "s/.*/\\`$name\\`.\\`&\\` TO \\`$old\\`.\\`&\\`,/" "$work/old_tables"
    sed "s/.*/\\`$new\\`.\\`&\\` TO \\`$name\\`.\\`&\\`,/" "$work/tables"
    } | sed '$ s/,$/;/' >"$work/rename"
    [ "$tables" != 0 ] || [ -s "$work/old_tables" ] || : >"$work/rename"
    in_use || exit 1
    trap 'rm -rf -- "$work"; forget' EXIT
    my -e "ALTER DATABASE \\`$name\\` COMMENT ''" </dev/null || exit 1
    sync; : >"$state/ready"; sync
    my -e "CREATE DATABASE \\`$old\\`$charset" </dev/null || { back; exit 1; }
    end_sessions
    { bare "$new" && bare "$name" && my <"$work/rename"; } 2>"$work/client" || {
    explain; if moved; then finish; else back; exit 1; fi; }
    finish || exit 1
    printf 'tables %s\\nrows %s\\n' "$tables" "$rows"
    [ -z "$keep" ] || printf 'old %s\\n' "$old"
    """
}
