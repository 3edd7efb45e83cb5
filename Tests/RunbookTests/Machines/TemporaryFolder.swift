import Glibc

@testable import Runbook

/// A folder of a test's own, removed with everything in it at the end.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    var template = Array("/tmp/runbook-test-XXXXXX\0".utf8CString.dropLast())
    guard mkdtemp(&template) != nil else { throw Unexpected("no temporary folder") }
    path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    chmod(path, 0o755)
  }

  deinit {
    if let removal = try? ChildProcess(["rm", "-rf", "--", path]) { _ = removal.wait() }
  }
}

/// What a test got where it wanted something else.
struct Unexpected: Error, CustomStringConvertible {
  let description: String
  init(_ got: Any) { description = "unexpected: \(got)" }
}

/// Waits, minutes if need be, until a condition holds.
func wait(until isSo: () throws -> Bool) async throws {
  let deadline = ContinuousClock.now + .seconds(180)
  while try !isSo() {
    guard ContinuousClock.now < deadline else { throw Unexpected("the condition never came to hold") }
    try await Task.sleep(for: .milliseconds(20))
  }
}

func bytes(_ path: String) throws -> [UInt8] {
  let file = open(path, O_RDONLY | O_CLOEXEC)
  guard file >= 0 else { throw Unexpected("\(path): \(String(cString: strerror(errno)))") }
  defer { close(file) }
  var (content, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65536))
  while true {
    let count = read(file, &buffer, buffer.count)
    guard count > 0 else { return content }
    content += buffer[..<count]
  }
}

func write(_ content: [UInt8], to path: String, mode: mode_t = 0o644) throws {
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode)
  guard file >= 0 else { throw Unexpected("\(path): \(String(cString: strerror(errno)))") }
  defer { close(file) }
  var rest = content[...]
  while !rest.isEmpty {
    let count = rest.withUnsafeBytes { write(file, $0.baseAddress, $0.count) }
    guard count > 0 else { throw Unexpected("\(path): \(String(cString: strerror(errno)))") }
    rest = rest.dropFirst(count)
  }
}

/// Whether a process has ended; its entry may stay until its parent looks.
func isGone(_ pid: pid_t) -> Bool {
  guard kill(pid, 0) == 0, let stat = try? bytes("/proc/\(pid)/stat") else { return true }
  return String(decoding: stat, as: UTF8.self).contains(") Z ")
}
