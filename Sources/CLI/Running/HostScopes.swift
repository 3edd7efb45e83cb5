import Runbook

/// The variables of the hosts of a run: what the inventory, the runbook and the command line say, each read once.
struct HostScopes: Sendable {
  private let scopes: [String: LayeredScope]

  init(_ project: Project, _ document: RunbookDocument?, hosts: [String]) throws(Diagnostics) {
    var (scopes, faults): ([String: LayeredScope], [Diagnostic]) = ([:], [])
    for name in hosts {
      guard let host = project.inventory.host(named: name) else { continue }
      do throws(Diagnostics) {
        scopes[name] = try Self.scope(of: host, project, document)
      } catch {
        faults += error.all.filter { !faults.contains($0) }
      }
    }
    if !faults.isEmpty { throw Diagnostics(faults) }
    self.scopes = scopes
  }

  /// For the check before anything is contacted: names that steps will give a value are pending.
  func scope(of host: String, promises: [String: String]) -> any Scope {
    scope(HostVariables(host: host, pending: promises))
  }

  /// What is known of a host without asking it; facts are pending.
  func scope(of host: String) -> (any Scope) {
    scope(HostVariables(host: host))
  }

  /// With what the run has learnt about the host so far.
  func scope(_ variables: HostVariables) -> any Scope {
    guard let base = scopes[variables.host] else { return ValueScope([:]) }
    return base.adding([Self.facts(variables, base), Self.assigned(variables)])
  }

  /// What the inventory, the runbook and the command line say.
  func base(of host: String) -> LayeredScope? { scopes[host] }

  private static func scope(
    of host: InventoryHost, _ project: Project, _ document: RunbookDocument?
  ) throws(Diagnostics) -> LayeredScope {
    guard let document else { return try project.scope(of: host) }
    let own = VariableLayer(.runbook, title: document.file.path, document.variables)
    let scope = try project.scope(of: host, adding: [own])
    guard !document.variableFiles.isEmpty else { return scope }
    var layers: [VariableLayer] = []
    for node in document.variableFiles {
      let path = try path(node, scope, project, document)
      layers.append(try layer(path, node.position, project))
    }
    return scope.adding(layers)
  }

  /// `vars_files` may be templates over what is known before a host is asked.
  private static func path(
    _ node: Node, _ scope: LayeredScope, _ project: Project, _ document: RunbookDocument
  ) throws(Diagnostics) -> String {
    let folder = LocalFile.parent(of: document.file.path)
    var evaluator = NodeEvaluator(scope: scope, keyring: project.secrets, folders: [folder])
    let value: Value
    do throws(EvaluationFault) {
      value = try evaluator.value(node)
    } catch {
      switch error {
      case .diagnostic(let diagnostic): throw .one(diagnostic.located(at: node.position))
      case .pending(let reason):
        throw .one(
          Diagnostic(.undefined, "a file of variables cannot wait for \(reason)", at: node.position))
      }
    }
    guard let text = value.text, !text.isSecret else {
      throw .one(Diagnostic(.invalidValue, "expected the path of a file", at: node.position))
    }
    return LocalFile.join(folder, text.string)
  }

  private static func layer(
    _ path: String, _ position: SourcePosition, _ project: Project
  ) throws(Diagnostics) -> VariableLayer {
    let file: SourceFile
    let isVaulted: Bool
    do throws(Diagnostic) {
      let source = try SourceFile.read(path: path)
      isVaulted = VaultEnvelope.isVaulted(source.text)
      let start = SourcePosition(file: source, line: 1, column: 1)
      file =
        isVaulted
        ? SourceFile(path: path, text: try project.secrets.decrypt(source.text, at: start), isSecret: true)
        : source
    } catch {
      throw .one(error.located(at: position))
    }
    guard let node = try YAMLReader.read(file) else {
      return VariableLayer(.varsFiles, title: path, [Variable]())
    }
    guard case .mapping(let entries) = node.content else {
      throw .one(Diagnostic(.invalidValue, "expected a map of variables", at: node.position))
    }
    return VariableLayer(
      .varsFiles, title: path,
      entries.map { Variable($0.key, .node($0.value), at: $0.keyPosition, isSecret: isVaulted) })
  }

  /// Where the host was not asked yet, every name that only it can give is pending.
  private static func facts(_ variables: HostVariables, _ base: LayeredScope) -> VariableLayer {
    if let facts = variables.facts { return VariableLayer(.facts, title: "facts", facts) }
    let reason = "the facts of \(variables.host)"
    return VariableLayer(.facts, title: "facts", [Variable]()) { name in
      guard name == "facts" || name.hasPrefix("ansible_") else { return nil }
      return base.origins(of: name).isEmpty ? reason : nil
    }
  }

  private static func assigned(_ variables: HostVariables) -> VariableLayer {
    let pending = variables.pending
    return VariableLayer(
      .assigned, title: "set and register",
      variables.assigned.map { Variable($0.key, .value($0.value)) }
    ) { pending[$0] }
  }
}
