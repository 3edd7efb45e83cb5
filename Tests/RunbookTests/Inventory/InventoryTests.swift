import Runbook
import Support
import Testing

@Suite struct InventoryTests {
  @Test func folderOfInventoriesIsReadWhole() throws {
    let project = try SampleProject([
      "inventory/01.ini": "[web]\na\n", "inventory/02.yml": "web: { hosts: { b: } }",
      "inventory/README.md": "[x",
      "inventory/.hidden": "[x", "inventory/old~": "[x", "inventory/more/03": "c",
      "inventory/group_vars/web.yml": "x: 1",
      "inventory/host_vars/a.yml": "x: 2",
    ])
    let inventory = try project.load()
    #expect(inventory.hosts.map { $0.name } == ["a", "b", "c"])
    #expect(try inventory.written("x", of: "b") == "1")
    #expect(try inventory.written("x", of: "a") == "2")
  }

  @Test func namesWithACommaAreAnInventory() throws {
    let inventory = try SampleProject([:]).load("one,two:2222,")
    #expect(inventory.hosts.map { $0.name } == ["one", "two"])
    #expect(try inventory.written("ansible_port", of: "two") == "2222")
  }

  @Test func missingInventoryIsNamed() throws {
    let fault = try #require(try SampleProject([:]).faults("nothing").first)
    #expect(fault.code == .missing)
    #expect(fault.message.hasSuffix("/nothing'"))
  }

  @Test func inventoryScriptIsNotRun() throws {
    let fault = try #require(try SampleProject(["hosts": "#!/bin/sh\necho"]).faults("hosts").first)
    #expect(fault.message == "inventory scripts are not run")
  }

