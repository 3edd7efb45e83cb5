import Glibc
import Runbook
import Testing

/// Compares a text with a file under `Golden`. With RECORD_GOLDEN=1 it writes the file, and fails, so that a
/// recording never passes for a check.
func expectGolden(
  _ text: String, _ name: String, filePath: String = #filePath,
  sourceLocation: Testing.SourceLocation = #_sourceLocation
) throws {
  let path = LocalFile.join(LocalFile.parent(of: filePath), "Golden/\(name)")
  if getenv("RECORD_GOLDEN") != nil {
    try LocalFile.makeFolder(LocalFile.parent(of: path))
    try LocalFile.write(Array(text.utf8), to: path, mode: 0o644)
    Issue.record("recorded \(name)", sourceLocation: sourceLocation)
    return
  }
  guard try LocalFile.exists(path) else {
    Issue.record("there is no golden file \(name)", sourceLocation: sourceLocation)
    return
  }
  let wanted = String(decoding: try LocalFile.read(path), as: UTF8.self)
  let difference = UnifiedDiff(before: wanted, after: Text(text)).lines.map { "\($0)" }.joined(
    separator: "\n")
  #expect(text == wanted, "\(name):\n\(difference)", sourceLocation: sourceLocation)
}
