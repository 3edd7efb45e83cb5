/// The whole of what shall happen, host by host: the nodes and what each waits for. Built and checked before a
/// host is touched.
public struct Graph: Sendable {
  public var nodes: [GraphNode]
  /// Every phase with `rescue`, `always`, `secrets`, `verify` or handlers, and the runbook itself as number 0.
  public var scopes: [GraphScope]
  /// Hosts in the order of the inventory.
  public var hosts: [String]

  public init(nodes: [GraphNode], scopes: [GraphScope], hosts: [String]) {
    self.nodes = nodes
    self.scopes = scopes
    self.hosts = hosts
  }
}

/// One step on one host.
public struct GraphNode: Sendable {
  /// Its place in `Graph.nodes`.
  public var index: Int
  public var reference: StepReference
  public var spec: StepSpec { step.spec }
  /// Shared by the nodes of all hosts.
  private let step: SharedStep
  /// The names of the phases it stands in, outermost first.
  public var phases: [String]
  /// The innermost scope it belongs to, a place in `Graph.scopes`.
  public var scope: Int
  public var role: Role
  /// Nodes that must be done first, sorted.
  public var needs: [Int]
  /// Why it is left out (tags, `--start-at`), though its values may be used by others; nil where it takes part.
  public var isLeftOut: String?
  /// The handlers on its host that it notifies where it changes something, by place in `Graph.nodes`.
  public var notifies: [Int]

  public enum Role: String, Sendable { case main, rescue, always, secrets, verify, handler }

  public init(
    index: Int, reference: StepReference, spec: StepSpec, phases: [String], scope: Int, role: Role = .main,
    needs: [Int], isLeftOut: String? = nil, notifies: [Int] = []
  ) {
    self.init(
      index: index, reference: reference, step: SharedStep(spec), phases: phases, scope: scope, role: role,
      needs: needs,
      isLeftOut: isLeftOut, notifies: notifies)
  }

  init(
    index: Int, reference: StepReference, step: SharedStep, phases: [String], scope: Int, role: Role,
    needs: [Int],
    isLeftOut: String?, notifies: [Int]
  ) {
    self.index = index
    self.reference = reference
    self.step = step
    self.phases = phases
    self.scope = scope
    self.role = role
    self.needs = needs
    self.isLeftOut = isLeftOut
    self.notifies = notifies
  }
}

/// One step as written, shared by its nodes: a copy for each of a hundred hosts would cost more than all else.
final class SharedStep: Sendable {
  let spec: StepSpec

  init(_ spec: StepSpec) { self.spec = spec }
}

/// A phase on one host (or the runbook, number 0, on all of them): whose failure its rescue takes up, after whose
/// end its handlers and `always` run.
public struct GraphScope: Sendable {
  /// The scope around it; nil for the runbook.
  public var parent: Int?
  public var name: String
  /// nil for the runbook.
  public var host: String?
  /// Places in `Graph.nodes` of the nodes whose innermost scope this is, by role.
  public var main: [Int]
  public var rescue: [Int]
  public var always: [Int]
  public var secrets: [Int]
  public var verify: [Int]
  public var handlers: [Int]

  public init(parent: Int?, name: String, host: String?) {
    self.parent = parent
    self.name = name
    self.host = host
    (main, rescue, always, secrets, verify, handlers) = ([], [], [], [], [], [])
  }
}

/// A step on a host: `docker@host01`.
public struct StepReference: Sendable, Hashable, CustomStringConvertible {
  public var id: String
  public var host: String

  public init(id: String, host: String) {
    self.id = id
    self.host = host
  }

  public var description: String { "\(id)@\(host)" }
}
