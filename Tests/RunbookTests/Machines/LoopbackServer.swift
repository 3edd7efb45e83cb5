import Glibc

@testable import Runbook

/// An sshd of a test's own on a free loopback port, with its own keys and configuration. It fails loudly
/// where there is none.
final class LoopbackServer: Sendable {
  let folder: TemporaryFolder
  let port: Int
  private let daemon: ChildProcess

  init(_ more: [String] = [], port wanted: Int? = nil) async throws {
    folder = try TemporaryFolder()
    let path = folder.path
    for program in ["/usr/sbin/sshd", "/usr/bin/ssh-keygen"] where access(program, X_OK) != 0 {
      throw Unexpected("\(program) is missing: apt-get install openssh-server openssh-client")
    }
    for key in ["host", "user"] {
      let made = try await runLocally(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", path + "/" + key])
      guard made.status == 0 else { throw Unexpected(String(decoding: made.errors, as: UTF8.self)) }
    }
    port = try wanted ?? freePort()
    // sshd wants this folder for its unprivileged half.
    mkdir("/run/sshd", 0o755)
    let settings =
      more + [
        "Port \(port)", "ListenAddress 127.0.0.1", "HostKey \(path)/host",
        "AuthorizedKeysFile \(path)/user.pub",
        "PidFile none", "UsePAM no", "StrictModes no", "PermitRootLogin yes", "MaxSessions 30",
        "MaxStartups 100",
        "PrintMotd no", "PasswordAuthentication yes",
      ]
    try write(Array((settings.joined(separator: "\n") + "\n").utf8), to: path + "/config")
    daemon = try ChildProcess(["/usr/sbin/sshd", "-D", "-e", "-f", path + "/config"])
    let key = String(decoding: try bytes(path + "/host.pub"), as: UTF8.self)
    try write(Array("[127.0.0.1]:\(port) \(key)".utf8), to: path + "/known")
    try await wait { [port, daemon] in
      guard !daemon.hasEnded else { throw Unexpected("sshd ended at once") }
      return canConnect(port)
    }
  }

  deinit { daemon.stop() }

  /// Settings that reach it with its own key.
  func settings(user: String = "root", name: String = "box") -> ConnectionSettings {
    var settings = ConnectionSettings(host: name, address: "127.0.0.1")
    settings.port = port
    settings.user = user
    settings.privateKeyFile = folder.path + "/user"
    settings.connectTimeout = .seconds(60)
    settings.sshOptions = ["-F", "none", "-o", "UserKnownHostsFile=\(folder.path)/known"]
    return settings
  }

  /// Ends the server's half of every connection, and nothing that it started.
  func cutConnections() throws {
    for process in try processesBelow(daemon.pid) {
      // What has ended meanwhile, for one because its parent was cut before it, has no connection left.
      guard let command = try? bytes("/proc/\(process)/cmdline") else { continue }
      if String(decoding: command, as: UTF8.self).hasPrefix("sshd") { kill(process, SIGKILL) }
    }
  }
}

/// Every process below one, found by parents.
func processesBelow(_ root: pid_t) throws -> [pid_t] {
  var parents: [pid_t: pid_t] = [:]
  guard let folder = opendir("/proc") else { throw Unexpected("no /proc") }
  defer { closedir(folder) }
  while let entry = readdir(folder) {
    let name = withUnsafePointer(to: &entry.pointee.d_name) {
      $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
    }
    guard let pid = pid_t(name), let stat = try? bytes("/proc/\(name)/stat") else { continue }
    let rest = String(decoding: stat, as: UTF8.self).split(separator: ") ").last?.split(separator: " ") ?? []
    if rest.count > 1, let parent = pid_t(rest[1]) { parents[pid] = parent }
  }
  var (found, frontier): ([pid_t], [pid_t]) = ([], [root])
  while let next = frontier.popLast() {
    let children = parents.filter { $0.value == next }.map { $0.key }
    found += children
    frontier += children
  }
  return found
}

/// A port below those that the kernel gives to outgoing connections: one of these could connect to itself.
func freePort() throws -> Int {
  for _ in 0..<200 {
    let port = Int.random(in: 12_000..<32_000)
    if canBind(port) { return port }
  }
  throw Unexpected("no free port")
}

private func canBind(_ port: Int) -> Bool {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = loopback(port)
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}

func canConnect(_ port: Int) -> Bool {
  let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
  defer { close(descriptor) }
  var address = loopback(port)
  return withUnsafePointer(to: &address) {
    $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
    }
  }
}

private func loopback(_ port: Int) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(port).bigEndian
  address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
  return address
}
