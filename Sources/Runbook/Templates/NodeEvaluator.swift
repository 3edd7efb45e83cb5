/// Turns YAML nodes into values and arguments: templates evaluated, vaulted scalars decrypted and marked secret.
public struct NodeEvaluator {
  public let scope: any Scope
  public let environment: TemplateEnvironment
  /// What went wrong in `argument`, so that all faults of a step are found in one go.
  public private(set) var faults: [Diagnostic] = []

  public init(scope: any Scope, environment: TemplateEnvironment) {
    self.scope = scope
    self.environment = environment
  }

  public init(scope: any Scope, keyring: any VaultDecrypting, folders: [String]) {
    self.init(scope: scope, environment: TemplateEnvironment(folders: folders, keyring: keyring))
  }

  /// A free variable: plain scalars follow PyYAML's rules, `!unsafe` is never a template, `!vault` is secret under
  /// the label `name` (or the key that it stands under).
  public mutating func value(_ node: Node, named name: String? = nil) throws(EvaluationFault) -> Value {
    switch node.content {
    case .sequence(let items):
      var values: [Value] = []
      for item in items {
        let value = try value(item, named: name)
        if !value.isOmitted { values.append(value) }
      }
      return .list(values)
    case .mapping(let entries):
      var map = ValueMap()
      for entry in entries {
        let value = try value(entry.value, named: entry.key)
        if !value.isOmitted { map[entry.key] = value }
      }
      return .map(map)
    case .scalar(let scalar):
      if node.tag == "!unsafe" { return .string(scalar.text) }
      if node.tag == "!vault" { return .string(try secret(scalar, named: name, at: node.position)) }
      guard Template.mayHoldExpressions(scalar.text) else {
        return scalar.isPlain ? plainScalar(scalar.text) : .string(scalar.text)
      }
      return try template(scalar, at: node.position).evaluate(in: scope, environment)
    }
  }

  /// A step's parameter: scalars keep their text, what waits becomes `.pending`, faults are collected.
  public mutating func argument(_ node: Node, named name: String? = nil) -> Argument {
    switch node.content {
    case .sequence(let items):
      let arguments = items.map { argument($0, named: name) }.filter { !$0.isOmitted }
      return Argument(.list(arguments), at: node.position)
    case .mapping(let entries):
      let arguments = entries.map {
        Argument.Entry(key: $0.key, keyPosition: $0.keyPosition, value: argument($0.value, named: $0.key))
      }
      return Argument(.map(arguments.filter { !$0.value.isOmitted }), at: node.position)
    case .scalar(let scalar):
      do throws(EvaluationFault) {
        return try argument(scalar, tag: node.tag, named: name, at: node.position)
      } catch {
        switch error {
        case .pending(let reason): return Argument(.pending(reason), at: node.position)
        case .diagnostic(let diagnostic):
          faults.append(diagnostic.located(at: node.position))
          // Stands in for what could not be worked out; the step is not used while there are faults.
          return Argument(.pending("what is wrong at \(node.position)"), at: node.position)
        }
      }
    }
  }

  private func argument(
    _ scalar: Node.Scalar, tag: String?, named name: String?, at position: SourcePosition
  ) throws(EvaluationFault) -> Argument {
    if tag == "!unsafe" { return Argument(.written(Text(scalar.text), isPlain: false), at: position) }
    if tag == "!vault" {
      return Argument(.written(try secret(scalar, named: name, at: position), isPlain: false), at: position)
    }
    guard Template.mayHoldExpressions(scalar.text) else {
      return Argument(.written(Text(scalar.text), isPlain: scalar.isPlain), at: position)
    }
    let template = try template(scalar, at: position)
    if !template.isOneValue {
      return Argument(.written(try template.render(in: scope, environment), isPlain: false), at: position)
    }
    return Argument(try template.evaluate(in: scope, environment), at: position)
  }

  private func template(_ scalar: Node.Scalar, at position: SourcePosition) throws(EvaluationFault)
    -> Template
  {
    do throws(Diagnostic) {
      return try environment.cache.template(scalar.text, at: position)
    } catch {
      throw .diagnostic(error)
    }
  }

  private func secret(
    _ scalar: Node.Scalar, named name: String?, at position: SourcePosition
  ) throws(EvaluationFault) -> Text {
    do throws(Diagnostic) {
      return Text(secret: try environment.keyring.decrypt(scalar.text, at: position), label: name ?? "vault")
    } catch {
      throw .diagnostic(error)
    }
  }
}

extension Value {
  /// What `omit` gives: the parameter, key or item that has it is left out.
  static let omitted = Value.string("\u{0}omit\u{0}")

  /// Whether this is `omit`.
  public var isOmitted: Bool { self == .omitted }
}

extension Argument {
  /// Whether this is `omit`: as if it had not been written.
  public var isOmitted: Bool {
    guard case .native(let value) = content else { return false }
    return value.isOmitted
  }
}
