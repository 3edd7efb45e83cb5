/// How a step kind reads the state of a host: the queries to ask, and what the answers mean.
public struct Probe<State: Sendable>: Sendable {
  public let queries: [FactQuery]
  private let interpret: @Sendable (FactAnswers) throws(Diagnostic) -> State

  public init(
    _ queries: [FactQuery], _ interpret: @escaping @Sendable (FactAnswers) throws(Diagnostic) -> State
  ) {
    self.queries = queries
    self.interpret = interpret
  }

  /// Throws where a query was not answered or the host could not look.
  public func read(_ answers: FactAnswers) throws(Diagnostic) -> State { try interpret(answers) }

  public func map<Other: Sendable>(
    _ transform: @escaping @Sendable (State) throws(Diagnostic) -> Other
  ) -> Probe<Other> {
    Probe<Other>(queries) { (answers) throws(Diagnostic) in try transform(try interpret(answers)) }
  }

  /// Both probes as one.
  public func and<Other: Sendable>(_ other: Probe<Other>) -> Probe<(State, Other)> {
    Probe<(State, Other)>(queries + other.queries) { (answers) throws(Diagnostic) in
      (try read(answers), try other.read(answers))
    }
  }

  /// The same probe over many subjects, answers in their order.
  public static func each<Subject: Sendable, One: Sendable>(
    _ subjects: [Subject], _ probe: (Subject) -> Probe<One>
  ) -> Probe<[One]> where State == [One] {
    let probes = subjects.map(probe)
    return Probe<[One]>(probes.flatMap { $0.queries }) { (answers) throws(Diagnostic) in
      var states: [One] = []
      for probe in probes { states.append(try probe.read(answers)) }
      return states
    }
  }
}

extension Probe where State == Void {
  /// For a step that has no state to look at: it always runs when its turn comes.
  public static var none: Probe<Void> { Probe([]) { _ in } }
}

extension Probe where State == FileStatus? {
  public static func status(of path: String) -> Probe {
    Probe([.status(path)]) { (answers) throws(Diagnostic) in
      guard case .status(let status) = try answers.answer(to: .status(path)) else {
        throw .mismatch(.status(path))
      }
      return status
    }
  }
}

extension Probe where State == String? {
  /// SHA-256 in lower-case hex; nil where there is no file.
  public static func digest(of path: String) -> Probe {
    Probe([.digest(path)]) { (answers) throws(Diagnostic) in
      guard case .digest(let digest) = try answers.answer(to: .digest(path)) else {
        throw .mismatch(.digest(path))
      }
      return digest
    }
  }
}

extension Probe where State == [UInt8]? {
  public static func content(of path: String) -> Probe {
    Probe([.content(path)]) { (answers) throws(Diagnostic) in
      guard case .content(let bytes) = try answers.answer(to: .content(path)) else {
        throw .mismatch(.content(path))
      }
      return bytes
    }
  }
}

extension Probe where State == PackageState {
  public static func package(_ name: String) -> Probe {
    Probe([.package(name)]) { (answers) throws(Diagnostic) in
      guard case .package(let state) = try answers.answer(to: .package(name)) else {
        throw .mismatch(.package(name))
      }
      return state
    }
  }
}

extension Probe where State == Account? {
  public static func user(_ name: String) -> Probe {
    Probe([.user(name)]) { (answers) throws(Diagnostic) in
      guard case .user(let account) = try answers.answer(to: .user(name)) else {
        throw .mismatch(.user(name))
      }
      return account
    }
  }
}

extension Probe where State == AccountGroup? {
  public static func group(_ name: String) -> Probe {
    Probe([.group(name)]) { (answers) throws(Diagnostic) in
      guard case .group(let group) = try answers.answer(to: .group(name)) else {
        throw .mismatch(.group(name))
      }
      return group
    }
  }
}

extension Probe where State == UnitState {
  public static func unit(_ name: String) -> Probe {
    Probe([.unit(name)]) { (answers) throws(Diagnostic) in
      guard case .unit(let state) = try answers.answer(to: .unit(name)) else { throw .mismatch(.unit(name)) }
      return state
    }
  }
}

extension Probe where State == Bool {
  public static func command(_ name: String) -> Probe {
    Probe([.command(name)]) { (answers) throws(Diagnostic) in
      guard case .command(let isThere) = try answers.answer(to: .command(name)) else {
        throw .mismatch(.command(name))
      }
      return isThere
    }
  }
}

extension Probe where State == ScriptOutput {
  /// POSIX sh that only reads. Its status is data.
  public static func script(_ text: String) -> Probe {
    Probe([.script(text)]) { (answers) throws(Diagnostic) in
      guard case .script(let output) = try answers.answer(to: .script(text)) else {
        throw .mismatch(.script(text))
      }
      return output
    }
  }
}

/// The answers of one host, by query.
public struct FactAnswers: Sendable {
  public private(set) var answers: [FactQuery: FactAnswer]

  public init(_ answers: [FactQuery: FactAnswer] = [:]) { self.answers = answers }

  public subscript(query: FactQuery) -> FactAnswer? {
    get { answers[query] }
    set { answers[query] = newValue }
  }

  /// The newer answers win.
  public mutating func merge(_ other: FactAnswers) { answers.merge(other.answers) { _, new in new } }

  /// Throws where the host could not look, or was not asked.
  public func answer(to query: FactQuery) throws(Diagnostic) -> FactAnswer {
    guard let answer = answers[query] else { throw .notAsked(query) }
    if case .unreadable(let why) = answer { throw .unreadable(query, why) }
    return answer
  }
}

extension Diagnostic {
  fileprivate static func mismatch(_ query: FactQuery) -> Diagnostic {
    Diagnostic(.unreadable, "the host gave another kind of answer to \(query)")
  }

  fileprivate static func notAsked(_ query: FactQuery) -> Diagnostic {
    Diagnostic(.unreadable, "the host was not asked for \(query)")
  }

  fileprivate static func unreadable(_ query: FactQuery, _ why: String) -> Diagnostic {
    Diagnostic(.unreadable, "could not look: \(why)", hint: "give the step 'become: true', or mend the path")
  }
}
