import Runbook
import Testing

@Suite struct PlanRendererTests {
  static let file = SourceFile(path: "runbooks/setup.yml", text: (1...40).map { "line \($0)\n" }.joined())

  static func entry(
    _ id: String, on host: String = "host01", line: Int = 3, phases: [String] = [], item: Text? = nil,
    role: GraphNode.Role = .main, title: Text = "", _ verdict: Verdict
  ) -> PlanEntry {
    PlanEntry(
      reference: StepReference(id: id, host: host), kind: "file", title: title, item: item, phases: phases,
      role: role,
      position: SourcePosition(file: file, line: line, column: 5), verdict: verdict)
  }

  static let plan = Plan(
    runbook: "runbooks/setup.yml", name: "Provision a server", hosts: ["host01", "ex44"],
    entries: [
      entry("base", title: "apt jq, curl", .change(.create("install jq, curl", .run(["apt-get"])))),
      entry("hosts-file", .ok),
      entry(
        "env", item: "core/.env",
        .change(
          .modify(
            "content of /srv/core/.env",
            diffs: [
              TextDiff(
                path: "/srv/core/.env", before: "A=1\nDB_PASSWORD=old\n",
                after: "A=2\nDB_PASSWORD=\(Text(secret: "hunter2", label: "vault_db_password"))\n")
            ], .run(["install"])))),
      entry(
        "old",
        .change(
          .remove(
            "/srv/old", diffs: [TextDiff(path: "/srv/old", before: "secret\n", after: nil)], .run(["rm"])))),
      entry("proxy-network", phases: ["Bring up"], .later("'docker' is not there before step 'docker'")),
      entry(
        "migrate", phases: ["Bring up"], .change(.run("command: migrate (always runs)", .run(["migrate"])))),
      entry("tell", phases: ["Bring up"], .change(.run("say 'hello'", .show("hello")))),
      entry("seed", phases: ["Bring up"], .skipped("'when' is false")),
      entry("restart", phases: ["Bring up"], role: .handler, .later("step 'env' notifies it")),
      entry("base", on: "ex44", .ok),
      entry(
        "disk", on: "ex44", line: 9,
        .failed(
          Diagnostic(
            .conflict, "'/srv' exists and is not a directory", notes: ["it is a file of 3 bytes"],
            hint: "move it away"))),
    ],
    faults: [("ex45", Diagnostic(.unreachable, "no answer from ex45:22", hint: "is it up?"))])

  @Test func aPlanIsGroupedByPhaseAndHost() throws {
    try expectGolden(PlanRenderer().text(of: Self.plan), "plan.txt")
  }

  @Test func aVerbosePlanListsWhatIsOk() throws {
    try expectGolden(PlanRenderer(isVerbose: true, showsDiffs: false).text(of: Self.plan), "plan-verbose.txt")
  }

  @Test func aPlanInColours() throws {
    try expectGolden(PlanRenderer(palette: Palette(isOn: true)).text(of: Self.plan), "plan-color.txt")
  }

  @Test func aPlanAsJSON() throws {
    try expectGolden(Self.plan.jsonValue.json(pretty: true) + "\n", "plan.json")
  }

  @Test func noFormOfAPlanShowsASecret() {
    for text in [PlanRenderer().text(of: Self.plan), Self.plan.jsonValue.json()] {
      for secret in ["hunter2", "DB_PASSWORD=old", "secret\n"] { #expect(!text.contains(secret)) }
    }
  }

  @Test func controlCharactersOfAFileStayHarmless() {
    let diff = TextDiff(path: "/etc/motd", before: nil, after: "a\u{1B}[2Jb\u{7}\n")
    let plan = Plan(
      runbook: "x.yml", name: "", hosts: ["a"],
      entries: [Self.entry("motd", .change(.create("motd", diffs: [diff])))])
    let text = PlanRenderer().text(of: plan)
    #expect(text.contains("+ab\\x07"))
    #expect(!text.contains("\u{1B}"))
  }

  @Test func aPlanWithoutStepsSaysSo() {
    let plan = Plan(runbook: "x.yml", name: "X", hosts: ["a"], entries: [])
    #expect(PlanRenderer().text(of: plan) == "X (x.yml), 1 host\n\nplan: nothing to do\n")
  }
}