  @Test func everyPlaceOfVariablesHasItsRank() throws {
    let places: [(path: String, rank: VariableRank)] = [
      ("inventory/group_vars/all.yml", .groupVarsAll), ("group_vars/all/main.yml", .groupVarsAll),
      ("play/group_vars/all.yml", .groupVarsAll), ("vault/all.yml", .groupVarsAll),
      ("inventory/group_vars/web.yml", .groupVars), ("group_vars/web", .groupVarsProject),
      ("play/group_vars/web.yaml", .groupVarsProject), ("vault/web.yml", .groupVault),
      ("inventory/host_vars/h.yml", .hostVars), ("host_vars/h/a.yml", .hostVarsProject),
      ("host_vars/h/b.json", .hostVarsProject), ("play/host_vars/h.yml", .hostVarsProject),
      ("vault/h/s.yml", .hostVault),
    ]
    var files = [
      "inventory/hosts.yml":
        "all: { vars: { x: a }, children: { web: { vars: { x: b }, hosts: { h: { x: c } } } } }"
    ]
    for place in places { files[place.path] = "{ x: \"\(place.path)\" }" }
    let project = try SampleProject(files)
    let inventory = try project.load(runbook: "play")
    let layers = try inventory.layers(for: try #require(inventory.host(named: "h")))
    let titles = [
      "inventory group 'all'", "inventory group 'web'", "inventory/group_vars/all.yml",
      "group_vars/all/main.yml",
      "play/group_vars/all.yml", "vault/all.yml", "inventory/group_vars/web.yml", "group_vars/web",
      "play/group_vars/web.yaml", "vault/web.yml", "inventory host 'h'", "inventory/host_vars/h.yml",
      "host_vars/h/a.yml",
      "host_vars/h/b.json", "play/host_vars/h.yml", "vault/h/s.yml",
    ]
    #expect(layers.map { $0.title } == titles)
    #expect(layers.map { $0.rank } == layers.map { $0.rank }.sorted())
    for place in places { #expect(layers.first { $0.title == place.path }?.rank == place.rank) }
  }

  @Test func depthThenPriorityThenNameDecideAmongGroups() throws {
    let text = "[AG]\nh\n[CG]\nh\n[zz]\nh\n[AG:vars]\nwho=AG\n[CG:vars]\nwho=CG\n[zz:vars]\nwho=zz\n"
    #expect(try SampleProject(["i": text]).load("i").written("who", of: "h") == "zz")
    let deeper = text + "[AG:children]\nsub\n[sub]\nh\n[sub:vars]\nwho=sub\n"
    #expect(try SampleProject(["i": deeper]).load("i").written("who", of: "h") == "sub")
    let ranked = text.replacing("who=AG", with: "who=AG\nansible_group_priority=10")
    #expect(try SampleProject(["i": ranked]).load("i").written("who", of: "h") == "AG")
    #expect(try SampleProject(["i": ranked]).load("i").written("ansible_group_priority", of: "h") == nil)
  }

  @Test func onlyFilesOfAskedHostsAreDecryptedAndEachOnce() throws {
    let vault = "$ANSIBLE_VAULT;1.1;AES256\npw: secret\n"
    let project = try SampleProject([
      "inventory/hosts": "[web]\na\nb\n[db]\nc\n", "inventory/group_vars/web/vault.yml": vault,
      "vault/db.yml": vault,
      "vault/all.yml": vault,
    ])
    let keyring = CapitalKeyring()
    let inventory = try project.load(keyring: keyring)
    #expect(keyring.count == 0)
    for _ in 0..<3 { for name in ["a", "b"] { #expect(try inventory.written("pw", of: name) == "SECRET") } }
    #expect(keyring.count == 2)
    let layers = try inventory.layers(for: try #require(inventory.host(named: "a")))
    #expect(layers.flatMap { $0.variables }.allSatisfy { $0.isSecret })
  }

  @Test func faultsOfAllFilesOfAHostAreReportedTogether() throws {
    let project = try SampleProject([
      "inventory/hosts": "a", "group_vars/all/x.yml": "a: 1\na: 2\n", "group_vars/all/y.yml": "- a\n",
      "host_vars/a.yml": "b:1\nc: 2",
    ])
    let inventory = try project.load()
    let faults = try #require(throws: Diagnostics.self) {
      try inventory.layers(for: InventoryHost(name: "a"))
    }
    #expect(
      faults.all.map { $0.position?.description } == [
        "group_vars/all/x.yml:2:1", "group_vars/all/y.yml:1:1", "host_vars/a.yml:1:2",
      ])
  }

  @Test func localhostIsAlwaysThere() throws {
    let inventory = try SampleProject(["hosts": "a"]).load("hosts")
    #expect(inventory.host(named: "localhost")?.isImplicit == true)
    #expect(try inventory.written("ansible_connection", of: "localhost") == #""local""#)
    #expect(try inventory.hosts(matching: "localhost").map { $0.name } == ["localhost"])
    #expect(try inventory.hosts(matching: "all").map { $0.name } == ["a"])
    let named = try SampleProject(["hosts": "localhost x=1"]).load("hosts")
    #expect(named.host(named: "localhost")?.isImplicit == false)
    #expect(try named.written("ansible_connection", of: "localhost") == nil)
  }
}

@Suite struct HostPatternTests {
  private func load() throws -> Inventory {
    try SampleProject([
      "i": "[web]\nweb[1:4]\n[db]\ndb1\ndb2.lan\n[test]\nweb4\ndb2.lan\n[none]\n[six]\n2001:db8::5\n"
    ]).load("i")
  }

  @Test(arguments: [
    ("all", "web1 web2 web3 web4 db1 db2.lan 2001:db8::5"),
    ("*", "web1 web2 web3 web4 db1 db2.lan 2001:db8::5"),
    ("web", "web1 web2 web3 web4"), ("web2", "web2"), ("db,web1", "web1 db1 db2.lan"),
    ("db:web1", "web1 db1 db2.lan"),
    ("all:!test", "web1 web2 web3 db1 2001:db8::5"), ("!test", "web1 web2 web3 db1 2001:db8::5"),
    ("web:&test", "web4"),
    ("web,db,&test,!db", "web4"), ("web*", "web1 web2 web3 web4"), ("*.lan", "db2.lan"), ("web[0]", "web1"),
    ("web[-1]", "web4"), ("web[1:2]", "web2 web3"), ("web[2:]", "web3 web4"),
    ("web[0:1],db", "web1 web2 db1 db2.lan"),
    ("web[!12]", "web3 web4"), ("web?", "web1 web2 web3 web4"), ("~(web|db)[12]", "web1 web2 db1 db2.lan"),
    ("2001:db8::5", "2001:db8::5"), ("web1, web2", "web1 web2"),
    ("all:!none", "web1 web2 web3 web4 db1 db2.lan 2001:db8::5"),
    ("d*:!~.*lan", "db1"),
  ])
  func patternMeansTheseHosts(_ pattern: String, _ names: String) throws {
    #expect(try load().hosts(matching: pattern).map { $0.name }.joined(separator: " ") == names)
  }

  @Test(arguments: [
    ("wbe1", "'wbe1' matches no host or group of the inventory", "did you mean 'web1'?"),
    ("all,!tset", "'tset' matches no host or group of the inventory", "did you mean 'test'?"),
    ("x*", "'x*' matches no host or group of the inventory", nil),
    ("none", "the pattern 'none' leaves no host", nil),
    ("web:!web", "the pattern 'web:!web' leaves no host", nil),
    ("", "a host pattern is empty", nil), ("web[7]", "'web[7]' counts past the 4 hosts of 'web'", nil),
    ("web:&db", "the pattern 'web:&db' leaves no host", nil),
  ])
  func patternThatMatchesNothingIsAFault(_ pattern: String, _ message: String, _ hint: String?) throws {
    let inventory = try load()
    let position = SourcePosition(file: SourceFile(path: "site.yml", text: "hosts: x"), line: 1, column: 8)
    let fault = try #require(throws: Diagnostic.self) { try inventory.hosts(matching: pattern, at: position) }
    #expect(fault.message == message)
    #expect(fault.hint == hint)
    #expect(fault.position == position)
  }
}
