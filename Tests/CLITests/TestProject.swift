import Glibc
import Runbook
import Testing

/// A project in a folder of its own with one host, this machine; and the built program, run in it.
final class TestProject: Sendable {
  let folder: String

  init(inventory: String = "all:\n  hosts:\n    here:\n      ansible_connection: local\n") throws {
    var template = Array("/tmp/runbook-test-XXXXXX".utf8CString)
    guard let made = mkdtemp(&template) else { throw Diagnostic(.failed, "no temporary folder") }
    folder = String(cString: made)
    try write(inventory, to: "inventory/hosts.yml")
  }

  deinit {
    // A folder that stays behind would be no fault of what is tested.
    _ = system("chmod -R u+w '\(folder)' && rm -rf '\(folder)'")
  }

  func path(_ name: String) -> String { LocalFile.join(folder, name) }

  func write(_ text: String, to name: String, mode: Int = 0o644) throws {
    try LocalFile.makeFolder(LocalFile.parent(of: path(name)))
    try LocalFile.write(Array(text.utf8), to: path(name), mode: mode)
  }

  func read(_ name: String) throws -> String {
    String(decoding: try LocalFile.read(path(name)), as: UTF8.self)
  }
  func exists(_ name: String) throws -> Bool { try LocalFile.exists(path(name)) }

  /// What a call of the program gave. `text` is the whole, with what differs from run to run replaced.
  struct Outcome: Sendable {
    var status: Int
    var output: String
    var errors: String
    var text: String
  }

  /// Runs the program with the project as its working folder.
  func runbook(_ words: String..., environment: [String: String] = [:]) async throws -> Outcome {
    try await run([Self.program] + words, environment)
  }

  /// Runs a shell script in the project; `$RUNBOOK` is the program.
  func shell(_ script: String) async throws -> Outcome { try await run(["/bin/sh", "-c", script], [:]) }

  private func run(_ argv: [String], _ more: [String: String]) async throws -> Outcome {
    // No session of a terminal, whoever runs the tests: a question must find nobody.
    var environment = ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": folder, "RUNBOOK": Self.program]
    // Its own lock: other tests, and other programs on this machine, run at the same time.
    environment["RUNBOOK_HOST_STATE_FOLDER"] = path("host-state")
    environment.merge(more) { $1 }
    let (status, output, errors) = try await runLocally(
      ["/usr/bin/setsid", "--wait"] + argv, environment: environment, directory: folder,
      timeout: .seconds(300))
    let (out, err) = (String(decoding: output, as: UTF8.self), String(decoding: errors, as: UTF8.self))
    return Outcome(status: status, output: out, errors: err, text: masked(status, out, err))
  }

  private func masked(_ status: Int, _ output: String, _ errors: String) -> String {
    var text = output
    if !errors.isEmpty { text += "--- stderr\n" + errors }
    text += "--- status \(status)\n"
    text = text.replacing(folder, with: "/PROJECT")
    text = text.replacing(/\d{8}-\d{6}-[0-9a-f]{6}/, with: "RUN")
    text = text.replacing(/\d+ h \d+ min|\d+ min \d+ s|\d+(\.\d)? s\b|\d+ ms/, with: "TIME")
    return text
  }

  /// The program stands beside the tests.
  private static let program: String = {
    guard let own = realpath("/proc/self/exe", nil) else { return "runbook" }
    defer { free(own) }
    return LocalFile.join(LocalFile.parent(of: String(cString: own)), "runbook")
  }()
}
