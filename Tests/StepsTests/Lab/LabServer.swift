import Glibc
import Runbook
import Steps
import Support
import Testing

/// A throw-away server of the lab, on which steps are planned and applied one by one, without the engine around
/// them. Where no container engine can be had, bringing it up fails, and so does the test.
struct LabServer {
  static let lab = LocalFile.parent(of: #filePath) + "/../../Lab/lab"
  let name: String
  private let machine: LocalMachine
  private let session: any ShellSession

  /// Brings a fresh server up, hands it to `body`, and takes it down in every outcome.
  static func with(_ image: String = "debian13", _ body: (LabServer) async throws -> Void) async throws {
    let name = "steps-\(getpid())-\(UInt32.random(in: 0..<1_000_000))"
    try await lab("up", name, image)
    do {
      let server = try await LabServer(name)
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
      throw LabFault("the lab could not do '\(words.joined(separator: " "))': \(outcome)")
    }
  }

  /// Runs a script as root and returns what it prints.
  @discardableResult
  func run(_ text: String) async throws -> String {
    let outcome = try await session.run([Script(text, timeout: .seconds(900))], onOutput: nil)
    guard case .finished(let status, let output, let errors)? = outcome.first else {
      throw LabFault("not finished: \(outcome)")
    }
    let said = String(decoding: errors, as: UTF8.self)
    guard status == 0 else {
      throw LabFault("status \(status): \(said)\n\(String(decoding: output, as: UTF8.self))")
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
      default: throw LabFault("an action that these kinds do not use: \(action)")
      }
    }
  }

  /// Every file that configures the server, with mode, owner, size and time, and every package.
  func snapshot() async throws -> String {
    try await run(
      """
      find /etc /home /root /srv /opt /usr/local /var/lib/dpkg /var/lib/systemd/linger -xdev ! -name '*.lock' \
        -printf '%p %m %u %g %s %T@ %l\\n' 2>/dev/null | sort
      cat /proc/self/mountinfo | cut -d ' ' -f 5 | sort; uname -n
      """)
  }
}

struct LabFault: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// One step kind on a server: what is to hold, what breaks half of it, and what takes it away again.
struct LabCase: Sendable {
  var step: String
  /// A script that leaves the server half-way.
  var damage: String?
  var undo: String?

  init(_ step: String, damage: String? = nil, undo: String? = nil) {
    (self.step, self.damage, self.undo) = (step, damage, undo)
  }

  /// Planning writes nothing; applying converges; a second time nothing is left to do; a half-applied state is
  /// completed; what undoes it converges too.
  func check(on server: LabServer) async throws {
    let wanted = try decode(step)
    let before = try await server.snapshot()
    let change = try #require(try await server.plan(wanted), "nothing to do for \(step)")
    let after = try await server.snapshot()
    #expect(before == after, "planning \(step) changed the server")
    try await converge(wanted, change, on: server)
    if let damage {
      try await server.run(damage)
      let rest = try #require(try await server.plan(wanted), "the damage was not seen: \(step)")
      try await converge(wanted, rest, on: server)
    }
    guard let undo else { return }
    let gone = try decode(undo)
    let removal = try #require(try await server.plan(gone), "nothing to undo by \(undo)")
    try await converge(gone, removal, on: server)
  }

  private func converge(_ step: AnyStep, _ change: Change, on server: LabServer) async throws {
    try await server.apply(change)
    guard step.isObservable else { return }
    let rest = try await server.plan(step)
    #expect(rest == nil, "\(step.title) did not converge: \(rest?.summary.description ?? "")")
  }

  private func decode(_ text: String) throws -> AnyStep {
    guard
      case .mapping(let entries)? = try YAMLReader.read(SourceFile(path: "case.yml", text: text))?.content,
      let entry = entries.first, let kind = StepRegistry.standard[entry.key]
    else { throw LabFault("not a step: \(text)") }
    return try Self.make(kind, Self.argument(entry.value))
  }

  private static func make<Kind: StepKind>(_ kind: Kind.Type, _ argument: Argument) throws -> AnyStep {
    var entries: [Argument.Entry] = []
    if case .map(let given) = argument.content {
      entries = given
    } else if let key = kind.shorthand {
      entries = [Argument.Entry(key: key, keyPosition: argument.position, value: argument)]
    }
    var parameters = Parameters(entries, at: argument.position, in: .empty)
    let step = Kind(&parameters)
    parameters.finish(kind: Kind.key)
    guard parameters.faults.isEmpty else { throw Diagnostics(parameters.faults) }
    return AnyStep(step)
  }

  private static func argument(_ node: Node) -> Argument {
    switch node.content {
    case .scalar(let scalar):
      Argument(.written(Text(scalar.text), isPlain: scalar.isPlain), at: node.position)
    case .sequence(let items): Argument(.list(items.map(argument)), at: node.position)
    case .mapping(let entries):
      Argument(
        .map(
          entries.map {
            Argument.Entry(key: $0.key, keyPosition: $0.keyPosition, value: argument($0.value))
          }), at: node.position)
    }
  }
}
