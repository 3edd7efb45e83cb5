/// Knows every secret of a run, and hides them and their common encodings wherever text leaves the program.
public struct Scrubber: Sendable {
  public init() {}
  /// Takes in a secret; texts under 3 characters cannot be hidden and are left alone.
  public mutating func add(_ secret: String, label: String) {}
  /// Takes in the secret parts of a text.
  public mutating func add(_ text: Text) {}
  /// Takes in the secret parts of all texts in a value.
  public mutating func add(_ value: Value) {}
  /// The text with every secret as `‹label›`.
  public func scrub(_ text: String) -> String { text }
  public func scrub(_ bytes: [UInt8]) -> [UInt8] { bytes }
  /// The text's secret parts by label, and any other secret in it.
  public func scrub(_ text: Text) -> String { scrub(text.description) }

  /// Scrubs output that comes in pieces: a piece that may be the start of a secret waits for the next.
  public struct Stream: Sendable {
    public init() {}
    public mutating func push(_ bytes: [UInt8], _ scrubber: Scrubber) -> [UInt8] { bytes }
    /// What still waits, once nothing more will come.
    public mutating func finish(_ scrubber: Scrubber) -> [UInt8] { [] }
  }
}
