import Glibc
import Runbook
import Testing

@testable import Steps

/// Databases for real: a PostgreSQL server of the test's own, on a socket in its folder.
@Suite(.enabled(if: runsLongTests)) struct DatabaseLabTests {
  /// Starts a server with a database `app` of 300 rows, and removes it whatever happens.
  private func withPostgres(_ body: (LabHost, String) async throws -> Void) async throws {
    try await FilesLabTests.withHost(["sh"]) { host in
      try await host.sh(
        """
        chmod 755 .; mkdir pg; chown postgres pg
        bin=$(ls -d /usr/lib/postgresql/*/bin | tail -n 1)
        as() { setpriv --reuid postgres --regid postgres --init-groups -- "$@"; }
        as "$bin/initdb" -D "$PWD/pg/data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null
        as "$bin/pg_ctl" -D "$PWD/pg/data" -o "-c listen_addresses= -c unix_socket_directories=$PWD/pg -c fsync=off" \
          -l "$PWD/pg/log" -w -t 300 start >/dev/null
        export PGHOST=$PWD/pg PGUSER=postgres
        createdb app; psql -q -d app -c 'create table t as select generate_series(1, 300) n'
        pg_dump -d app > old.sql
        psql -q -d app -c 'insert into t select generate_series(301, 1000)'
        pg_dump -d app > new.sql; gzip -k new.sql; pg_dump -Fc -d app > new.dump
        psql -q -d app -c 'delete from t where n > 300'
        """)
      let result = await Result { try await body(host, "server: \(host.folder)/pg, database: app") }
      try await host.sh(
        "kill -QUIT \"$(head -n 1 pg/data/postmaster.pid)\"; while [ -e pg/.s.PGSQL.5432.lock ]; do :; done")
      try result.get()
    }
  }

  private func rows(_ host: LabHost) async throws -> Int? {
    Int(
      try await host.sh("psql -h \"$PWD/pg\" -U postgres -XAt -d app -c 'select count(*) from t'").dropLast())
  }

  @Test func postgresIsSwappedWithItsSettingsAndOnlyOnce() async throws {
    try await withPostgres { host, server in
      try await host.sh(
        """
        psql -q -h "$PWD/pg" -U postgres <<'SQL'
        create role reader; revoke all on database app from public; grant connect on database app to reader;
        alter database app set search_path to "$user", public, extra; comment on database app is 'the app''s';
        SQL
        """)
      for file in ["new.sql", "new.sql.gz", "new.dump"] {
        let step = "postgres_restore: { \(server), file: @/\(file), keep_old: \(file == "new.sql") }"
        let made = try await host.apply(step)
        #expect(made.outputs["rows"] == .int(1000) && made.outputs["tables"] == .int(1))
        #expect(try await rows(host) == 1000)
        #expect(try await host.apply(step).change == nil)
      }
      let kept = try await host.sh(
        """
        psql -h "$PWD/pg" -U postgres -XAt -d app -c "select shobj_description(oid, 'pg_database'), datacl from pg_database
        where datname = 'app'; show search_path; select datname from pg_database where datname like 'app%' order by 1"
        """)
      #expect(kept.contains("the app's|{") && kept.contains("reader=c/postgres"))
      #expect(
        kept.contains("\"$user\", public, extra") && kept.contains("app_before_") && !kept.contains("_new"))
    }
  }

  @Test func wrongDumpsEachHaveTheirOwnWordsAndTheOldDataStays() async throws {
    try await withPostgres { host, server in
      try await host.sh(
        """
        head -n 200 new.sql > cut.sql; head -c 900 new.sql.gz > cut.sql.gz; : > empty.sql
        { printf '%s\\n' '\\connect app'; cat new.sql; } > connect.sql
        sed 's/^-- Dumped from database version .*/-- Dumped from database version 99.1/' new.sql > newer.sql
        sed 's/OWNER TO postgres/OWNER TO nobody_here/' new.sql > role.sql
        """)
      let words = [
        "cut.sql": "truncated", "cut.sql.gz": "truncated", "empty.sql": "truncated",
        "connect.sql": "\\connect",
        "newer.sql": "newer than this server", "role.sql": "a role that the dump names is missing",
      ]
      for (file, word) in words.sorted(by: { $0.key < $1.key }) {
        let fault = try await host.fault(of: "postgres_restore: { \(server), file: @/\(file) }")
        #expect(fault.notes.joined().contains(word), "\(file)")
        #expect(fault.notes.joined().contains("the old data is untouched"), "\(file)")
        #expect(try await rows(host) == 300)
      }
      let names = try await host.sh(
        "psql -h \"$PWD/pg\" -U postgres -XAt -c 'select datname from pg_database'")
      #expect(!names.contains("app_"))
      try await host.apply("postgres_restore: { \(server), file: @/role.sql, ignore_owners: true }")
      #expect(try await rows(host) == 1000)
    }
  }

  @Test func aDatabaseInUseIsLeftAloneUnlessToldOtherwise() async throws {
    try await withPostgres { host, server in
      try await host.sh(
        """
        (PGAPPNAME=busy exec psql -q -h "$PWD/pg" -U postgres -d app -c 'select pg_sleep(3600)') >/dev/null 2>&1 &
        until psql -h "$PWD/pg" -U postgres -XAt -c 'select application_name from pg_stat_activity' | grep -q busy
        do :; done
        """)
      let fault = try await host.fault(of: "postgres_restore: { \(server), file: @/new.sql }")
      #expect(fault.notes.joined().contains("is in use") && fault.notes.joined().contains("busy"))
      try await host.apply("postgres_restore: { \(server), file: @/new.sql, disconnect: true }")
      #expect(try await rows(host) == 1000)
    }
  }

  @Test func killedAnywhereTheOldOrTheNewDataIsLive() async throws {
    try await withPostgres { host, server in
      let step = "postgres_restore: { \(server), file: @/new.sql, keep_old: false }"
      for turn in 0..<12 {
        try await host.kill(step, after: Double(turn) * 0.15 + Double.random(in: 0..<0.15))
        #expect([300, 1000].contains(try await rows(host)))
      }
      try await host.apply(step)
      #expect(try await rows(host) == 1000)
      let names = try await host.sh(
        "psql -h \"$PWD/pg\" -U postgres -XAt -c 'select datname from pg_database'")
      #expect(!names.contains("_runbook_new"))
    }
  }

  @Test func aDumpIsWholeOrLeavesTheFileThatWasThere() async throws {
    try await withPostgres { host, server in
      try await host.apply("postgres_dump: { \(server), path: @/d.sql.gz }")
      #expect(try await host.sh("gzip -dc d.sql.gz | tail -n 9").contains("dump complete"))
      #expect(try host.mode("d.sql.gz") == 0o600)
      try host.write("d.sql", "old")
      let missing = server.replacing("database: app", with: "database: none")
      #expect(try await host.fault(of: "postgres_dump: { \(missing), path: @/d.sql }").code == .failed)
      #expect(try host.read("d.sql") == "old")
    }
  }
}

