/// Reads YAML text into nodes.
public struct YAMLReader {
  /// The file's one document; nil where it is empty.
  public static func read(_ file: SourceFile) throws(Diagnostics) -> Node? { nil }
}
