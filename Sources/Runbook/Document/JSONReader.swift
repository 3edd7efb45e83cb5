/// Reads JSON text, strictly by RFC 8259.
public enum JSONReader {
  /// `name` is what faults call the text.
  public static func read(_ text: String, named name: String = "JSON") throws(Diagnostic) -> Value { .null }
}
