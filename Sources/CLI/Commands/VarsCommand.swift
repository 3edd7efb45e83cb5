import Runbook

/// `runbook vars`
struct VarsCommand: Command {
  static let name = "vars"
  static let summary = "Print a host's variables: each value, where it comes from, what it overrode."
  static let forms = ["HOST [NAME]"]
  static let words = """
    Secrets are shown by their names. What only the host can say of itself is not asked for.
    With NAME every definition is listed, the one that counts first.
    """
  static let examples = ["runbook vars host01", "runbook vars host01 repo_path"]
  static let options: [Option] = Option.forProject + [.json]
  static let operands = 1...2

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let project = try Project(invocation)
    let name = invocation.operand(0) ?? ""
    guard let host = project.inventory.host(named: name) else {
      throw .one(.unknownHost(name, project.inventory))
    }
    let scope = try project.scope(of: host)
    if let variable = invocation.operand(1) {
      return try one(variable, scope, invocation)
    }
    let names = Set(scope.names).sorted()
    var lines: [String] = []
    var map = ValueMap()
    for name in names {
      let origin = scope.origins(of: name).last
      let (value, fault) = evaluate(name, scope)
      map[name] = value
      let place = origin.map { "\($0.place)" } ?? "built in"
      lines.append("\(name): \(fault ?? value.json())  (\(place))")
    }
    invocation.console.print(
      invocation.arguments.has(.json)
        ? Value.map(map).json(pretty: true) + "\n" : lines.map { $0 + "\n" }.joined())
    return .done
  }

  private static func one(
    _ name: String, _ scope: LayeredScope, _ invocation: Invocation
  ) throws(Diagnostics) -> ExitStatus {
    let origins = scope.origins(of: name)
    let value: Value
    do throws(EvaluationFault) {
      guard let found = try scope.value(of: name) else { throw .diagnostic(.unknownVariable(name, scope)) }
      value = found
    } catch {
      switch error {
      case .diagnostic(let diagnostic): throw .one(diagnostic)
      case .pending(let reason): throw .one(Diagnostic(.undefined, "'\(name)' waits for \(reason)"))
      }
    }
    if invocation.arguments.has(.json) {
      invocation.console.print(value.json(pretty: true) + "\n")
      return .done
    }
    var lines = ["\(name): \(value.json(pretty: true))"]
    for (index, origin) in origins.reversed().enumerated() {
      lines.append("  \(index == 0 ? "from" : "over") \(origin.place)")
    }
    invocation.console.print(lines.map { $0 + "\n" }.joined())
    return .done
  }

  private static func evaluate(_ name: String, _ scope: LayeredScope) -> (Value, fault: String?) {
    do throws(EvaluationFault) {
      return (try scope.value(of: name) ?? .null, nil)
    } catch {
      switch error {
      case .diagnostic(let diagnostic): return (.null, "not to be had: \(diagnostic.message)")
      case .pending(let reason): return (.null, "waits for \(reason)")
      }
    }
  }
}

extension VariableOrigin {
  /// "group_vars/all.yml:3:1", and what it is where it has no line.
  fileprivate var place: String { variable.position?.description ?? title }
}

extension Diagnostic {
  static func unknownHost(_ name: String, _ inventory: Inventory) -> Diagnostic {
    let nearest = nearestName(to: name, among: inventory.hosts.map { $0.name })
    return Diagnostic(
      .inventory, "there is no host '\(name)' in the inventory",
      hint: nearest.map { "did you mean '\($0)'?" } ?? "'runbook inventory' lists the hosts")
  }

  fileprivate static func unknownVariable(_ name: String, _ scope: LayeredScope) -> Diagnostic {
    let nearest = nearestName(to: name, among: scope.names)
    return Diagnostic(
      .undefined, "there is no variable '\(name)'", hint: nearest.map { "did you mean '\($0)'?" })
  }
}
