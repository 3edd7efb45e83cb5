/// What every line of a plain dump goes through on its way to psql.
enum PostgresDumpFilter {
  /// Shell text that defines `sql_filter` and `pg_list`. The filter ends with 1, and says why in `refused`,
  /// where the dump would leave the new database, is of a newer server, or lacks the line that ends a whole one.
  /// It writes the number of rows to `counted`.
  static let definition = """
    pg_list() { db pg_restore --list; }
    sql_filter() {
    LC_ALL=C awk -v server="$server_version" -v drop="$ignore_owners" -v why="$work/refused" -v counted="$work/counted" '
    function refuse(words) { print words > why; failed = 1; exit 1 }
    copying { if ($0 == "\\\\.") copying = 0; else rows++; print; next }
    /^COPY .* FROM stdin;$/ { copying = 1; print; next }
    /^\\\\(connect|c)([ \\t]|$)/ {
    refuse("the dump changes to another database (\\\\connect): it was made by pg_dumpall, or with --create; make one of a single database without that")
    }
    /^CREATE DATABASE / {
    refuse("the dump creates its own database: it was made with --create; make one without that")
    }
    /^-- Dumped from database version [0-9]/ {
    split($6, version, ".")
    if (version[1] + 0 > server + 0) {
    refuse("the dump is of PostgreSQL " version[1] ", newer than this server, which is " server)
    }
    }
    /^-- PostgreSQL database dump complete/ { whole = 1 }
    drop == 1 && /^(ALTER .* OWNER TO .*|GRANT .*|REVOKE .*|ALTER DEFAULT PRIVILEGES .*);$/ { next }
    { print }
    END {
    if (failed) exit 1
    if (copying || !whole) {
    print "the dump is truncated: its last line is not that of a whole dump" > why
    exit 1
    }
    printf "%d", rows > counted
    }'
    }

    """
}
