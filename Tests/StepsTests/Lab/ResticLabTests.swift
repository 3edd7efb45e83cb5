import Glibc
import Runbook
import Testing

@testable import Steps

/// Repositories for real, with the restic of this machine, whatever its version.
@Suite(.enabled(if: runsLongTests)) struct ResticLabTests {
  static let access = "repository: @/repo, password: !vault \"p'w\""

  private func withHost(_ body: (LabHost) async throws -> Void) async throws {
    try await FilesLabTests.withHost(["sh"]) { host in
      try await host.sh(
        "mkdir -p src/d; printf one > 'src/a b'; chmod 640 'src/a b'; ln -s d src/l; chmod 750 src")
      try await host.apply("restic_repository: { \(Self.access) }")
      try await body(host)
    }
  }

  private func snapshot(_ host: LabHost, _ more: String) async throws -> String {
    let found = try await host.apply("restic_snapshot: { \(Self.access), \(more) }")
    return try #require(found.outputs["id"]?.text?.string)
  }

  @Test func aDirectoryComesBackAsItWasAndOnlyOnce() async throws {
    try await withHost { host in
      let backup = "restic_backup: { \(Self.access), paths: [@/src], tags: [x, y], unless_newer_than: 1h }"
      #expect(try await host.apply(backup).outputs["files"] == .int(1))
      #expect(try await host.apply(backup).change == nil)
      let id = try await snapshot(host, "tags: [x, y], max_age: 1h")
      let restore = "restic_restore: { \(Self.access), snapshot: \(id), to: @/out }"
      #expect(try await host.apply(restore).change?.kind == .create)
      #expect(try await host.apply(restore).change == nil)
      let listed = "find . -printf '%P %M %l %s\\n' | sort"
      #expect(try await host.sh("cd src; \(listed)") == host.sh("cd out; \(listed)"))
      try await host.sh("rm -r src; mkdir src; printf newer > src/n")
      let swapped = try await host.apply("restic_restore: { \(Self.access), snapshot: \(id), to: @/src }")
      let old = try #require(swapped.outputs["old"]?.text?.string)
      #expect(try await host.sh("cat \(old)/n 'src/a b'") == "newerone")
      #expect(try await host.sh("ls -A | grep runbook || true") == "")
    }
  }

  @Test func aSwapThatWasCutOffIsTakenBackBeforeTheNext() async throws {
    try await withHost { host in
      try await host.apply("restic_backup: { \(Self.access), paths: [@/src], tags: [x] }")
      let id = try await snapshot(host, "tags: [x]")
      try await host.sh(
        "mkdir -p out.before-1; echo live > out.before-1/f; echo $PWD/out.before-1 > .out.runbook-swap")
      try await host.sh("mkdir .out.runbook-new.zzzzzz")
      let made = try await host.apply("restic_restore: { \(Self.access), snapshot: \(id), to: @/out }")
      let old = try #require(made.outputs["old"]?.text?.string)
      #expect(try await host.sh("cat \(old)/f 'out/a b'") == "live\none")
      #expect(try await host.sh("ls -A | grep runbook || true") == "")
    }
  }

  @Test func wrongInputsEachHaveTheirOwnWords() async throws {
    try await withHost { host in
      let wrong = try await host.fault(of: "restic_repository: { repository: @/repo, password: no }")
      #expect(wrong.message.contains("the password does not open"))
      let absent = "restic_repository: { repository: @/nothing, password: no, state: present }"
      #expect(try await host.fault(of: absent).message.contains("there is no restic repository"))
      let away = "restic_repository: { repository: \"rest:http://127.0.0.1:1/\", password: no }"
      #expect(try await host.fault(of: away).message.contains("cannot be reached"))
      let empty = "restic_snapshot: { \(Self.access), tags: [x] }"
      #expect(try await host.fault(of: empty).message.contains("the repository is empty"))
      try await host.apply("restic_backup: { \(Self.access), paths: [@/src], tags: [x], host: other }")
      #expect(try await host.fault(of: empty).message.contains("only of 'other'"))
      let tags = try await host.fault(of: "restic_snapshot: { \(Self.access), tags: [nosuch] }")
      #expect(tags.message.contains("nosuch") && tags.notes.joined().contains("from other"))
      let missing = "restic_backup: { \(Self.access), paths: [@/src, @/gone], tags: [y] }"
      #expect(try await host.fault(of: missing).notes.joined().contains("no snapshot was made"))
      #expect(try await host.fault(of: "restic_snapshot: { \(Self.access), tags: [y] }").code == .missing)
    }
  }

  @Test func aFailingDumpNeverBecomesASnapshot() async throws {
    try await withHost { host in
      for command in ["[sh, -c, \"echo half; exit 1\"]", "[true]"] {
        let step = "restic_backup: { \(Self.access), command: \(command), name: /d.sql, tags: [d] }"
        #expect(try await host.fault(of: step).notes.joined().contains("no snapshot was"))
      }
      #expect(try await host.fault(of: "restic_snapshot: { \(Self.access), tags: [d] }").code == .missing)
      let clean = "[sh, -c, \"echo ${RESTIC_PASSWORD:-hidden}\"]"
      try await host.apply(
        "restic_backup: { \(Self.access), command: \(clean), name: /d.sql, tags: [d] }")
      let id = try await snapshot(host, "tags: [d]")
      try await host.apply(
        "restic_restore: { \(Self.access), snapshot: \(id), from: /d.sql, to: @/d.sql }")
      #expect(try host.read("d.sql") == "hidden\n")
    }
  }

  @Test func aLockIsWaitedForAndThenNamed() async throws {
    try await withHost { host in
      try await host.apply("restic_backup: { \(Self.access), paths: [@/src], tags: [x] }")
      // A lock of a program that is still there: restic itself, stopped while it reads a password that never comes.
      try await host.sh(
        """
        export RESTIC_PASSWORD="p'w" RESTIC_REPOSITORY=$PWD/repo; mkfifo content
        (exec 3<>content; exec restic backup --stdin --stdin-filename f <&3) >/dev/null 2>&1 & echo $! > pid
        until [ -n "$(ls repo/locks)" ]; do :; done
        """)
      let forget = "restic_forget: { \(Self.access), lock_wait: 1s, tags: [x], keep_last: 1 }"
      try await host.apply("restic_backup: { \(Self.access), paths: [@/src/d], tags: [x] }")
      let fault = try await host.fault(of: forget)
      #expect(fault.notes.joined().contains("locked") && fault.notes.joined().contains("restic unlock"))
      try await host.sh(
        "kill -KILL \"$(cat pid)\"; RESTIC_PASSWORD=\"p'w\" restic -q -r repo unlock --remove-all")
      #expect(try await host.apply(forget).change?.kind == .remove)
      try await host.apply("restic_check: { \(Self.access), read_data: 100% }")
    }
  }
}
