import Runbook
import Support
import Testing

@Suite struct ConnectionSettingsTests {
  private func settings(_ values: ValueMap, host: String = "host01") throws -> ConnectionSettings {
    try ConnectionSettings(evaluating: ValueScope(values), host: host)
  }

  private func fault(_ values: ValueMap) throws -> Diagnostic {
    do throws(EvaluationFault) {
      _ = try ConnectionSettings(evaluating: ValueScope(values), host: "host01")
    } catch {
      guard case .diagnostic(let diagnostic) = error else { throw error }
      return diagnostic
    }
    throw Diagnostic(.failed, "no fault")
  }

  @Test func nothingSaidMeansStrictSSHToTheNameItself() throws {
    let settings = try settings([:])
    #expect(settings.transport == .ssh)
    #expect(settings.address == "host01")
    #expect(settings.hostKeys == .strict)
    #expect(
      settings.port == nil && settings.user == nil && settings.password == nil
        && settings.privateKeyFile == nil)
    #expect(settings.sshOptions.isEmpty)
    #expect(!settings.become.isOn && settings.become.user == "root" && settings.become.method == "sudo")
    #expect(settings.connectTimeout == .seconds(15))
  }

  @Test func variablesOfAnsibleAreUnderstood() throws {
    let settings = try settings([
      "ansible_host": .string(Text(secret: "2001:db8::5", label: "ip")), "ansible_port": .string("2222"),
      "ansible_user": .string("deploy"), "ansible_ssh_private_key_file": .string("~/.ssh/id"),
      "ansible_ssh_pass": .string(Text(secret: "pw", label: "pw")), "ansible_become": .string("yes"),
      "ansible_become_user": .string("app"), "ansible_become_method": .string("ansible.builtin.su"),
      "ansible_become_pass": .string(Text(secret: "bpw", label: "bpw")), "ansible_timeout": .int(30),
      "ansible_ssh_common_args": .string("-o ProxyJump=bastion -o 'ProxyCommand=ssh -W %h:%p b'"),
      "ansible_ssh_extra_args": .string("-C"), "ansible_connection": .string("smart"),
    ])
    #expect(settings.address == "2001:db8::5")
    #expect(settings.port == 2222)
    #expect(settings.user == "deploy")
    #expect(settings.privateKeyFile == "~/.ssh/id")
    #expect(settings.password == Text(secret: "pw", label: "pw"))
    #expect(settings.become.isOn && settings.become.user == "app" && settings.become.method == "su")
    #expect(settings.become.password == Text(secret: "bpw", label: "bpw"))
    #expect(settings.connectTimeout == .seconds(30))
    #expect(settings.sshOptions == ["-o", "ProxyJump=bastion", "-o", "ProxyCommand=ssh -W %h:%p b", "-C"])
  }

  @Test func ourOwnNamesComeFirst() throws {
    let settings = try settings([
      "ssh_address": .string("a"), "ansible_host": .string("b"), "ssh_port": .int(1), "ansible_port": .int(2),
      "ssh_user": .string("u"), "ansible_user": .string("v"), "connection": .string("local"),
      "host_key_policy": .string("accept-new"), "ssh_options": .list([.string("-4")]),
    ])
    #expect(
      settings.address == "a" && settings.port == 1 && settings.user == "u" && settings.transport == .local)
    #expect(settings.hostKeys == .acceptNew)
    #expect(settings.sshOptions == ["-4"])
  }

  @Test func emptyAndNullMeanNotSet() throws {
    let settings = try settings([
      "ssh_user": .null, "ansible_user": .string(""), "ansible_ssh_user": .string("x"),
    ])
    #expect(settings.user == "x")
  }

  @Test(arguments: [
    ("-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null", ["-o", "UserKnownHostsFile=/dev/null"]),
    ("-oStrictHostKeyChecking=accept-new -4", ["-4"]), ("-o \"stricthostkeychecking no\"", []),
  ])
  func uncheckedHostKeysOfAnOptionMeanAcceptNew(_ arguments: String, _ rest: [String]) throws {
    let settings = try settings(["ansible_ssh_common_args": .string(Text(arguments))])
    #expect(settings.hostKeys == .acceptNew)
    #expect(settings.sshOptions == rest)
  }

  @Test func switchingHostKeyCheckingOffMeansAcceptNew() throws {
    #expect(try settings(["ansible_host_key_checking": .bool(false)]).hostKeys == .acceptNew)
    #expect(try settings(["ansible_host_key_checking": .bool(true)]).hostKeys == .strict)
  }

  @Test(
    arguments: [
      (
        ["ansible_port": .string("ssh")],
        "'ansible_port' of the host 'host01' takes a whole number from 1 to 65535"
      ),
      (
        ["ansible_port": .int(70_000)],
        "'ansible_port' of the host 'host01' takes a whole number from 1 to 65535"
      ),
      (["ansible_become": .string("maybe")], "'ansible_become' of the host 'host01' takes true or false"),
      (
        ["ansible_become_method": .string("runas")],
        "'ansible_become_method' of the host 'host01' has the unknown value 'runas'"
      ),
      (
        ["ansible_connection": .string("winrm")],
        "'ansible_connection' of the host 'host01' has the unknown value 'winrm'"
      ),
      (
        ["host_key_policy": .string("lax")],
        "'host_key_policy' of the host 'host01' takes strict or accept-new"
      ),
      (["ansible_user": .list([])], "'ansible_user' of the host 'host01' takes text"),
      (
        ["ssh_options": .string("-o 'x")],
        "'ssh_options' of the host 'host01' has a quote that is never closed"
      ),
    ] as [(ValueMap, String)])
  func wrongValueIsNamed(_ values: ValueMap, _ message: String) throws {
    #expect(try fault(values).message == message)
  }

  @Test func faultPointsAtTheInventory() throws {
    let project = try SampleProject(["hosts": "h ansible_port=x"])
    let inventory = try project.load("hosts")
    let scope = try LayeredScope.host(
      try #require(inventory.host(named: "h")), of: inventory, keyring: CapitalKeyring())
    do throws(EvaluationFault) {
      _ = try ConnectionSettings(evaluating: scope, host: "h")
      Issue.record("no fault")
    } catch {
      guard case .diagnostic(let diagnostic) = error else { throw error }
      #expect(diagnostic.position?.description == "hosts:1:3")
    }
  }
}
