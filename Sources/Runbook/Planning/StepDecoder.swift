/// Turns a step as written into a step that can be planned, with the variables of one host.
public enum StepDecoder {
  /// Decodes a step whose scope is that of `evaluator`. All faults are found in one go; where anything is at fault
  /// or not known yet there is no step.
  public static func decode(
    spec: StepSpec, kind: any StepKind.Type, evaluator: NodeEvaluator, context: DecodingContext
  ) -> DecodedStep {
    var evaluator = evaluator
    var decoded = DecodedStep(title: Text(kind.key))
    let argument = evaluator.argument(spec.parameters)
    let entries: [Argument.Entry]
    switch self.entries(of: argument, kind: kind, spec: spec) {
    case .success(let found): entries = found
    case .failure(.invalid(let fault)):
      decoded.faults.append(fault)
      entries = []
    case .failure(.pending(let reason)):
      decoded.pending.append(reason)
      entries = []
    }
    let isReadable = decoded.faults.isEmpty && decoded.pending.isEmpty
    if isReadable { read(kind, entries, spec: spec, context: context, into: &decoded) }
    readSurroundings(of: spec, &evaluator, into: &decoded)
    decoded.faults = evaluator.faults + decoded.faults
    if !decoded.faults.isEmpty || !decoded.pending.isEmpty { decoded.step = nil }
    if let step = decoded.step {
      decoded.title = Text(step.title)
    } else {
      decoded.title = title(kind, entries)
    }
    readName(of: spec, &evaluator, into: &decoded)
    return decoded
  }

  /// Runs the kind's `init` over the parameters.
  private static func read(
    _ kind: any StepKind.Type, _ entries: [Argument.Entry], spec: StepSpec, context: DecodingContext,
    into decoded: inout DecodedStep
  ) {
    var parameters = Parameters(entries, at: spec.kindPosition, in: context)
    let step = make(kind, &parameters)
    parameters.finish(kind: kind.key)
    decoded.faults += parameters.faults
    decoded.pending += parameters.pending
    if parameters.faults.isEmpty, parameters.pending.isEmpty { decoded.step = step() }
    decoded.material = [("", Array(kind.key.utf8))]
    for entry in entries.sorted(by: { $0.key < $1.key }) {
      decoded.material.append((entry.key, entry.value.canonicalBytes))
    }
    for (path, digest) in parameters.localFiles {
      decoded.material.append(("file \(path)", Array(digest.utf8)))
    }
  }

  /// The step is only asked for its title and probe once it is known to be sound.
  private static func make<Kind: StepKind>(_ kind: Kind.Type, _ parameters: inout Parameters) -> () -> AnyStep
  {
    let step = Kind(&parameters)
    return { AnyStep(step) }
  }

  /// The parameters, whichever way they are written: a map, or a bare value for the kind's shorthand.
  private static func entries(
    of argument: Argument, kind: any StepKind.Type, spec: StepSpec
  ) -> Result<[Argument.Entry], ParameterFault> {
    switch argument.content {
    case .map(let entries): return .success(entries)
    case .pending(let reason): return .failure(.pending(reason))
    default: break
    }
    if argument.isNull { return .success([]) }
    guard let name = kind.shorthand else {
      return .failure(.invalid(argument.expected("a map of parameters")))
    }
    return .success([Argument.Entry(key: name, keyPosition: spec.kindPosition, value: argument)])
  }

  /// `environment` and `become_user`, which may hold expressions as parameters do.
  private static func readSurroundings(
    of spec: StepSpec, _ evaluator: inout NodeEvaluator, into decoded: inout DecodedStep
  ) {
    for entry in spec.environment {
      guard let value = text(entry.value, named: entry.key, &evaluator, into: &decoded) else { continue }
      decoded.environment.append((entry.key, value))
    }
    if !spec.environment.isEmpty {
      let pairs = decoded.environment.map {
        Argument.Entry(
          key: $0.name, keyPosition: spec.position,
          value: Argument(.written($0.value, isPlain: false), at: spec.position))
      }
      decoded.material.append(("environment", Argument(.map(pairs), at: spec.position).canonicalBytes))
    }
    decoded.become = spec.become
    guard let user = spec.become.user, Template.mayHoldExpressions(user) else { return }
    let node = Node(.scalar(Node.Scalar(text: user, isPlain: false)), at: spec.position)
    if let text = text(node, named: "become_user", &evaluator, into: &decoded) {
      decoded.become.user = text.string
    }
  }

  private static func text(
    _ node: Node, named name: String, _ evaluator: inout NodeEvaluator, into decoded: inout DecodedStep
  ) -> Text? {
    do throws(ParameterFault) { return try evaluator.argument(node, named: name).text() } catch {
      switch error {
      case .pending(let reason): if !decoded.pending.contains(reason) { decoded.pending.append(reason) }
      case .invalid(let fault): decoded.faults.append(fault)
      }
      return nil
    }
  }

  /// A name that is not known yet stands as it is written: a title keeps no step waiting.
  private static func readName(
    of spec: StepSpec, _ evaluator: inout NodeEvaluator, into decoded: inout DecodedStep
  ) {
    guard let node = spec.name, case .scalar(let scalar) = node.content else { return }
    decoded.title = Text(scalar.text)
    guard Template.mayHoldExpressions(scalar.text) || node.tag != nil else { return }
    do throws(EvaluationFault) {
      switch try evaluator.value(node, named: "name") {
      case .string(let text): decoded.title = text
      case let value: decoded.title = Text(value.written)
      }
    } catch {
      if case .diagnostic(let fault) = error {
        decoded.faults.append(fault.located(at: node.position))
        decoded.step = nil
      }
    }
  }

  /// A few words for a step that cannot say them itself: its kind and its first parameter that is a known text.
  private static func title(_ kind: any StepKind.Type, _ entries: [Argument.Entry]) -> Text {
    let first = kind.shorthand.flatMap { name in entries.first { $0.key == name } } ?? entries.first
    guard let first, case .written(let text, _) = first.value.content else { return Text(kind.key) }
    return "\(kind.key) \(text)"
  }
}

extension Argument {
  /// The value without its positions, so written that two values give the same bytes only where they are the same.
  var canonicalBytes: [UInt8] {
    var bytes: [UInt8] = []
    write(into: &bytes)
    return bytes
  }

  private func write(into bytes: inout [UInt8]) {
    switch content {
    case .written(let text, _): Argument.write(text.string, into: &bytes)
    case .native(.null): bytes += Array("n".utf8)
    case .native(let value): Argument.write(Argument.scalar(value), into: &bytes)
    case .list(let items):
      bytes += Array("l\(items.count):".utf8)
      for item in items { item.write(into: &bytes) }
    case .map(let entries):
      bytes += Array("m\(entries.count):".utf8)
      for entry in entries {
        Argument.write(entry.key, into: &bytes)
        entry.value.write(into: &bytes)
      }
    case .pending(let reason): bytes += Array("p\(reason)".utf8)
    }
  }

  private static func write(_ text: String, into bytes: inout [UInt8]) {
    bytes += Array("s\(text.utf8.count):".utf8)
    bytes += Array(text.utf8)
  }

  private static func scalar(_ value: Value) -> String {
    if case .string(let text) = value { return text.string }
    return value.written
  }
}
