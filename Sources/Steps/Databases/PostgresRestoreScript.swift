import Runbook

/// The script that loads a dump into a new database, verifies it, and swaps.
struct PostgresRestoreScript {
  let step: PostgresRestoreStep
  /// What is written down about the new database.
  let identity: String

  var text: String {
    let settings = """
      name=\(shellWord(step.database)); new="${name}_runbook_new"; identity=\(identity)
      given_owner=\(shellWord(step.owner ?? "")); user=\(shellWord(step.server.client.user))
      keep=\(step.restore.keepsOld ? "yes" : ""); disconnect=\(step.restore.disconnects ? "yes" : "")
      ignore_owners=\(step.ignoresOwners ? "1" : "0"); allow_empty=\(step.restore.allowsEmpty ? "yes" : "")
      trap 'rm -rf -- "$work"; forget' EXIT
      \(lock.text)
      """
    return [
      settings, Self.functions, Self.preparation, Self.kinds, PostgresDumpFilter.definition, Self.load,
      Self.count,
      PostgresSwap.text,
    ].joined(separator: "\n")
  }

  private var lock: RestoreLock {
    RestoreLock(
      subject: "the database '\(step.database)'",
      place: ["postgres"] + step.server.client.place + [step.database])
  }

  /// `admin` asks the server, `explain` says in words what psql's error codes mean.
  private static let functions = """
    admin() { q "$maintenance" -v name="$name" -v new="$new" "$@"; }
    drop_new() { echo 'DROP DATABASE IF EXISTS :"new"' | admin; }
    explain() {
    cat "$work/psql" >&2
    if grep -q ' 53100:' "$work/psql"; then echo 'the disk of the database server is full' >&2
    elif grep -q ' 42704:.*role' "$work/psql"; then
    echo 'a role that the dump names is missing: create it first, or give ignore_owners: true' >&2
    elif grep -q ' 42501:' "$work/psql"; then echo "the user '$user' may not do that" >&2; fi
    echo 'the old data is untouched' >&2
    }
    sessions() {
    admin <<'SQL'
    SELECT usename || ' (' || count(*) || ', ' || coalesce(nullif(application_name, ''), 'no name') || ')'
    FROM pg_stat_activity WHERE datname = :'name' AND pid <> pg_backend_pid() AND usename IS NOT NULL
    GROUP BY usename, application_name;
    SQL
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

    """

  /// What an interrupted run left is dropped; a database that one locked is opened again.
  private static let preparation = """
    drop_new || exit 1
    admin <<'SQL' || exit 1
    SELECT format('ALTER DATABASE %I ALLOW_CONNECTIONS true', datname) FROM pg_database
    WHERE datname = :'name' AND NOT datallowconn \\gexec
    SQL
    in_use || exit 1
    server_version=$(echo 'SHOW server_version_num' | admin) || exit 1
    server_version=$((server_version / 10000))
    refuse_newer() {
    [ -n "$1" ] || return 0
    [ "$1" -le "$server_version" ] || fail "the dump is of PostgreSQL $1, newer than this server, which is $server_version"
    }
    admin -v owner="$given_owner" <<'SQL' || { drop_new; exit 1; }
    SELECT format('CREATE DATABASE %I TEMPLATE template0 OWNER %I', :'new', coalesce(nullif(:'owner', ''),
    (SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = :'name'), current_user)) ||
    coalesce((SELECT format(' ENCODING %L LC_COLLATE %L LC_CTYPE %L', pg_encoding_to_char(encoding), datcollate,
    datctype) FROM pg_database WHERE datname = :'name'), '') \\gexec
    SQL
    new_owner=$(echo "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = :'new'" | admin) || exit 1
    trap 'drop_new >/dev/null 2>&1; rm -rf -- "$work"; forget' EXIT

    """

  /// Whether it is an archive of pg_dump's own.
  private static let kinds = """
    case $(plain 2>/dev/null | head -c 5) in
    PGDMP) archive=yes ;;
    *) archive= ;;
    esac

    """

  /// The commit depends on the producer: on its end, and on the trailer that a whole dump has.
  private static let load = """
    if [ -n "$archive" ]; then
    made=$(plain 2>/dev/null | pg_list 2>"$work/psql" | sed -n 's/.*Dumped from database version: *\\([0-9]*\\).*/\\1/p')
    refuse_newer "$made"
    : >"$work/counted"
    if [ "$ignore_owners" = 1 ]; then owners="--no-owner --no-privileges --role=$new_owner"; else owners=; fi
    { plain 2>"$work/producer" || echo bad >"$work/bad"; } |
    pg pg_restore --exit-on-error --single-transaction $owners -d "$new" >"$work/psql" 2>&1 || {
    cat "$work/producer" >&2; explain; exit 1; }
    else
    { if [ "$ignore_owners" = 1 ]; then printf 'SET ROLE "%s";\\n' "$(printf %s "$new_owner" | sed 's/"/""/g')"; fi
    echo 'BEGIN;'
    exec 5>&1
    bad=$( { { plain 5>&- 2>"$work/producer" || echo producer >&3; } | { sql_filter || echo filter >&3; } >&5; } 3>&1 )
    exec 5>&-
    if [ -z "$bad" ]; then echo 'COMMIT;'; else printf '%s' "$bad" >"$work/bad"; fi
    } | q "$new" >/dev/null 2>"$work/psql"
    loaded=$?
    if [ -s "$work/refused" ]; then
    cat "$work/producer" "$work/refused" >&2; echo 'the old data is untouched' >&2; exit 1
    fi
    [ "$loaded" = 0 ] || { cat "$work/producer" >&2; explain; exit 1; }
    fi
    [ ! -s "$work/bad" ] || { cat "$work/producer" >&2; fail 'the dump is not whole; the old data is untouched'; }

    """

  /// Rows are counted one by one: no less than what the dump had must be there.
  private static let count = """
    echo 'ANALYZE' | q "$new" >/dev/null || exit 1
    q "$new" >"$work/rows" <<'SQL' || exit 1
    SELECT format('SELECT count(*) FROM ONLY %I.%I', n.nspname, c.relname) FROM pg_class c
    JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%' \\gexec
    SQL
    tables=$(wc -l <"$work/rows"); tables=$((tables))
    rows=$(awk '{ sum += $1 } END { printf "%d", sum }' "$work/rows")
    counted=$(cat "$work/counted")
    [ "$tables" != 0 ] || [ -n "$allow_empty" ] || fail 'the dump has no table; the old data is untouched'
    [ "$rows" -ge "${counted:-0}" ] ||
    fail "the dump has $counted rows, but $rows arrived; the old data is untouched"

    """
}
