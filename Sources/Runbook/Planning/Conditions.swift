/// Conditions as `when`, `until`, `changed_when` and `failed_when` take them: true or false, an expression, or a
/// list of these that must all hold.
public enum Conditions {
  /// Whether every one holds. Where one does not, the others need not be known.
  public static func hold(
    _ nodes: [Node], in scope: any Scope, _ environment: TemplateEnvironment
  ) throws(EvaluationFault) -> Bool {
    try firstThatFails(nodes, in: scope, environment) == nil
  }

  /// The first condition that does not hold; nil where all do. One that is not known yet only counts where no other
  /// one fails.
  public static func firstThatFails(
    _ nodes: [Node], in scope: any Scope, _ environment: TemplateEnvironment
  ) throws(EvaluationFault) -> Node? {
    var waiting: String?
    for node in nodes {
      do throws(EvaluationFault) {
        if try !holds(node, in: scope, environment) { return node }
      } catch {
        // Conditions after one that waits may depend on it (`x is defined` before `x.y`), so their faults wait too.
        guard case .pending(let reason) = error else {
          if waiting == nil { throw error }
          continue
        }
        waiting = waiting ?? reason
      }
    }
    if let waiting { throw .pending(waiting) }
    return nil
  }

  /// Throws where a condition is not one, whatever its names may mean.
  static func compile(_ node: Node, _ environment: TemplateEnvironment) throws(Diagnostic) {
    switch node.content {
    case .sequence(let nodes): for node in nodes { try compile(node, environment) }
    case .mapping: throw .notACondition(at: node.position)
    case .scalar(let scalar):
      do throws(Diagnostic) {
        _ = try environment.cache.expression(scalar.text, at: node.position)
      } catch { throw error.located(at: node.position) }
    }
  }

  private static func holds(
    _ node: Node, in scope: any Scope, _ environment: TemplateEnvironment
  ) throws(EvaluationFault) -> Bool {
    switch node.content {
    case .sequence(let nodes): return try hold(nodes, in: scope, environment)
    case .mapping: throw .diagnostic(.notACondition(at: node.position))
    case .scalar(let scalar):
      if scalar.isPlain, node.tag == nil, case .bool(let bool) = plainScalar(scalar.text) { return bool }
      let expression: Expression
      do throws(Diagnostic) {
        expression = try environment.cache.expression(scalar.text, at: node.position)
      } catch { throw .diagnostic(error.located(at: node.position)) }
      do throws(EvaluationFault) {
        return try expression.isTrue(in: scope, environment)
      } catch {
        guard case .diagnostic(let fault) = error else { throw error }
        throw .diagnostic(fault.located(at: node.position))
      }
    }
  }
}

extension Diagnostic {
  fileprivate static func notACondition(at position: SourcePosition) -> Diagnostic {
    Diagnostic(
      .invalidValue, "a condition is an expression or a list of them, this is a map", at: position,
      hint: "an expression with ': ' in it needs quotes around the whole")
  }
}
