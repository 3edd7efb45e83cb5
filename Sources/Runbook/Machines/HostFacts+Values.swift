extension HostFacts {
  init(_ host: HostReadings) {
    let system = SystemNames(host)
    self.init(facts: HostFacts.own(host, system), ansible: HostFacts.ansible(host, system))
  }

  private static func own(_ host: HostReadings, _ system: SystemNames) -> ValueMap {
    let date = host.line("date").split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
    let virtual = host.line("virtual")
    return [
      "arch": .map(["machine": text(system.machine), "go": text(system.go), "debian": text(system.debian)]),
      "os": .map([
        "id": text(system.id), "version": text(system.version), "codename": text(system.codename),
        "family": text(system.family), "name": text(system.name),
      ]),
      "distribution": text(system.id),
      "hostname": text(shortName(host)), "fqdn": text(host.fullName), "kernel": text(host.line("kernel", 1)),
      "cpus": .int(Int(host.line("cpus")) ?? 1), "memory_mb": .int(host.mebibytes("MemTotal")),
      "user": .map([
        "name": text(host.line("id", 1)), "id": .int(Int(host.line("id")) ?? 0),
        "home": text(host.line("id", 3)),
      ]),
      "init": text(host.line("init")), "boot_id": text(host.line("boot")),
      "date_epoch": .int(date.first.flatMap { Int($0) } ?? 0),
      "is_container": .bool(containers.contains(virtual)),
      "default_ipv4": .map(defaultRoute(host, "route", "inet")),
      "interfaces": texts(host.lines("links")),
    ]
  }

  private static func ansible(_ host: HostReadings, _ system: SystemNames) -> ValueMap {
    let virtual = host.line("virtual")
    let major = system.version.split(separator: ".").first.map { String($0) } ?? ""
    let account = host.line("shell").split(separator: ":", omittingEmptySubsequences: false).map {
      String($0)
    }
    let addresses = host.addresses.filter { $0.interface != "lo" }
    let isGuest = !virtual.isEmpty && virtual != "none"
    var facts: ValueMap = [
      "architecture": text(system.machine),
      "userspace_bits": text(system.machine.contains("64") ? "64" : "32"),
      "system": text(host.line("kernel")), "kernel": text(host.line("kernel", 1)),
      "kernel_version": text(host.line("kernel", 4)), "distribution": text(system.name),
      "distribution_release": text(system.codename), "distribution_version": text(system.fullVersion),
      "distribution_major_version": text(major), "os_family": text(system.family),
      "lsb": .map([
        "codename": text(system.codename), "id": text(system.name), "major_release": text(major),
        "release": text(system.version),
      ]),
      "hostname": text(shortName(host)), "nodename": text(host.line("kernel", 3)),
      "fqdn": text(host.fullName),
      "domain": text(String(host.fullName.drop { $0 != "." }.dropFirst())),
      "processor_vcpus": .int(Int(host.line("cpus")) ?? 1),
      "processor_nproc": .int(Int(host.line("cpus")) ?? 1),
      "memtotal_mb": .int(host.mebibytes("MemTotal")), "memfree_mb": .int(host.mebibytes("MemFree")),
      "swaptotal_mb": .int(host.mebibytes("SwapTotal")),
      "user_id": text(host.line("id", 1)), "user_uid": .int(Int(host.line("id")) ?? 0),
      "user_gid": .int(Int(host.line("id", 2)) ?? 0), "user_dir": text(host.line("id", 3)),
      "user_shell": text(account.count > 6 ? account[6] : ""),
      "user_gecos": text(account.count > 4 ? account[4] : ""),
      "service_mgr": text(host.line("init")), "pkg_mgr": text(packageTool(host)),
      "virtualization_type": text(isGuest ? virtual : "NA"),
      "virtualization_role": text(isGuest ? "guest" : "NA"),
      "default_ipv4": .map(defaultRoute(host, "route", "inet")),
      "default_ipv6": .map(defaultRoute(host, "route6", "inet6")),
      "all_ipv4_addresses": texts(addresses.filter { $0.family == "inet" }.map { $0.address }),
      "all_ipv6_addresses": texts(addresses.filter { $0.family == "inet6" }.map { $0.address }),
      "interfaces": texts(host.lines("links")), "date_time": .map(dateTime(host)),
      "env": .map(
        ValueMap(host.assignments("environment").sorted { $0.key < $1.key }.map { ($0.key, text($0.value)) })),
    ]
    if let seconds = Double(host.line("uptime").split(separator: " ").first ?? "") {
      facts["uptime_seconds"] = .int(Int(seconds))
    }
    return ValueMap(facts.map { ("ansible_" + $0.key, $0.value) })
  }

  private static let containers: Set<String> = [
    "docker", "podman", "lxc", "lxc-libvirt", "systemd-nspawn", "openvz", "rkt", "container-other",
  ]

  private static func text(_ string: String) -> Value { .string(string) }
  private static func texts(_ strings: [String]) -> Value { .list(strings.map(text)) }

  private static func shortName(_ host: HostReadings) -> String {
    String(host.line("kernel", 3).prefix { $0 != "." })
  }

  private static func packageTool(_ host: HostReadings) -> String {
    let found = host.lines("tools").first { $0 != "sudo" } ?? ""
    return found == "apt-get" ? "apt" : found
  }

  /// Empty where there is no route, as Ansible has it.
  private static func defaultRoute(_ host: HostReadings, _ section: String, _ family: String) -> ValueMap {
    guard let interface = host.word(after: "dev", in: section), interface != "lo",
      let address = host.word(after: "src", in: section)
    else { return [:] }
    var map: ValueMap = ["address": text(address), "interface": text(interface)]
    if let gateway = host.word(after: "via", in: section) { map["gateway"] = text(gateway) }
    if let found = host.addresses.first(where: { $0.family == family && $0.address == address }) {
      map["prefix"] = text(String(found.prefix))
    }
    return map
  }

  private static func dateTime(_ host: HostReadings) -> ValueMap {
    let parts = host.line("date").split(separator: "|", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count == 7 else { return [:] }
    let (day, clock) = (parts[1].split(separator: "-"), parts[2].split(separator: ":"))
    guard day.count == 3, clock.count == 3 else { return [:] }
    let basic = day.joined() + "T" + clock.joined()
    return [
      "epoch": text(parts[0]), "epoch_int": text(parts[0]), "date": text(parts[1]), "time": text(parts[2]),
      "year": text(String(day[0])), "month": text(String(day[1])), "day": text(String(day[2])),
      "hour": text(String(clock[0])), "minute": text(String(clock[1])), "second": text(String(clock[2])),
      "tz": text(parts[4]), "tz_offset": text(parts[3]), "weekday": text(parts[5]),
      "weekday_number": text(parts[6] == "7" ? "0" : parts[6]), "iso8601_basic_short": text(basic),
    ]
  }
}

/// How the system and its architecture are called, here and elsewhere.
struct SystemNames {
  let machine: String
  /// As Go's releases have it: `amd64`, `arm64`.
  let go: String
  /// As dpkg has it; the same guess where there is no dpkg.
  let debian: String
  /// `debian`, `ubuntu`.
  let id: String
  /// `12`, `24.04`.
  let version: String
  /// Debian's with its point release: `12.11`.
  let fullVersion: String
  let codename: String
  /// `Debian`, `RedHat`: what the distribution descends from.
  let family: String
  /// `Debian`, `Ubuntu`.
  let name: String

  init(_ host: HostReadings) {
    let release = host.assignments("os")
    machine = host.line("kernel", 2)
    go = SystemNames.goNames[machine] ?? machine
    let guess = SystemNames.debianNames[machine] ?? go
    debian = host.line("dpkg").isEmpty ? guess : host.line("dpkg")
    id = release["ID"] ?? ""
    version = release["VERSION_ID"] ?? ""
    let point = host.line("debian")
    fullVersion = id == "debian" && !version.isEmpty && point.hasPrefix(version + ".") ? point : version
    codename = release["VERSION_CODENAME"] ?? release["UBUNTU_CODENAME"] ?? ""
    let like = [id] + (release["ID_LIKE"] ?? "").split(separator: " ").map { String($0) }
    family = like.lazy.compactMap { SystemNames.families[$0] }.first ?? release["NAME"] ?? ""
    name = SystemNames.names[id] ?? release["NAME"] ?? id
  }

  private static let goNames = [
    "x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "armv6l": "arm", "i386": "386", "i686": "386",
  ]
  private static let debianNames = [
    "armv7l": "armhf", "armv6l": "armel", "i386": "i386", "i686": "i386", "ppc64le": "ppc64el",
  ]
  private static let families = [
    "debian": "Debian", "ubuntu": "Debian", "rhel": "RedHat", "fedora": "RedHat", "centos": "RedHat",
    "alpine": "Alpine", "arch": "Archlinux", "suse": "Suse", "gentoo": "Gentoo",
  ]
  private static let names = [
    "debian": "Debian", "ubuntu": "Ubuntu", "fedora": "Fedora", "centos": "CentOS", "rhel": "RedHat",
    "alpine": "Alpine", "arch": "Archlinux", "rocky": "Rocky", "almalinux": "AlmaLinux",
    "raspbian": "Raspbian",
  ]
}
