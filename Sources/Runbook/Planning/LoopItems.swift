/// One round of a `for_each`.
public struct LoopItem: Sendable, Hashable {
  /// Counted from 0.
  public var index: Int
  public var value: Value
  /// The entry's key where the loop runs over a map.
  public var key: String?

  public init(index: Int, value: Value, key: String? = nil) {
    self.index = index
    self.value = value
    self.key = key
  }

  /// What the step sees: the loop variable and `loop_index`.
  func variables(of spec: StepSpec) -> ValueMap {
    [spec.loopVariable: value, "loop_index": .int(index)]
  }

  /// What tells this item from the others when a run is resumed: its key, its `id` or `name`, or its own text.
  public var identity: String {
    if let key { return key }
    for name in ["id", "name", "path", "key"] {
      if let text = value[name]?.text, !text.isSecret { return text.string }
    }
    switch value {
    case .string(let text) where !text.isSecret: return text.string
    case .int(let number): return String(number)
    default: return String(index)
    }
  }
}

/// The rounds of a `for_each`.
public enum LoopItems {
  /// The items in their order: of a list, of a map (`item.key`, `item.value`), or the numbers from 0 below a
  /// number. One item without a value where the step has no loop. Throws where what it loops over is something
  /// else, or not known yet.
  public static func evaluate(
    _ spec: StepSpec, in scope: any Scope, keyring: any VaultDecrypting
  ) throws(EvaluationFault) -> [LoopItem]? {
    try evaluate(spec, in: scope, TemplateEnvironment(folders: spec.folders, keyring: keyring))
  }

  /// The same, with templates kept compiled.
  public static func evaluate(
    _ spec: StepSpec, in scope: any Scope, _ environment: TemplateEnvironment
  ) throws(EvaluationFault) -> [LoopItem]? {
    guard let node = spec.forEach else { return nil }
    var evaluator = NodeEvaluator(scope: scope, environment: environment)
    switch try evaluator.value(try expanded(node)) {
    case .list(let values): return values.enumerated().map { LoopItem(index: $0.offset, value: $0.element) }
    case .map(let map):
      return map.enumerated().map { index, entry in
        LoopItem(
          index: index, value: .map(["key": .string(entry.key), "value": entry.value]), key: entry.key)
      }
    case .int(let count) where count >= 0: return (0..<count).map { LoopItem(index: $0, value: .int($0)) }
    case .null: return []
    case .string(let text): throw .diagnostic(.notALoop("the text '\(text)'", at: node.position))
    case .bool, .int, .float: throw .diagnostic(.notALoop("one value", at: node.position))
    }
  }

  /// A bare name or expression in place of `{{ }}`: `for_each: env_files`.
  private static func expanded(_ node: Node) throws(EvaluationFault) -> Node {
    guard case .scalar(let scalar) = node.content, scalar.isPlain, node.tag == nil,
      !Template.mayHoldExpressions(scalar.text), !scalar.text.isEmpty, Int(scalar.text) == nil
    else { return node }
    throw .diagnostic(
      Diagnostic(
        .invalidValue, "'for_each' wants a list, a map or a number, this is the text '\(scalar.text)'",
        at: node.position,
        hint: "write for_each: \"{{ \(scalar.text) }}\" for a variable, or '[\(scalar.text)]'"))
  }

  /// What the plan calls an item: its `loop_label`, or what tells it from the others. nil where it has none that
  /// can be shown yet.
  public static func label(
    _ item: LoopItem, of spec: StepSpec, in scope: any Scope, _ environment: TemplateEnvironment
  ) throws(EvaluationFault) -> Text {
    guard let node = spec.loopLabel else { return Text(item.identity) }
    var evaluator = NodeEvaluator(scope: scope, environment: environment)
    switch try evaluator.value(node) {
    case .string(let text): return text
    case let value: return Text(value.written)
    }
  }
}

extension Diagnostic {
  fileprivate static func notALoop(_ found: String, at position: SourcePosition) -> Diagnostic {
    Diagnostic(.invalidValue, "'for_each' wants a list, a map or a number, found \(found)", at: position)
  }
}
