/// What a runbook gives a parameter once its templates are evaluated: still with positions, and with the
/// scalars as they were written, because what `no` or `0644` means is for the parameter to say.
public struct Argument: Sendable {
  public enum Content: Sendable {
    /// A scalar as written, or a template with text around its expressions.
    case written(Text, isPlain: Bool)
    /// A scalar that an expression gave.
    case native(Value)
    case list([Argument])
    case map([Entry])
    /// Not known yet, and why: "what step 'docker' gives", "the facts of host01".
    case pending(String)
  }

  public struct Entry: Sendable {
    public var key: String
    public var keyPosition: SourcePosition
    public var value: Argument

    public init(key: String, keyPosition: SourcePosition, value: Argument) {
      self.key = key
      self.keyPosition = keyPosition
      self.value = value
    }
  }

  public var content: Content
  public var position: SourcePosition

  public init(_ content: Content, at position: SourcePosition) {
    self.content = content
    self.position = position
  }

  /// A value that an expression gave, every part of it standing where the expression stands.
  public init(_ value: Value, at position: SourcePosition) {
    self.position = position
    switch value {
    case .list(let list): content = .list(list.map { Argument($0, at: position) })
    case .map(let map):
      content = .map(
        map.map { Entry(key: $0.key, keyPosition: position, value: Argument($0.value, at: position)) })
    case .null, .bool, .int, .float, .string: content = .native(value)
    }
  }
}
