import Runbook
import Testing

/// Commands, waits and requests for real, in each shell.
@Suite struct CommandsLabTests {
  @Test(arguments: FilesLabTests.shells) func commandsRunOnceForWhatGuardsThem(_ shell: [String]) async throws
  {
    try await FilesLabTests.withHost(shell) { host in
      let made = try await host.apply("command: { argv: [touch, \"@/it's\"], creates: \"@/it's\" }")
      #expect(made.change != nil && made.outputs["ran"] == .bool(true))
      #expect(
        try await host.apply("command: { argv: [touch, \"@/it's\"], creates: \"@/it's\" }").change == nil)
      let shown = try await host.apply("command: { argv: cat, input: !vault \"a'b\\nc\", directory: @/ }")
      #expect(shown.outputs["output"] == .string("a'b\nc"))
      let failing = try await host.apply("shell: { run: \"echo no >&2; exit 3\", accepted: [0, 3] }")
      #expect(failing.outputs["status"] == .int(3) && failing.outputs["errors"] == .string("no"))
      #expect(try await host.fault(of: "shell: exit 4").code == .failed)
      try await FilesLabTests.twice(host, "shell: { run: echo x > f, directory: @/, unless: test -s f }")
      #expect(try await host.apply("shell: { run: 'false', only_if: test -e @/nothing }").change == nil)
      try host.write("go.sh", "#!/bin/sh\nprintf '<%s>' \"$@\"; cat; pwd\n")
      let script = "script: { source: go.sh, arguments: [\"a b\", \"it's\"], input: in, directory: @/ }"
      #expect(try await host.apply(script).outputs["output"] == .string("<a b><it's>in\(host.folder)"))
    }
  }

  @Test(arguments: FilesLabTests.shells) func waitsEndWhenItIsSo(_ shell: [String]) async throws {
    try await FilesLabTests.withHost(shell) { host in
      try await host.sh("(sleep 1; touch here) >/dev/null 2>&1 </dev/null &")
      try await FilesLabTests.twice(host, "wait_for: { path: @/here, timeout: 4m }")
      try await host.sh("(sleep 1; rm here) >/dev/null 2>&1 </dev/null &")
      try await FilesLabTests.twice(host, "wait_for: { path: @/here, state: absent, timeout: 4m }")
      let fault = try await host.fault(of: "wait_for: { command: test -e @/never, timeout: 1s }")
      #expect(fault.notes.joined().contains("gave up after 1s"))
      #expect(try await host.apply("wait_for: { port: 1, state: absent }").change == nil)
    }
  }

  @Test(arguments: FilesLabTests.shells) func requestsAreMadeAndFilesFetched(_ shell: [String]) async throws {
    try await FilesLabTests.withHost(shell) { host in
      try await host.sh(
        """
        mkdir www www/d; printf '{"state": "ready"}' > www/status.json; printf tool > www/tool
        bzip2 -k www/tool
        mkdir -p tree/top/bin; printf run > tree/top/bin/run; tar -C tree -czf www/a.tgz top
        """)
      let server = try await LabServer(host)
      let base = "http://127.0.0.1:\(server.port)"
      try await FilesLabTests.twice(host, "wait_for: { port: \(server.port), timeout: 4m }", mayBeSo: true)
      let answer = try await host.apply("http: { url: \"\(base)/status.json\", contains: ready }")
      #expect(answer.change == nil && answer.outputs["json"]?["state"] == .string("ready"))
      #expect(try await host.fault(of: "http: { url: \"\(base)/nothing\" }").notes.joined().contains("404"))
      let secret = "http: { url: \"\(base)/status.json\", headers: { X-Token: !vault 's\"3' } }"
      #expect(try await host.apply(secret).outputs["status"] == .int(200))
      let sum = try await host.sh("sha256sum < www/tool | cut -c1-64").prefix(64)
      let plain =
        "download: { url: \"\(base)/tool\", path: @/tool, mode: \"0755\", checksum: \"sha256:\(sum)\" }"
      try await FilesLabTests.twice(host, plain)
      try await host.sh("printf broken > tool")
      try await FilesLabTests.twice(host, plain)
      let wrong = String(repeating: "0", count: 64)
      let refused = try await host.fault(of: plain.replacing(sum, with: wrong))
      #expect(refused.notes.joined().contains(wrong) && refused.notes.joined().contains(sum))
      #expect(try host.read("tool") == "tool")
      let packed = "download: { url: \"\(base)/tool.bz2\", path: @/unpacked, extract: bzip2, checksum: none }"
      try await FilesLabTests.twice(host, packed)
      #expect(try host.read("unpacked") == "tool")
      let member =
        "download: { url: \"\(base)/a.tgz\", path: @/run, extract: tar, member: top/bin/run, checksum: none }"
      try await FilesLabTests.twice(host, member)
      let folder = "download: { url: \"\(base)/a.tgz\", path: @/all, extract: tar, strip: 1, checksum: none }"
      try await FilesLabTests.twice(host, folder)
      #expect(try host.read("run") == "run" && host.read("all/bin/run") == "run")
      try await FilesLabTests.twice(host, "archive: { source: www/a.tgz, path: @/here, strip: 1 }")
      try await FilesLabTests.twice(
        host, "archive: { from: @/www/a.tgz, path: @/there/x, creates: @/there/x/top }")
      #expect(try host.read("here/bin/run") == "run" && host.read("there/x/top/bin/run") == "run")
      #expect(try await host.sh("find . -name '.runbook*' -o -name '*.runbook' -o -name '.*.archive'") == "")
      try await server.stop()
    }
  }
}

/// A web server of one's own on loopback, for the folder `www` of a host.
struct LabServer {
  let port: Int
  private let host: LabHost

  /// `credentials`: the user and password that it asks for.
  init(_ host: LabHost, credentials: String? = nil) async throws {
    self.host = host
    try host.write(
      "serve.py",
      """
      import base64, http.server, os
      class Handler(http.server.SimpleHTTPRequestHandler):
        def __init__(self, *given): super().__init__(*given, directory="www")
        def do_GET(self):
          wanted = \(credentials.map { "\"\($0)\"" } ?? "None")
          token = wanted and "Basic " + base64.b64encode(wanted.encode()).decode()
          if token and self.headers["Authorization"] != token:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()
          else: super().do_GET()
      server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
      open("port.new", "w").write(str(server.server_address[1])); os.rename("port.new", "port")
      server.serve_forever()
      """)
    try await host.sh("nohup python3 serve.py >/dev/null 2>&1 </dev/null & echo $! > pid")
    try await host.apply("wait_for: { path: @/port, timeout: 4m }")
    port = try #require(Int(try host.read("port")))
  }

  func stop() async throws { try await host.sh("kill \"$(cat pid)\"; rm pid port") }
}
