/// Reads a runbook with all that it includes.
public struct RunbookReader: Sendable {
  let registry: StepRegistry
  let projectFolder: String

  public init(registry: StepRegistry, projectFolder: String) {
    self.registry = registry
    self.projectFolder = projectFolder
  }

  /// Throws every fault of all its files together.
  public func read(_ path: String) throws(Diagnostics) -> RunbookDocument {
    throw .one(Diagnostic(.usage, "runbooks cannot be read yet"))
  }
}
