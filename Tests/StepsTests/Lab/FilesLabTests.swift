import Glibc
import Runbook
import Testing

/// Every kind of file step for real on this machine, in each shell: it must do its work, find nothing to do
/// the second time, and go on from a half-done state.
@Suite struct FilesLabTests {
  static let shells: [[String]] = [["/bin/sh"], ["busybox", "sh"], ["bash"]]

  static func withHost(_ shell: [String], _ body: (LabHost) async throws -> Void) async throws {
    let host = try await LabHost(shell: shell)
    do { try await body(host) } catch {
      try await host.remove()
      throw error
    }
    try await host.remove()
  }

  /// Applies a step that must do something, then again, when it must not.
  static func twice(_ host: LabHost, _ step: String, mayBeSo: Bool = false) async throws {
    let change = try await host.apply(step).change
    #expect(change != nil || mayBeSo, "did nothing: \(step)")
    #expect(try await host.apply(step).change?.summary == nil, "again: \(step)")
  }

  @Test(arguments: shells) func directoriesAreMadeMendedAndRemoved(_ shell: [String]) async throws {
    try await Self.withHost(shell) { host in
      try await Self.twice(host, "directory: { path: \"@/a/b c\", mode: \"2750\", owner: 0, group: 1 }")
      #expect(try host.mode("a/b c") == 0o2750)
      try await Self.twice(host, "directory: { path: \"@/a/b c\", mode: \"0755\" }")
      #expect(try host.mode("a/b c") == 0o755)
      try await host.sh(
        "mkdir -m 2700 -p 'a/b c/in'; touch 'a/b c/in/f'; chown 2 'a/b c/in/f'; ln -s nowhere 'a/b c/l'")
      try await Self.twice(
        host,
        "directory: { path: \"@/a/b c\", owner: 1, group: 1, mode: \"0750\", file_mode: 0640, recurse: true }"
      )
      #expect(try await host.sh("stat -c '%a %u %g' 'a/b c/in/f' 'a/b c/in'") == "640 1 1\n750 1 1\n")
      #expect(try await host.fault(of: "directory: { path: @/a, state: absent }").code == .failed)
      try await Self.twice(host, "directory: { path: @/a, state: absent, recurse: true }")
    }
  }

