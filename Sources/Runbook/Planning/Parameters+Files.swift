/// A file of the control machine that a step uses.
public struct LocalFileReference: Sendable, Hashable {
  /// The path that it was found at.
  public var path: String
  public var bytes: [UInt8]
  /// SHA-256 in lower-case hex.
  public var digest: String
  /// The permission bits.
  public var mode: Int

  public init(path: String, bytes: [UInt8], digest: String, mode: Int) {
    self.path = path
    self.bytes = bytes
    self.digest = digest
    self.mode = mode
  }
}

/// A condition that a parameter holds, evaluated.
public struct Condition: Sendable, Hashable {
  /// As written.
  public var text: String
  public var holds: Bool
  public var position: SourcePosition

  public init(text: String, holds: Bool, position: SourcePosition) {
    self.text = text
    self.holds = holds
    self.position = position
  }
}

extension Parameters {
  /// The path of a file of the control machine, looked for in the step's folders and in `files` below them. Its
  /// bytes and digest are read, and become part of the step's fingerprint. nil where it is not given, not there, or
  /// not known yet; the last two are noted.
  public mutating func localFile(_ name: String, _ words: String) -> LocalFileReference? {
    guard let argument = argument(name, type: "path of a local file", words) else { return nil }
    let path: String? = decode(argument)
    guard let path else { return nil }
    reject("'\(path)' cannot be read yet", at: name)
    return nil
  }

  /// The path of a template of the control machine, looked for in the step's folders and in `templates` below
  /// them; the text that it gives with the step's variables. nil as with `localFile`.
  public mutating func renderedTemplate(_ name: String, _ words: String) -> Text? {
    guard let argument = argument(name, type: "path of a local template", words) else { return nil }
    let path: String? = decode(argument)
    guard let path else { return nil }
    reject("'\(path)' cannot be rendered yet", at: name)
    return nil
  }

  /// A condition or a list of them, each evaluated with the step's variables. Empty where none is given, or where
  /// one is not known yet.
  public mutating func conditions(_ name: String, _ words: String) -> [Condition] {
    guard let argument = argument(name, type: "condition or list of conditions", words) else { return [] }
    let texts: [String] = decode(argument) ?? []
    return texts.map { Condition(text: $0, holds: true, position: argument.position) }
  }
}
