import Synchronization

/// Everything that can be said of a graph before a host is contacted: every step is decoded for every host, with
/// facts and registered values still open.
public struct StaticCheck: Sendable {
  /// The variables of a host, where the given names are not known yet, and why.
  public typealias ScopeLookup = @Sendable (String, [String: String]) throws(Diagnostic) -> any Scope

  let registry: StepRegistry
  let environment: TemplateEnvironment
  let scope: ScopeLookup

  public init(registry: StepRegistry, environment: TemplateEnvironment, scope: @escaping ScopeLookup) {
    self.registry = registry
    self.environment = environment
    self.scope = scope
  }

  /// Every fault once, in the order of the graph; one that not all hosts have names those that do.
  public func faults(in graph: Graph) -> [Diagnostic] {
    var found = FaultCollection(hosts: graph.hosts)
    var byHost: [String: [GraphNode]] = [:]
    var ids: Set<String> = []
    var specs: [StepSpec] = []
    for node in graph.nodes {
      if ids.insert(node.reference.id).inserted { specs.append(node.spec) }
      if node.isLeftOut == nil { byHost[node.reference.host, default: []].append(node) }
    }
    let promises = Self.promises(of: specs, registry)
    for host in graph.hosts {
      do throws(Diagnostic) {
        let base = try scope(host, promises)
        for node in byHost[host] ?? [] where !found.settled.contains(node.reference.id) {
          check(node.spec, on: host, base, into: &found)
        }
      } catch { found.add(error, on: host) }
    }
    return found.all
  }

  /// The names that steps will give a value, and what each waits for.
  public static func promises(
    of specs: some Sequence<StepSpec>, _ registry: StepRegistry
  ) -> [String: String] {
    var promises: [String: String] = [:]
    for spec in specs {
      let label = spec.hasGivenID ? spec.id : literalName(spec) ?? spec.id
      if let name = spec.register { promises[name] = "what step '\(label)' gives" }
      guard let kind = registry[spec.kind], kind.takesAnyKey,
        case .mapping(let entries) = spec.parameters.content
      else { continue }
      for entry in entries { promises[entry.key] = "what step '\(label)' sets" }
    }
    return promises
  }

  private func check(_ spec: StepSpec, on host: String, _ base: any Scope, into found: inout FaultCollection)
  {
    guard let kind = registry[spec.kind] else { return }
    var environment = environment
    environment.folders = spec.folders
    compile([spec.until, spec.changedWhen, spec.failedWhen], environment, on: host, into: &found)
    let own = WatchedScope(StepScope.make(for: spec, over: base, keyring: environment.keyring))
    let faults = found.count
    // What looks at no variable is the same on every host.
    defer { if !own.isUsed, found.count == faults, spec.forEach == nil { found.settled.insert(spec.id) } }
    do throws(EvaluationFault) {
      guard let items = try LoopItems.evaluate(spec, in: own, environment) else {
        return check(spec, kind, on: host, own, environment, into: &found)
      }
      for item in items {
        let scope = StepScope.make(for: spec, over: base, item: item, keyring: environment.keyring)
        check(spec, kind, on: host, scope, environment, into: &found)
        label(item, spec, on: host, scope, environment, into: &found)
      }
    } catch {
      switch error {
      case .pending(let reason):
        let scope = StepScope.make(for: spec, over: base, waitingFor: reason, keyring: environment.keyring)
        check(spec, kind, on: host, scope, environment, into: &found)
      case .diagnostic(let fault):
        // A loop over what is not defined is no fault where the step does not run on this host.
        if runs(spec, in: own, environment) != .no { found.add(fault, on: host) }
      }
    }
  }

  private func check(
    _ spec: StepSpec, _ kind: any StepKind.Type, on host: String, _ scope: any Scope,
    _ environment: TemplateEnvironment, into found: inout FaultCollection
  ) {
    let answer = runs(spec, in: scope, environment)
    if case .fault(let fault) = answer { return found.add(fault, on: host) }
    guard answer != .no else { return }
    let evaluator = NodeEvaluator(scope: scope, environment: environment)
    let context = DecodingContext(host: host, scope: scope, folders: spec.folders, environment: environment)
    for fault in StepDecoder.decode(spec: spec, kind: kind, evaluator: evaluator, context: context).faults {
      // Whether a name is defined may be just what the condition that is still open asks.
      if answer == .open, fault.code == .undefined { continue }
      found.add(fault, on: host)
    }
  }

  private enum Answer: Equatable {
    case yes, no, open
    case fault(Diagnostic)
  }

  private func runs(_ spec: StepSpec, in scope: any Scope, _ environment: TemplateEnvironment) -> Answer {
    do throws(EvaluationFault) {
      return try Conditions.hold(spec.conditions, in: scope, environment) ? .yes : .no
    } catch {
      switch error {
      case .pending: return .open
      case .diagnostic(let fault): return .fault(fault)
      }
    }
  }

  private func label(
    _ item: LoopItem, _ spec: StepSpec, on host: String, _ scope: any Scope,
    _ environment: TemplateEnvironment,
    into found: inout FaultCollection
  ) {
    do throws(EvaluationFault) { _ = try LoopItems.label(item, of: spec, in: scope, environment) } catch {
      if case .diagnostic(let fault) = error { found.add(fault, on: host) }
    }
  }

  /// Conditions that are evaluated once the step has run can only be compiled now.
  private func compile(
    _ nodes: [Node?], _ environment: TemplateEnvironment, on host: String, into found: inout FaultCollection
  ) {
    for node in nodes.compactMap({ $0 }) {
      do throws(Diagnostic) { try Conditions.compile(node, environment) } catch { found.add(error, on: host) }
    }
  }
}

/// A scope that knows whether anybody looked at it.
private final class WatchedScope: Scope {
  private let scope: any Scope
  private let used = Mutex(false)

  init(_ scope: any Scope) { self.scope = scope }

  var isUsed: Bool { used.withLock { $0 } }

  func value(of name: String) throws(EvaluationFault) -> Value? {
    used.withLock { $0 = true }
    return try scope.value(of: name)
  }

  func scope(of name: String, key: String) throws(EvaluationFault) -> (any Scope)? {
    used.withLock { $0 = true }
    return try scope.scope(of: name, key: key)
  }

  var names: [String] { scope.names }
}

/// Faults, each once, with the hosts that have it.
private struct FaultCollection {
  private struct Key: Hashable {
    var message: String
    var position: SourcePosition?
  }

  let hosts: [String]
  /// The ids of steps that are sound on every host.
  var settled: Set<String> = []
  private var order: [(fault: Diagnostic, key: Key)] = []
  private var found: [Key: [String]] = [:]

  init(hosts: [String]) { self.hosts = hosts }

  mutating func add(_ fault: Diagnostic, on host: String) {
    let key = Key(message: fault.message, position: fault.position)
    if found[key] == nil { order.append((fault, key)) }
    if found[key]?.last != host { found[key, default: []].append(host) }
  }

  var count: Int { order.count }

  var all: [Diagnostic] {
    order.map { fault, key in
      let having = found[key] ?? []
      guard having.count < hosts.count else { return fault }
      let shown = having.prefix(3).joined(separator: ", ")
      return fault.noting("on \(shown)\(having.count > 3 ? " and \(having.count - 3) more" : "")")
    }
  }
}