/// A MariaDB server of the test's own, on a socket in its folder.
@Suite(.enabled(if: runsLongTests)) struct MariadbLabTests {
  private func withMariadb(_ body: (LabHost, String) async throws -> Void) async throws {
    try await FilesLabTests.withHost(["sh"]) { host in
      try await host.sh(
        """
        chmod 755 .; mkdir -p my/tmp; chown mysql my my/tmp; export TMPDIR="$PWD/my/tmp"
        mariadb-install-db --no-defaults --user=mysql --datadir="$PWD/my/data" --skip-test-db \\
          --auth-root-authentication-method=normal >install.log 2>&1 || { tail -n 40 install.log >&2; exit 1; }
        setsid mariadbd --no-defaults --user=mysql --datadir="$PWD/my/data" --socket="$PWD/my/s" --skip-networking \\
          --pid-file="$PWD/my/pid" --innodb-buffer-pool-size=32M >my/log 2>&1 </dev/null & echo $! > server
        until mariadb -S my/s -u root -e 'select 1' >/dev/null 2>&1; do sleep 0.2; kill -0 "$(cat server)" || exit; done
        mariadb -S my/s -u root <<'SQL'
        create database app; use app; create table p (n int primary key) engine=innodb;
        create table c (n int, p int, foreign key (p) references p (n)) engine=innodb; create table log (n int);
        create trigger tr after insert on log for each row set @x = new.n; create view v as select count(*) k from p;
        insert into p values (1), (2), (3), (4); insert into c values (1, 1), (2, 4);
        create event ev on schedule every 1 day do delete from log; create procedure pr() select 1;
        SQL
        mariadb-dump -S my/s -u root --routines --events app > new.sql; gzip -k new.sql
        mariadb -S my/s -u root app -e 'delete from c where n = 2; delete from p where n > 1'
        """)
      let result = await Result { try await body(host, "server: \(host.folder)/my/s, database: app") }
      try await host.sh(
        "mariadb-admin -S my/s -u root shutdown")
      try result.get()
    }
  }

  private func ask(_ host: LabHost, _ query: String) async throws -> String {
    try await host.sh("mariadb -S my/s -u root -BN app -e \"\(query)\"")
  }

  @Test func mariadbIsSwappedWithAllThatBelongsToItAndOnlyOnce() async throws {
    try await withMariadb { host, server in
      let step = "mariadb_restore: { \(server), file: @/new.sql.gz }"
      #expect(try await host.apply(step).outputs["rows"] == .int(6))
      #expect(try await host.apply(step).change == nil)
      #expect(
        try await ask(host, "select k from v; select count(*) from c; show triggers").hasPrefix("4\n2\ntr\t"))
      let kept = try await ask(
        host, "select event_schema, status from information_schema.events; show databases")
      #expect(kept.contains("app\tENABLED") && kept.contains("DISABLED") && !kept.contains("runbook_new"))
    }
  }

  @Test func wrongDumpsLeaveTheOldData() async throws {
    try await withMariadb { host, server in
      try await host.sh(
        "head -n 40 new.sql > cut.sql; { echo 'USE `app`;'; cat new.sql; } > use.sql; echo oops | cat - new.sql > bad.sql"
      )
      for (file, word) in [
        ("cut.sql", "truncated"), ("use.sql", "another database"), ("bad.sql", "ERROR 1064"),
      ] {
        let fault = try await host.fault(of: "mariadb_restore: { \(server), file: @/\(file) }")
        #expect(
          fault.notes.joined().contains(word) && fault.notes.joined().contains("the old data is untouched"))
        #expect(try await ask(host, "select k from v") == "1\n")
      }
    }
  }

  @Test func killedAnywhereTheOldOrTheNewDataIsLive() async throws {
    try await withMariadb { host, server in
      let step = "mariadb_restore: { \(server), file: @/new.sql, keep_old: false }"
      for turn in 0..<12 {
        try await host.kill(step, after: Double(turn) * 0.2 + Double.random(in: 0..<0.2))
        #expect(
          ["1\n1\n", "4\n2\n"].contains(try await ask(host, "select count(*) from p; select count(*) from c"))
        )
      }
      try await host.apply(step)
      #expect(
        try await ask(host, "select k from v; select count(*) from c; show triggers").hasPrefix("4\n2\ntr\t"))
      #expect(try await ask(host, "show databases like 'app%'") == "app\n")
    }
  }
}

extension Result where Failure == any Error {
  fileprivate init(_ body: () async throws -> Success) async {
    do { self = .success(try await body()) } catch { self = .failure(error) }
  }
}