  @Test(arguments: shells) func filesGetTheirBytesModesAndOwners(_ shell: [String]) async throws {
    try await Self.withHost(shell) { host in
      try await Self.twice(host, #"file: { path: "@/it's", content: "a'b$c`d\\\n%s\té\n" }"#)
      #expect(try host.read("it's") == "a'b$c`d\\\n%s\té\n")
      #expect(try host.mode("it's") == 0o644)
      try await Self.twice(host, #"file: { path: "@/it's", content: !vault "s3cret\n" }"#)
      #expect(try host.mode("it's") == 0o600)
      try await host.sh(
        "head -c 3000000 /dev/urandom > big; head -c 3000 /dev/urandom > small; ln -s big link")
      try await Self.twice(host, "file: { path: @/out-big, source: big, mode: \"4755\" }")
      try await Self.twice(host, "file: { path: @/out-small, source: small }")
      #expect(try await host.sh("cmp big out-big && cmp small out-small && stat -c %a out-big") == "4755\n")
      try await Self.twice(host, "file: { path: @/link, content: x }")
      #expect(try await host.sh("[ ! -L link ] && cat link && wc -c < big") == "x3000000\n")
      #expect(
        try await host.fault(of: "file: { path: @/link, content: y, validate: grep -q z %s }").code == .failed
      )
      #expect(try host.read("link") == "x")
      try await Self.twice(host, "file: @/empty")
      try await Self.twice(host, "file: { path: @/link, state: absent }")
      #expect(try await host.sh("ls -A | sort | tr '\\n' ' '") == "big empty it's out-big out-small small ")
    }
  }

  @Test(arguments: shells) func partsOfFilesAreEdited(_ shell: [String]) async throws {
    try await Self.withHost(shell) { host in
      try host.write("f", "a=1\n[s]\nx=1\n", mode: 0o640)
      try await Self.twice(host, "line: { path: @/f, match: ^a=, line: a=2 }")
      try await Self.twice(host, "block: { path: @/f, block: \"one\\ntwo\\n\", before: '^\\[s' }")
      try await Self.twice(host, "ini: { path: @/f, section: s, values: { x: 2, y: it's } }")
      try await Self.twice(host, "replace: { path: @/f, match: '^two$', with: three }")
      #expect(try host.read("f") == "a=2\n# BEGIN runbook\none\nthree\n# END runbook\n[s]\nx=2\ny=it's\n")
      #expect(try host.mode("f") == 0o640)
      try await Self.twice(host, "block: { path: @/f, state: absent }")
      try await Self.twice(host, "ini: { path: @/f, section: s, state: absent }")
      try await Self.twice(host, "line: { path: @/f, line: a=2, state: absent }")
      #expect(try host.read("f") == "")
    }
  }

  @Test(arguments: shells) func environmentFilesSayInAShellWhatWasMeant(_ shell: [String]) async throws {
    try await Self.withHost(shell) { host in
      let step = #"""
        env_file:
          path: "@/.env"
          values: { A: "it's $HOME \"q\" \\", B: "two\nlines #no", C: "`x`", D: "", E: "\\'", F: "$$x" }
        """#
      try await Self.twice(host, step)
      #expect(
        try await host.sh(". ./.env; printf '<%s>' \"$A\" \"$B\" \"$C\" \"$D\" \"$E\" \"$F\"")
          == #"<it's $HOME "q" \><two"# + "\n" + #"lines #no><`x`><><\'><$$x>"#)
      #expect(try host.mode(".env") == 0o600)
    }
  }

  @Test(arguments: shells) func linksAndAbsenceAreBroughtAbout(_ shell: [String]) async throws {
    try await Self.withHost(shell) { host in
      try await host.sh("mkdir d; touch f")
      try await Self.twice(host, "symlink: { path: @/l, target: d }")
      try await Self.twice(host, "symlink: { path: @/l, target: f }")
      #expect(try await host.sh("readlink l; ls d") == "f\n")
      try await Self.twice(host, "absent: [@/l, @/d, @/nothing]")
      #expect(try await host.sh("ls") == "f\n")
    }
  }

  @Test(arguments: shells) func filesTellOfThemselves(_ shell: [String]) async throws {
    try await Self.withHost(shell) { host in
      try await host.sh(
        "mkdir -p d/e; printf 'one\\ntwo\\n' > 'd/a b.txt'; printf x > d/e/c.txt; ln -s e d/l")
      #expect(try await host.apply("stat: @/d").outputs["kind"] == .string("directory"))
      #expect(
        try await host.apply("read_file: \"@/d/a b.txt\"").outputs["lines"]
          == .list(["one", "two"].map { .string($0) }))
      let found = try await host.apply("find: { paths: [@/d, @/none], patterns: ['*.txt'], recurse: true }")
        .outputs
      #expect(
        found["paths"] == .list([.string("\(host.folder)/d/a b.txt"), .string("\(host.folder)/d/e/c.txt")]))
      #expect(try await host.apply("find: { paths: @/d, kind: any }").outputs["count"] == .int(3))
      #expect(try await host.apply("find: { paths: @/d, kind: link }").outputs["count"] == .int(1))
      try await host.apply("fetch: { path: \"@/d/a b.txt\", to: got/x }")
      #expect(try host.read("got/x") == "one\ntwo\n")
      #expect(try await host.apply("fetch: { path: \"@/d/a b.txt\", to: got/x }").change == nil)
    }
  }

  @Test(arguments: shells) func treesAreCopied(_ shell: [String]) async throws {
    try await Self.withHost(shell) { host in
      try await host.sh(
        """
        mkdir -p src/conf src/.git src/empty; printf one > src/a; printf two > 'src/conf/b c'; ln -s a src/l
        chmod 755 src/a src/conf src/empty; chmod 600 'src/conf/b c'; printf x > src/.git/x
        """)
      let step = "copy_tree: { source: src, path: @/dst, exclude: [.git], delete: true }"
      try await Self.twice(host, step)
      try await host.sh(
        "printf changed > dst/a; rm -r dst/conf; mkdir dst/old; touch dst/old/x; chmod 700 dst/empty")
      try await Self.twice(host, step)
      #expect(
        try await host.sh("cd dst; find . ! -name . -exec stat -c '%a %n' {} + | sort; cat a l 'conf/b c'")
          == "600 ./conf/b c\n755 ./a\n755 ./conf\n755 ./empty\n777 ./l\noneonetwo")
    }
  }
}
