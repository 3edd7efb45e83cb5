extension ConnectionSettings {
  /// What the variables of a host say about reaching it.
  public init(evaluating scope: any Scope, host: String) throws(EvaluationFault) { self.init(host: host) }
}
