import Runbook
import Support
import Testing

@Suite struct HostScopeTests {
  private let project: SampleProject
  private let inventory: Inventory

  init() throws {
    project = try SampleProject([
      "inventory/hosts":
        "[web]\nweb1.lan ip=10.0.0.1\nweb2.lan ip=10.0.0.2\n[db]\ndb ip=10.0.0.3 own=\"{{ ip }}:5432\"\n",
      "group_vars/web.yml": "database: \"{{ hostvars['db'].own }}\"\nbroken: \"{{ nothing }}\"\n",
    ])
    inventory = try project.load()
  }

  private func scope(_ name: String, adding layers: [VariableLayer] = []) throws -> LayeredScope {
    try LayeredScope.host(
      try #require(inventory.host(named: name)), of: inventory, adding: layers, keyring: CapitalKeyring())
  }

  private func evaluate(_ template: String, _ scope: LayeredScope) throws -> Value {
    let file = SourceFile(path: "t.yml", text: "x: \"\(template)\"")
    let node = try #require(try YAMLReader.read(file)?["x"])
    var evaluator = NodeEvaluator(scope: scope, keyring: CapitalKeyring(), folders: [])
    return try evaluator.value(node)
  }

  @Test func magicVariablesSayWhoAndWhere() throws {
    let scope = try scope("web1.lan")
    #expect(try scope.value(of: "inventory_hostname") == .string("web1.lan"))
    #expect(try scope.value(of: "inventory_hostname_short") == .string("web1"))
    #expect(try scope.value(of: "group_names") == .list([.string("web")]))
    #expect(
      try scope.value(of: "groups")?.json()
        == #"{"all":["web1.lan","web2.lan","db"],"ungrouped":[],"web":["web1.lan","web2.lan"],"db":["db"]}"#)
    #expect(try scope.value(of: "inventory_dir") == .string("\(project.root)/inventory"))
  }

  @Test func magicVariablesCannotBeOverridden() throws {
    let extra = VariableLayer(.extra, title: "-e", ["inventory_hostname": .string("x")])
    #expect(try scope("db", adding: [extra]).value(of: "inventory_hostname") == .string("db"))
  }

  @Test func addressesAreNotCutShort() throws {
    let inventory = try SampleProject([:]).load("10.0.0.1,")
    let scope = try LayeredScope.host(inventory.hosts[0], of: inventory, keyring: CapitalKeyring())
    #expect(try scope.value(of: "inventory_hostname_short") == .string("10.0.0.1"))
  }

  @Test func variablesOfOtherHostsAreReadOneByOne() throws {
    let scope = try scope("web1.lan")
    #expect(try scope.value(of: "database") == .string("10.0.0.3:5432"))
    #expect(try evaluate("{{ hostvars[groups['web'][1]].ip }}", scope) == .string("10.0.0.2"))
    #expect(try evaluate("{{ hostvars[inventory_hostname]['ip'] }}", scope) == .string("10.0.0.1"))
    #expect(try evaluate("{{ hostvars['none'] is defined }}", scope) == .bool(false))
  }

  @Test func allOfHostvarsLeavesOutWhatNobodyAskedFor() throws {
    let scope = try scope("db")
    #expect(
      try evaluate("{{ groups['all'] | map('extract', hostvars, 'ip') | join(',') }}", scope)
        == .string("10.0.0.1,10.0.0.2,10.0.0.3"))
    #expect(try scope.value(of: "hostvars")?["web1.lan"]?["broken"] == nil)
  }

  @Test func hostvarsMayComeFromTheRun() throws {
    let other = ValueScope(["registered": .int(7)])
    let scope = try LayeredScope.host(
      try #require(inventory.host(named: "db")), of: inventory,
      environment: TemplateEnvironment(keyring: CapitalKeyring())
    ) { (name) throws(EvaluationFault) in name == "web1.lan" ? other : nil }
    #expect(try evaluate("{{ hostvars['web1.lan'].registered }}", scope) == .int(7))
  }

  @Test func variableOverAllOfHostvarsDoesNotGoRoundForEver() throws {
    let project = try SampleProject([
      "hosts": "h[1:30] ip=x\n",
      "group_vars/all.yml": "ips: \"{{ groups['all'] | map('extract', hostvars, 'ip') | list }}\"",
    ])
    let inventory = try project.load("hosts")
    let scope = try LayeredScope.host(inventory.hosts[0], of: inventory, keyring: CapitalKeyring())
    #expect(try scope.value(of: "ips") == .list(Array(repeating: .string("x"), count: 30)))
  }

  @Test func circleThroughOtherHostsIsPrinted() throws {
    let inventory = try SampleProject([
      "hosts": "a x=\"{{ hostvars['b'].y }}\"\nb y=\"{{ z }}\" z=\"{{ hostvars['a']['x'] }}\"\n"
    ]).load("hosts")
    let scope = try LayeredScope.host(inventory.hosts[0], of: inventory, keyring: CapitalKeyring())
    do throws(EvaluationFault) {
      _ = try scope.value(of: "x")
      Issue.record("no fault")
    } catch {
      guard case .diagnostic(let diagnostic) = error else { throw error }
      let lap = "hostvars['b'].y → hostvars['b'].z → hostvars['a'].x → hostvars['b'].y"
      #expect(diagnostic.message == "the variable 'y' needs itself: \(lap)")
      #expect(diagnostic.code == .cycle)
    }
  }

  @Test func addressMayBeAnExpressionOverAVaultedVariable() throws {
    let project = try SampleProject([
      "inventory/hosts.yml":
        "all: { hosts: { h: { ansible_host: \"{{ addresses[inventory_hostname] }}\", ansible_port: x } } }",
      "vault/all.yml": "$ANSIBLE_VAULT;1.1;AES256\n{ addresses: { h: example.org } }\n",
    ])
    let inventory = try project.load()
    let scope = try LayeredScope.host(
      try #require(inventory.host(named: "h")), of: inventory,
      adding: [VariableLayer(.extra, title: "-e", ["ansible_port": .int(22)])], keyring: CapitalKeyring())
    let settings = try ConnectionSettings(evaluating: scope, host: "h")
    #expect(settings.address == "EXAMPLE.ORG")
  }

  @Test func originsTellEveryFileAndLine() throws {
    let scope = try scope("db", adding: [VariableLayer(.extra, title: "-e", ["ip": .string("x")])])
    let origins = scope.origins(of: "ip")
    #expect(origins.map { $0.title } == ["inventory host 'db'", "-e"])
    #expect(origins[0].variable.position?.description == "inventory/hosts:5:4")
  }
}
