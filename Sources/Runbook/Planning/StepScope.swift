/// The variables of one step: those of its host, with its own, its includes' and its loop's among them.
public enum StepScope {
  /// `base` holds the host's variables. Where that is a `LayeredScope` each layer takes its place by rank, so that
  /// `-e` stays stronger; over any other scope the step's own are the stronger ones. `waitingFor` says why the items
  /// of its loop are not known yet.
  public static func make(
    for spec: StepSpec, over base: any Scope, item: LoopItem? = nil, waitingFor reason: String? = nil,
    keyring: any VaultDecrypting
  ) -> any Scope {
    if spec.variables.isEmpty, item == nil, reason == nil { return base }
    var layers = spec.variables.map {
      VariableLayer(
        $0.isOfInclude ? .include : .step, title: $0.isOfInclude ? "vars of an include" : "vars", $0.entries)
    }
    if let item { layers.append(VariableLayer(.loop, title: "the loop", item.variables(of: spec))) }
    if let reason {
      let names = [spec.loopVariable, "loop_index"]
      layers.append(
        VariableLayer(.loop, title: "the loop", [Variable](), pending: { names.contains($0) ? reason : nil }))
    }
    guard let layered = base as? LayeredScope else {
      return LayeredScope(layers, keyring: keyring, folders: spec.folders).falling(backTo: base)
    }
    return layered.adding(layers)
  }
}

/// The names of one scope, and below them those of another.
private struct StackedScope: Scope {
  let upper: any Scope
  let lower: any Scope

  func value(of name: String) throws(EvaluationFault) -> Value? {
    if let value = try upper.value(of: name) { return value }
    return try lower.value(of: name)
  }

  func scope(of name: String, key: String) throws(EvaluationFault) -> (any Scope)? {
    if let scope = try upper.scope(of: name, key: key) { return scope }
    return try lower.scope(of: name, key: key)
  }

  var names: [String] { upper.names + lower.names }
}

extension LayeredScope {
  fileprivate func falling(backTo base: any Scope) -> any Scope { StackedScope(upper: self, lower: base) }
}
