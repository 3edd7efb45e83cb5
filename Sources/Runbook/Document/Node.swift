/// One node of a YAML document, with the place where it stands. Aliases and merge keys are resolved.
public struct Node: Sendable {
  public enum Content: Sendable {
    case scalar(Scalar)
    case sequence([Node])
    case mapping([Entry])
  }

  /// The text of a scalar after YAML's own escapes, and whether it was written without quotes.
  public struct Scalar: Sendable, Hashable {
    public var text: String
    /// Plain scalars are subject to YAML's rules for `no`, `1.10` and `~`; quoted and block ones are text.
    public var isPlain: Bool

    public init(text: String, isPlain: Bool) {
      self.text = text
      self.isPlain = isPlain
    }
  }

  public struct Entry: Sendable {
    public var key: String
    public var keyPosition: SourcePosition
    public var value: Node

    public init(key: String, keyPosition: SourcePosition, value: Node) {
      self.key = key
      self.keyPosition = keyPosition
      self.value = value
    }
  }

  public var content: Content
  /// `!vault` or `!unsafe`; nil for YAML's own.
  public var tag: String?
  public var position: SourcePosition

  public init(_ content: Content, tag: String? = nil, at position: SourcePosition) {
    self.content = content
    self.tag = tag
    self.position = position
  }

  public subscript(key: String) -> Node? {
    guard case .mapping(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }
}
