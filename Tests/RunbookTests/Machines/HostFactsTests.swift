import Glibc
import Testing

@testable import Runbook

@Suite struct HostFactsTests {
  private func readings(_ sections: [(String, String)]) throws -> HostFacts {
    let text = sections.map { "\u{1e}w;\($0.0)\n\($0.1)" }.joined()
    return try FactScript.parseHostFacts(Array("w\n\(text)\u{1e}w;end\n".utf8))
  }

  @Test(arguments: LocalMachineTests.shells) func thisMachineIsDescribed(_ shell: [String]) async throws {
    let session = try await LocalMachine(shell: shell).open(as: .login)
    let outcomes = try await session.run([Script(FactScript.hostFacts)], onOutput: nil)
    await session.close()
    guard case .finished(0, let output, _) = outcomes[0] else { throw Unexpected(outcomes[0]) }
    let found = try FactScript.parseHostFacts(output)
    var system = utsname()
    #expect(uname(&system) == 0)
    let name = withUnsafeBytes(of: &system.nodename) {
      String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
    }
    #expect(found.ansible["ansible_nodename"] == .string(name))
    #expect(found.facts["cpus"] == .int(Int(sysconf(Int32(_SC_NPROCESSORS_ONLN)))))
    #expect(found.facts["user"]?["id"] == .int(Int(getuid())))
    guard case .int(let memory)? = found.facts["memory_mb"] else { throw Unexpected(found) }
    #expect(memory > 100)
    #expect(found.facts["boot_id"]?.text?.string.count == 36)
    #expect(found.facts["os"]?["id"]?.text?.isEmpty == false)
    guard case .int(let epoch)? = found.facts["date_epoch"] else { throw Unexpected(found) }
    #expect(abs(epoch - time(nil)) < 600)
  }

  @Test func aDebianServerHasItsNames() throws {
    let found = try readings([
      ("kernel", "Linux\n6.1.0-9-arm64\naarch64\nbox\n#1 SMP\n"),
      (
        "os",
        "PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n"
          + "NAME=\"Debian GNU/Linux\"\nVERSION_ID=\"12\"\nVERSION_CODENAME=bookworm\nID=debian\n"
      ),
      ("debian", "12.11"),
      ("hosts", "127.0.0.1 localhost\n# 1.1.1.1 box.wrong\n10.0.0.5 box.example.net box\n"),
      ("dpkg", "arm64\n"), ("memory", "MemTotal:4028416\nMemFree:1024\n"), ("cpus", "4\n"),
      ("id", "1000\nann\n1000\n/home/ann\n"), ("shell", "ann:x:1000:1000:Ann,,,:/home/ann:/bin/bash\n"),
      ("init", "systemd"),
      ("virtual", "kvm\n"), ("route", "192.0.2.1 via 10.0.0.1 dev eth0 src 10.0.0.5 uid 0 \n    cache \n"),
      (
        "addresses",
        "1: lo    inet 127.0.0.1/8 scope host lo\n2: eth0    inet 10.0.0.5/24 brd 10.0.0.255 scope global eth0\n"
          + "2: eth0    inet6 fe80::1/64 scope link\n"
      ),
      ("route6", ""), ("links", "eth0\nlo\n"), ("tools", "apt-get\nsudo\n"),
      ("date", "1767225600|2026-01-01|00:00:00|+0000|UTC|Thursday|4\n"),
      ("environment", "HOME=/home/ann\nX=a=b\n"),
    ])
    let facts = found.facts
    #expect(
      facts["arch"]
        == .map(["machine": .string("aarch64"), "go": .string("arm64"), "debian": .string("arm64")]))
    #expect(
      facts["os"]
        == .map([
          "id": .string("debian"), "version": .string("12"), "codename": .string("bookworm"),
          "family": .string("Debian"),
          "name": .string("Debian"),
        ]))
    #expect(facts["fqdn"] == .string("box.example.net") && facts["memory_mb"] == .int(3934))
    #expect(facts["is_container"] == .bool(false) && facts["init"] == .string("systemd"))
    let wanted: [String: Value] = [
      "distribution": .string("Debian"), "distribution_version": .string("12.11"),
      "os_family": .string("Debian"),
      "distribution_major_version": .string("12"), "distribution_release": .string("bookworm"),
      "user_dir": .string("/home/ann"), "user_uid": .int(1000), "user_shell": .string("/bin/bash"),
      "virtualization_type": .string("kvm"), "pkg_mgr": .string("apt"), "service_mgr": .string("systemd"),
      "default_ipv4": .map([
        "address": .string("10.0.0.5"), "interface": .string("eth0"), "gateway": .string("10.0.0.1"),
        "prefix": .string("24"),
      ]),
      "default_ipv6": .map([:]), "all_ipv4_addresses": .list([.string("10.0.0.5")]),
      "all_ipv6_addresses": .list([.string("fe80::1")]), "memtotal_mb": .int(3934),
      "domain": .string("example.net"),
      "env": .map(["HOME": .string("/home/ann"), "X": .string("a=b")]),
    ]
    for (name, value) in wanted { #expect(found.ansible["ansible_" + name] == value, "\(name)") }
    #expect(found.ansible["ansible_date_time"]?["iso8601_basic_short"] == .string("20260101T000000"))
  }

  @Test func aBareHostLeavesOutWhatItCannotSay() throws {
    let found = try readings([("kernel", "Linux\n6.1\nx86_64\nbox\n"), ("virtual", "docker\n")])
    #expect(
      found.facts["arch"]
        == .map(["machine": .string("x86_64"), "go": .string("amd64"), "debian": .string("amd64")]))
    #expect(found.facts["default_ipv4"] == .map([:]) && found.facts["is_container"] == .bool(true))
    #expect(throws: Diagnostic.self) {
      try FactScript.parseHostFacts(Array("w\n\u{1e}w;kernel\nLinux\n".utf8))
    }
  }
}
