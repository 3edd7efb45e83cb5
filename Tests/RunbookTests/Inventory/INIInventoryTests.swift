import Runbook
import Support
import Testing

@Suite struct INIInventoryTests {
  private func load(_ text: String) throws -> Inventory { try SampleProject(["hosts": text]).load("hosts") }

  @Test func groupsChildrenAndVariablesAreRead() throws {
    let inventory = try load(
      """
      # a comment
      ; another
      loose ansible_host=10.0.0.9

      [web]   # trailing
      web1
      web2

      [db]
      db1

      [prod:children]
      web
      db # here too

      [prod:vars]
      env = production
      note=a = b
      [web:vars]
      port=80
      """)
    #expect(inventory.hosts.map { $0.name } == ["loose", "web1", "web2", "db1"])
    #expect(inventory.host(named: "web1")?.groups == ["prod", "web"])
    #expect(inventory.host(named: "loose")?.groups == ["ungrouped"])
    #expect(inventory.hosts(ofGroup: "prod") == ["web1", "web2", "db1"])
    #expect(inventory.group(named: "web")?.depth == 2)
    #expect(try inventory.written("env", of: "db1") == "production")
    #expect(try inventory.written("note", of: "db1") == "a = b")
    #expect(try inventory.written("port", of: "web2") == "80")
    #expect(try inventory.written("env", of: "loose") == nil)
  }

  @Test(arguments: [
    ("web[01:03]", ["web01", "web02", "web03"]), ("web[1:10:3]", ["web1", "web4", "web7", "web10"]),
    ("web[01:10:3]", ["web01", "web04", "web07", "web10"]), ("db-[a:c]", ["db-a", "db-b", "db-c"]),
    ("rack[1:2]-[01:02].lan", ["rack1-01.lan", "rack1-02.lan", "rack2-01.lan", "rack2-02.lan"]),
    ("myhost1[1:1]", ["myhost11"]), ("[a:b].lan", ["a.lan", "b.lan"]), ("x[:2]", ["x0", "x1", "x2"]),
    ("x[08:11]", ["x08", "x09", "x10", "x11"]), ("fe80::1", ["fe80::1"]), ("fe80::1%eth0", ["fe80::1%eth0"]),
    ("2001:db8::5", ["2001:db8::5"]),
  ])
  func rangesAreExpanded(_ line: String, _ names: [String]) throws {
    let inventory = try load(line)
    #expect(inventory.hosts.map { $0.name } == names)
    #expect(try inventory.written("ansible_port", of: names[0]) == nil)
  }

  @Test(arguments: [
    ("node[1:2].lan:2200", ["node1.lan", "node2.lan"], "2200"), ("[::1]:2222", ["::1"], "2222"),
    ("a:22", ["a"], "22"),
    ("[2001:db8::1]:22 x=1", ["2001:db8::1"], "22"),
  ])
  func portGoesToEachHost(_ line: String, _ names: [String], _ port: String) throws {
    let inventory = try load(line)
    #expect(inventory.hosts.map { $0.name } == names)
    for name in names { #expect(try inventory.written("ansible_port", of: name) == port) }
  }

  @Test(arguments: [
    ("56L", "56L"), ("0644", "0644"), ("yes", "yes"), ("True", "true"), ("False", "false"),
    ("\"02,06\"", "02,06"),
    ("1.10", "1.10"), ("1.5", "1.5"), ("12", "12"), ("-3", "-3"), ("0x1F", "31"), ("None", "null"),
    ("none", "none"),
    ("\"['a', 'b']\"", #"["a","b"]"#), (#""{'a': 1, 'b': [True]}""#, #"{"a":1,"b":[true]}"#),
    ("'two words'", "two words"),
    (#"a\ b"#, "a b"), (#""say \"x\"""#, #"say "x""#), ("a=b=c", "a=b=c"), ("\"\"", ""),
    ("1.2.3.4", "1.2.3.4"),
    (#""'012'""#, "012"), ("\"{{ other }}/x\"", "{{ other }}/x"), ("1_000", "1_000"),
    (#"C:\\dir"#, #"C:\dir"#),
  ])
  func hostValueHasTheTypeAnsibleGivesIt(_ written: String, _ expected: String) throws {
    #expect(try load("h before=1 v=\(written) after=2 # comment").written("v", of: "h") == expected)
  }

  @Test(arguments: [
    ("False", "false"), ("0644", "0644"), ("1.10", "1.10"), ("'two words'", "two words"),
    ("two words", "two words"),
    ("[1, 2]", "[1,2]"), ("(1, 'a')", #"[1,"a"]"#), ("{{ a }}", "{{ a }}"), ("yes", "yes"), ("", ""),
    ("a # b", "a # b"),
  ])
  func groupValueHasTheTypeAnsibleGivesIt(_ written: String, _ expected: String) throws {
    #expect(try load("[g]\nh\n[g:vars]\nv = \(written)").written("v", of: "h") == expected)
  }

  @Test func byteOrderMarkAndWindowsLineEndsMakeNoHost() throws {
    let inventory = try load("\u{FEFF}[web]\r\nweb1 a=1\r\n\r\n")
    #expect(inventory.hosts.map { $0.name } == ["web1"])
    #expect(try inventory.written("a", of: "web1") == "1")
  }

  @Test func hostInSeveralGroupsKeepsAllItsVariables() throws {
    let inventory = try load("[a]\nh x=1\n[b]\nh y=2\nh x=3\n")
    #expect(inventory.hosts.count == 1)
    #expect(try inventory.written("x", of: "h") == "3")
    #expect(try inventory.written("y", of: "h") == "2")
  }

  @Test(arguments: [
    ("[web", "this '[' is never closed", nil), ("①[web\nx", "this '[' is never closed", nil),
    ("①[web:chldren]", "unknown section ':chldren'", "did you mean '[web:children]'?"),
    (
      "①[weeb:vars]\na=1\n[web]\nh", "[weeb:vars] names the group 'weeb', which is declared nowhere",
      "did you mean 'web'?"
    ),
    (
      "[web]\nh\n[p:children]\n  ①wbe", "[p:children] names the group 'wbe', which is declared nowhere",
      "did you mean 'web'?"
    ),
    ("h ①word", "'word' is not 'name=value'", nil),
    ("h a=b ①c", "'c' is not 'name=value'", "put quotes around a value that has blanks in it"),
    ("h ①a=\"b", "a quote is never closed", nil),
    ("[g]\nh\n[g:vars]\n①novalue", "a section of variables takes 'name=value' lines", nil),
    ("①web[5:1]", "the range [5:1] runs backwards", nil),
    ("①web[1:]", "the range [1:] needs a start and an end", nil),
    ("①web[01:100]", "the ends of the range [01:100] have different lengths", nil),
    ("①x[1:999999]", "the range [1:999999] is too long", nil),
    ("[a:children]\nb\n[b:children]\n①a", "the group 'b' is inside itself: b → a → b", nil),
  ])
  func faultStandsWhereItIs(_ marked: String, _ message: String, _ hint: String?) throws {
    let marked = MarkedText(marked, path: "hosts")
    let faults = try SampleProject(["hosts": marked.text]).faults("hosts")
    let fault = try #require(faults.first)
    #expect(fault.message == message)
    if let place = marked["①"] { #expect(fault.position == place) }
    #expect(fault.hint == hint)
  }

  @Test func allFaultsAreReportedTogether() throws {
    #expect(try SampleProject(["hosts": "h a\n[x:foo]\nok\nweb[z:a]\n"]).faults("hosts").count == 3)
  }
}
