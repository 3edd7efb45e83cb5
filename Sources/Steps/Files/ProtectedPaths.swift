import Runbook

/// Folders that no step removes: losing one is never what was meant.
enum ProtectedPaths {
  private static let system: Set<String> = [
    "/etc/apt", "/etc/ssh", "/etc/systemd", "/usr/bin", "/usr/lib", "/usr/local", "/usr/sbin", "/usr/share",
    "/var/cache", "/var/lib", "/var/lib/dpkg", "/var/lib/docker", "/var/log", "/var/run", "/var/spool",
    "/var/lib/docker/volumes",
  ]

  /// `/`, what stands directly below it, and what a system cannot lose.
  static func contains(_ path: AbsolutePath) -> Bool {
    path.string.split(separator: "/").count < 2 || system.contains(normal(path.string))
  }

  /// Without doubled slashes and `.` in it.
  private static func normal(_ path: String) -> String {
    path.split(separator: "/").filter { $0 != "." }.reduce("") { "\($0)/\($1)" }
  }
}

extension Diagnostic {
  static func protected(_ path: AbsolutePath, at position: SourcePosition? = nil) -> Diagnostic {
    Diagnostic(.invalidValue, "'\(path)' is never removed: too much hangs on it", at: position)
  }
}
