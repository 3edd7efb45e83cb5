import Runbook
import Testing

/// `git` for real, against a repository in the same folder.
@Suite struct GitLabTests {
  private static let setup = """
    export GIT_AUTHOR_NAME=a GIT_AUTHOR_EMAIL=a@b GIT_COMMITTER_NAME=a GIT_COMMITTER_EMAIL=a@b
    git init -q -b main src; cd src; git config uploadpack.allowAnySHA1InWant true
    for n in 1 2 3; do echo $n > f; git add f; git commit -q -m "c$n"; git tag -a v$n -m v$n; done
    git checkout -q -b side; echo s > s; git add s; git commit -q -m side; git checkout -q main
    """

  private func withRepository(_ shell: [String], _ body: (LabHost) async throws -> Void) async throws {
    try await FilesLabTests.withHost(shell) { host in
      try await host.sh(Self.setup)
      try await body(host)
    }
  }

  @Test(arguments: FilesLabTests.shells) func clonesGoToBranchTagAndCommit(_ shell: [String]) async throws {
    try await withRepository(shell) { host in
      for version in ["main", "v1", "side", "", "v2"] {
        try await FilesLabTests.twice(host, "git: { repo: @/src, path: @/in/clone, version: \"\(version)\" }")
      }
      #expect(try host.read("in/clone/f") == "2\n")
      let commit = try await host.sh("git -C src rev-parse main").prefix(40)
      try await FilesLabTests.twice(host, "git: { repo: @/src, path: @/in/clone, version: \(commit) }")
      try await host.sh("cd src; echo 4 > f; git -c user.name=a -c user.email=a@b commit -q -a -m c4")
      try await FilesLabTests.twice(host, "git: { repo: @/src, path: @/in/clone, version: main }")
      #expect(try host.read("in/clone/f") == "4\n")
      #expect(
        try await host.apply("git: { repo: @/src, path: @/in/clone, version: v1, update: false }").change
          == nil)
    }
  }

  @Test(arguments: FilesLabTests.shells) func shallowClonesMove(_ shell: [String]) async throws {
    try await withRepository(shell) { host in
      let old = try await host.sh("git -C src rev-parse v1^{commit}").prefix(40)
      for version in ["v3", "main", "side", String(old), "main"] {
        let step = "git: { repo: \"file://@/src\", path: @/clone, version: \(version), depth: 1 }"
        try await FilesLabTests.twice(host, step)
      }
      #expect(try await host.sh("git -C clone rev-parse --is-shallow-repository") == "true\n")
      try await FilesLabTests.twice(
        host, "git: { repo: \"file://@/src\", path: @/clone, version: \(old.prefix(9)) }")
    }
  }

  @Test(arguments: FilesLabTests.shells) func localWorkIsNeverLost(_ shell: [String]) async throws {
    try await withRepository(shell) { host in
      let (v1, v3) = (
        "git: { repo: @/src, path: @/clone, version: v1 }",
        "git: { repo: @/src, path: @/clone, version: main }"
      )
      try await host.apply(v1)
      try await host.sh("echo mine > clone/f; echo new > clone/s")
      let fault = try await host.fault(of: v3)
      #expect(fault.code == .conflict && fault.notes == [" M f"])
      try await FilesLabTests.twice(host, v3.replacing(" }", with: ", force: true }"))
      #expect(
        try await host.sh("git -C clone stash show -p --include-untracked | grep '^+[mn]'") == "+mine\n+new\n"
      )
      try await host.sh("cd clone; echo own > f; git -c user.name=a -c user.email=a@b commit -q -a -m own")
      #expect(try await host.fault(of: v1).notes.first?.hasSuffix("own") == true)
      try await FilesLabTests.twice(host, v1.replacing(" }", with: ", force: true }"))
      #expect(try await host.sh("git -C clone log --format=%s -1 --glob='refs/runbook/kept/*'") == "own\n")
    }
  }

  @Test(arguments: FilesLabTests.shells) func aHalfMadeCloneIsFinished(_ shell: [String]) async throws {
    try await withRepository(shell) { host in
      try await host.sh(
        "git init -q half; git -C half fetch -q \"$PWD/src\" v1; mkdir empty full; touch full/x")
      try await FilesLabTests.twice(host, "git: { repo: @/src, path: @/half, version: main }")
      try await FilesLabTests.twice(host, "git: { repo: @/src, path: @/empty, version: main }")
      #expect(try await host.fault(of: "git: { repo: @/src, path: @/full, version: main }").code == .conflict)
      #expect(try await host.fault(of: "git: { repo: @/src, path: @/half, version: nope }").code == .failed)
      #expect(
        try await host.fault(of: "git: { repo: @/nowhere, path: @/half, version: v9 }").code == .unreadable)
    }
  }

  @Test(arguments: FilesLabTests.shells) func aPasswordIsNotKeptInTheClone(_ shell: [String])
    async throws
  {
    try await withRepository(shell) { host in
      try await host.sh(
        "mkdir www; git clone -q --bare src www/src.git; git -C www/src.git update-server-info")
      let server = try await LabServer(host, credentials: "me:t@k en")
      let url = "http://me:t%40k%20en@127.0.0.1:\(server.port)/src.git"
      let open = try await host.fault(
        of: "git: { repo: \"\(url.replacing("k%20en", with: ""))\", path: @/c, version: main }")
      #expect(open.code == .failed)
      let bare = "http://127.0.0.1:\(server.port)/src.git"
      let step = "git: { repo: \"\(bare)\", user: me, password: !vault \"t@k en\", path: @/c, version: main }"
      try await FilesLabTests.twice(host, step)
      #expect(try await host.apply("git: { repo: \"\(url)\", path: @/c, version: v2 }").change != nil)
      try await host.apply(step)
      #expect(try host.read("c/f") == "3\n")
      #expect(try await host.sh("grep -rlE 't@k|t%40k' c || true") == "")
      try await server.stop()
    }
  }
}
