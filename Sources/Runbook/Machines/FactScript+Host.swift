extension FactScript {
  /// POSIX sh that prints what `parseHostFacts` reads: files of the kernel and a handful of short programs,
  /// each of which may be missing.
  public static var hostFacts: String {
    "rb_w=\(FrameMark().word); printf '%s\\n' \"$rb_w\"\n" + #"""
      rb_s() { printf '\036%s;%s\n' "$rb_w" "$*"; }
      rb_line() { rb_l=; [ ! -r "$1" ] || IFS= read -r rb_l <"$1"; rb_s "$2"; printf '%s' "$rb_l"; }
      rb_file() { rb_s "$2"; [ ! -r "$1" ] || cat "$1"; }
      rb_s kernel; uname -s; uname -r; uname -m; uname -n; uname -v
      rb_file /etc/os-release os; rb_line /etc/debian_version debian; rb_file /etc/hosts hosts
      rb_s dpkg; if command -v dpkg >/dev/null; then dpkg --print-architecture; fi
      rb_s memory; while read -r rb_k rb_v rb_u; do
      case $rb_k in MemTotal:|MemFree:|SwapTotal:) echo "$rb_k$rb_v" ;; esac; done </proc/meminfo
      rb_s cpus; if command -v nproc >/dev/null; then nproc; else grep -c '^processor' /proc/cpuinfo; fi
      rb_s id; id -u; id -un; id -g; printf '%s\n' "$HOME"
      rb_s shell; if command -v getent >/dev/null; then getent passwd "$(id -u)"; fi
      rb_line /proc/1/comm init; rb_line /proc/sys/kernel/random/boot_id boot; rb_line /proc/uptime uptime
      rb_s date; date '+%s|%Y-%m-%d|%H:%M:%S|%z|%Z|%A|%u'
      rb_s virtual; if command -v systemd-detect-virt >/dev/null; then systemd-detect-virt
      elif [ -e /.dockerenv ]; then echo docker; elif [ -e /run/.containerenv ]; then echo podman; fi
      if command -v ip >/dev/null; then rb_s route; ip -4 route get 192.0.2.1; rb_s addresses; ip -o addr
      rb_s route6; ip -6 route get 2001:db8::1; fi
      rb_s links; for rb_p in /sys/class/net/*; do [ ! -e "$rb_p" ] || echo "${rb_p##*/}"; done
      rb_s tools; for rb_p in apt-get dnf yum apk pacman zypper sudo; do
      if command -v "$rb_p" >/dev/null; then echo "$rb_p"; fi; done
      rb_s environment; env
      rb_s end; :

      """#
  }

  /// What the script printed, under our own names and under Ansible's. Throws where the output is cut short.
  public static func parseHostFacts(_ output: [UInt8]) throws(Diagnostic) -> HostFacts {
    HostFacts(HostReadings(try FactSections(output)))
  }
}

/// What is known of a host itself.
public struct HostFacts: Sendable, Hashable {
  /// `facts`: `facts.os.codename`, `facts.arch.go`.
  public var facts: ValueMap
  /// The variables that existing templates read: `ansible_distribution_release`, `ansible_default_ipv4`. The
  /// same without the prefix is what `ansible_facts` holds.
  public var ansible: ValueMap

  public init(facts: ValueMap, ansible: ValueMap) {
    self.facts = facts
    self.ansible = ansible
  }
}

/// The sections of the host script by name, cut into what the facts are made of.
struct HostReadings {
  private let sections: [String: FactSections.Section]

  init(_ sections: FactSections) { self.sections = sections.byName }

  func lines(_ name: String) -> [String] { sections[name]?.lines.map { String($0) } ?? [] }
  func line(_ name: String, _ index: Int = 0) -> String {
    let lines = lines(name)
    return index < lines.count ? lines[index] : ""
  }

  /// `NAME=value` lines, the value without the quotes that os-release may put around it.
  func assignments(_ name: String) -> [String: String] {
    var found: [String: String] = [:]
    for line in lines(name) {
      let words = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard words.count == 2 else { continue }
      var value = words[1]
      if let quote = value.first, quote == "\"" || quote == "'", value.count > 1, value.last == quote {
        value = value.dropFirst().dropLast()
      }
      found[String(words[0])] = String(value)
    }
    return found
  }

  /// Mebibytes of a line of `/proc/meminfo`.
  func mebibytes(_ key: String) -> Int {
    let line = lines("memory").first { $0.hasPrefix(key + ":") }
    return (line.flatMap { Int($0.dropFirst(key.count + 1)) } ?? 0) / 1024
  }

  /// The word after another in a line: `dev` in what `ip route get` says.
  func word(after key: String, in name: String) -> String? {
    let words = line(name).split(separator: " ")
    guard let index = words.firstIndex(of: Substring(key)), index + 1 < words.count else { return nil }
    return String(words[index + 1])
  }

  /// Interface, family and address with its prefix length, as `ip -o addr` lists them.
  var addresses: [(interface: String, family: String, address: String, prefix: Int)] {
    lines("addresses").compactMap { line in
      let words = line.split(separator: " ")
      guard words.count > 3 else { return nil }
      let parts = words[3].split(separator: "/")
      return (String(words[1]), String(words[2]), String(parts[0]), parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    }
  }

  /// The full name that `/etc/hosts` has for the host; its short one where there is none.
  var fullName: String {
    let name = line("kernel", 3)
    guard !name.contains(".") else { return name }
    for line in lines("hosts") {
      let names = line.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace).dropFirst()
      if names.contains(Substring(name)), let full = names.first(where: { $0.hasPrefix(name + ".") }) {
        return String(full)
      }
    }
    return name
  }
}

extension FactSections {
  /// The last section of each name.
  fileprivate var byName: [String: Section] {
    Dictionary(all.map { ($0.head.first ?? "", $0) }, uniquingKeysWith: { _, last in last })
  }
}
