import Runbook
import Steps

/// Applies a plan that was saved.
enum SavedRun {
  /// A saved plan is JSON, which no runbook begins like.
  static func isOne(_ path: String) throws(Diagnostics) -> Bool {
    do throws(Diagnostic) {
      guard try LocalFile.kind(path) == .file else { return false }
      return try LocalFile.read(path).starts(with: "{\n".utf8)
    } catch {
      throw .one(error)
    }
  }

  static func apply(_ path: String, _ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let opened = try Project(invocation, inventory: [])
    let saved: SavedPlan
    do throws(Diagnostic) { saved = try SavedPlan.read(path) } catch { throw .one(error) }
    let arguments = try opened.restored(
      saved.arguments, sealed: saved.sealedExtras, digests: saved.extraDigests)
    let prepared = try PreparedRun(invocation, going: arguments, in: opened)
    let observer = try RunObserver(invocation)
    let engine = Engine(prepared.input(invocation, observer: observer))
    return await Runner.apply(engine, as: saved, observer, invocation)
  }
}
