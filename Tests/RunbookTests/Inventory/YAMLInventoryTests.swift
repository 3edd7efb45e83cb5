import Runbook
import Support
import Testing

@Suite struct YAMLInventoryTests {
  private func load(_ text: String) throws -> Inventory {
    try SampleProject(["hosts.yml": text]).load("hosts.yml")
  }

  @Test func treeIsRead() throws {
    let inventory = try load(
      """
      all:
        vars: { domain: lan, level: all }
        hosts:
          loose:
        children:
          servers:
            vars: { level: servers }
            children:
              web:
                hosts:
                  web[01:02]: { ansible_host: "{{ address }}" }
                  other:2222:
              db: { hosts: single }
          empty:
      """)
    #expect(inventory.hosts.map { $0.name } == ["loose", "web01", "web02", "other", "single"])
    #expect(inventory.groups.map { $0.name } == ["all", "ungrouped", "servers", "web", "db", "empty"])
    #expect(inventory.groups.map { $0.depth } == [0, 1, 1, 2, 2, 1])
    #expect(inventory.host(named: "web01")?.groups == ["servers", "web"])
    #expect(try inventory.written("ansible_port", of: "other") == "2222")
    #expect(try inventory.written("ansible_host", of: "web02") == "{{ address }}")
    #expect(try inventory.written("level", of: "web01") == "servers")
    #expect(try inventory.written("level", of: "loose") == "all")
  }

  @Test func groupMayBeSaidInSeveralPlaces() throws {
    let inventory = try load(
      "web:\n  hosts: { a: }\nall:\n  children:\n    web:\n      hosts: { b: }\n    db: { hosts: { a: { x: 1 } } }\n"
    )
    #expect(inventory.hosts(ofGroup: "web") == ["a", "b"])
    #expect(inventory.host(named: "a")?.groups == ["db", "web"])
  }

  @Test(arguments: [
    ("all:\n  ①host: { a: }", "unknown key 'host' of the group 'all'", "did you mean 'hosts'?"),
    ("all:\n  hosts:\n    ①- a", "'hosts' must be a mapping", "write 'name:' in place of '- name'"),
    ("①- a", "an inventory is a mapping of groups", nil),
    ("①plugin: aws_ec2", "inventory plugins are not supported", "list the hosts in a file"),
    ("all:\n  hosts:\n    ①a[3:1]: ", "the range [3:1] runs backwards", nil),
    (
      "a:\n  children:\n    b:\n      children:\n        ①a:", "the group 'b' is inside itself: b → a → b",
      nil
    ),
    ("all:\n  vars: ①x", "'vars' must be a mapping", nil),
  ])
  func faultStandsWhereItIs(_ marked: String, _ message: String, _ hint: String?) throws {
    let marked = MarkedText(marked, path: "hosts.yml")
    let fault = try #require(try SampleProject(["hosts.yml": marked.text]).faults("hosts.yml").first)
    #expect(fault.message == message)
    #expect(fault.position == marked["①"])
    #expect(fault.hint == hint)
  }
}
