/// How a new PostgreSQL database takes the place of the old one.
enum PostgresSwap {
  /// Settings, grants, the limit and the comment first, then the note of where it came from, then the names, which
  /// change in one transaction. Sessions that come back faster than they are ended are kept out.
  static let text = """
    \(properties)
    old=
    exists=$(echo "SELECT 1 FROM pg_database WHERE datname = :'name'" | admin) || exit 1
    if [ -n "$exists" ]; then
    old="${name}_before_$(date -u +%Y%m%d%H%M%S)"
    filled=$(q "$name" <<'SQL'
    SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_toast%';
    SQL
    ) || exit 1
    [ "$filled" != 0 ] || keep=
    fi
    \(renames)
    trap 'rm -rf -- "$work"; forget' EXIT
    printf 'tables %s\\nrows %s\\n' "$tables" "$rows"
    if [ -n "$old" ]; then
    if [ -n "$keep" ]; then printf 'old %s\\n' "$old"
    else echo 'DROP DATABASE IF EXISTS :"old"' | admin -v old="$old" || exit 1; fi
    fi
    """

  private static let renames = """
    swap() {
    if [ -z "$old" ]; then echo 'ALTER DATABASE :"new" RENAME TO :"name"' | admin; return; fi
    if [ -n "$disconnect" ]; then
    admin >/dev/null <<'SQL' || return
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :'name' AND pid <> pg_backend_pid();
    SQL
    fi
    admin -v old="$old" <<'SQL'
    BEGIN;
    ALTER DATABASE :"name" RENAME TO :"old";
    ALTER DATABASE :"new" RENAME TO :"name";
    COMMIT;
    SQL
    }
    open_again() { echo "ALTER DATABASE :\\"$1\\" ALLOW_CONNECTIONS true" | admin -v old="$old" >/dev/null; }
    in_use || exit 1
    if ! swap 2>"$work/psql"; then
    in_use || exit 1
    [ -n "$old" ] && [ -n "$disconnect" ] || { explain; exit 1; }
    echo 'ALTER DATABASE :"name" ALLOW_CONNECTIONS false' | admin || exit 1
    swap 2>"$work/psql" || { open_again name; explain; exit 1; }
    open_again old || exit 1
    fi
    """

  private static let properties = """
    admin -v identity="$identity" <<'SQL' >/dev/null || exit 1
    SELECT format('ALTER DATABASE %I SET runbook.restored = %L', :'new', :'identity') \\gexec
    SELECT CASE WHEN r.setrole = 0 THEN format('ALTER DATABASE %I', :'new')
    ELSE format('ALTER ROLE %I IN DATABASE %I', pg_get_userbyid(r.setrole), :'new') END ||
    format(' SET %s TO ', split_part(s, '=', 1)) ||
    CASE WHEN split_part(s, '=', 1) IN ('search_path', 'temp_tablespaces', 'session_preload_libraries',
    'local_preload_libraries') THEN substr(s, strpos(s, '=') + 1) ELSE quote_literal(substr(s, strpos(s, '=') + 1)) END
    FROM pg_database d JOIN pg_db_role_setting r ON r.setdatabase = d.oid, unnest(r.setconfig) s
    WHERE d.datname = :'name' AND s NOT LIKE 'runbook.%' \\gexec
    SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'new') FROM pg_database
    WHERE datname = :'name' AND datacl IS NOT NULL \\gexec
    SELECT format('GRANT %s ON DATABASE %I TO %s', a.privilege_type, :'new',
    CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(a.grantee)) END) ||
    CASE WHEN a.is_grantable AND a.grantee <> d.datdba THEN ' WITH GRANT OPTION' ELSE '' END
    FROM pg_database d, aclexplode(d.datacl) a WHERE d.datname = :'name' \\gexec
    SELECT format('ALTER DATABASE %I CONNECTION LIMIT %s', :'new', datconnlimit) FROM pg_database
    WHERE datname = :'name' AND datconnlimit <> -1 \\gexec
    SELECT format('COMMENT ON DATABASE %I IS %L', :'new', shobj_description(oid, 'pg_database')) FROM pg_database
    WHERE datname = :'name' AND shobj_description(oid, 'pg_database') IS NOT NULL \\gexec
    SQL
    """
}
