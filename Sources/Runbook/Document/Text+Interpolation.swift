extension Text: ExpressibleByStringInterpolation {
  /// Keeps the secret parts of the texts that are put in.
  public struct StringInterpolation: StringInterpolationProtocol {
    var text = Text("")

    public init(literalCapacity: Int, interpolationCount: Int) {}
    public mutating func appendLiteral(_ literal: String) { text.append(Text(literal)) }
    public mutating func appendInterpolation(_ part: Text) { text.append(part) }
    public mutating func appendInterpolation(_ part: some CustomStringConvertible) {
      text.append(Text(part.description))
    }
  }

  public init(stringInterpolation: StringInterpolation) { self = stringInterpolation.text }
}
