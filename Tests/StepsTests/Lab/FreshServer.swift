import Glibc
import Runbook
import Support

/// A throw-away server of the lab, on which steps are planned and applied one by one, without the engine.
/// Where no container engine can be had, bringing it up fails, and so does the test.
struct FreshServer {
  static let lab = LocalFile.parent(of: #filePath) + "/../../Lab/lab"
  let name: String
  private let machine: LocalMachine
  private let session: any ShellSession

  /// Brings a fresh server up, hands it to `body`, and takes it down in every outcome.
  static func with(_ image: String = "debian13", _ body: (FreshServer) async throws -> Void) async throws {
    let name = "steps-\(getpid())-\(UInt32.random(in: 0..<1_000_000))"
    try await lab("up", name, image)
    do {
      let server = try await FreshServer(name)
      try await body(server)
      await server.session.close()
    } catch {
      try await lab("down", name)
      throw error
    }
    try await lab("down", name)
  }

  private init(_ name: String) async throws {
    self.name = name
    let prefix = getenv("RUNBOOK_LAB").map { String(cString: $0) } ?? "runbook-lab"
    machine = LocalMachine(name: name, shell: ["docker", "exec", "-i", "\(prefix)-\(name)", "/bin/sh"])
    session = try await machine.open(as: .login)
  }

  private static func lab(_ words: String...) async throws {
    let control = try await LocalMachine().open(as: .login)
    // A local session starts without the environment of this process; PATH is what finds docker.
    let names: [String] = ["RUNBOOK_LAB", "RUNBOOK_LAB_STATE", "PATH"]
    let kept = names.compactMap { name in
      getenv(name).map { "export \(name)=\(shellWord(String(cString: $0)))\n" }
    }
    let text = kept.joined() + shellLine([lab] + words)
    let outcome = try await control.run([Script(text, timeout: .seconds(1200))], onOutput: nil)
    await control.close()
    guard case .finished(status: 0, _, _) = outcome.first else {
      throw FreshServerFault("the lab could not do '\(words.joined(separator: " "))': \(outcome)")
    }
  }

  /// Runs a script as root and returns what it prints.
  @discardableResult
  func run(_ text: String) async throws -> String {
    let outcome = try await session.run([Script(text, timeout: .seconds(900))], onOutput: nil)
    guard case .finished(let status, let output, let errors)? = outcome.first else {
      throw FreshServerFault("not finished: \(outcome)")
    }
    let said = String(decoding: errors, as: UTF8.self)
    guard status == 0 else {
      throw FreshServerFault("status \(status): \(said)\n\(String(decoding: output, as: UTF8.self))")
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// What the step would do now.
  func plan(_ step: AnyStep) async throws -> Change? {
    var answers = FactAnswers()
    if !step.queries.isEmpty {
      let output = try await run("export LC_ALL=C\n" + FactScript.text(for: step.queries))
      answers = try FactScript.parse(Array(output.utf8), for: step.queries)
    }
    return try step.plan(answers)
  }

  func apply(_ change: Change) async throws {
    for action in change.actions {
      switch action {
      case .run(let argv): try await run(shellLine(argv))
      case .script(let text): try await run(text.string)
      case .write(let write):
        let path = shellWord(write.path)
        let text = shellWord(String(decoding: write.content.bytes, as: UTF8.self))
        try await run(
          "set -e\numask 077\nprintf %s \(text) >\(path).new\nchmod \(FileMode(write.mode)) \(path).new\nmv \(path).new \(path)"
        )
      default: throw FreshServerFault("an action that these kinds do not use: \(action)")
      }
    }
  }

  /// Every file that configures the server, with mode, owner, size and time, and every package.
  func snapshot() async throws -> String {
    try await run(
      """
      find /etc /home /root /srv /opt /usr/local /var/lib/dpkg -xdev ! -name '*.lock' \
        -printf '%p %m %u %g %s %T@ %l\\n' 2>/dev/null | sort
      cat /proc/self/mountinfo | cut -d ' ' -f 5 | sort; uname -n
      """)
  }
}

struct FreshServerFault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
