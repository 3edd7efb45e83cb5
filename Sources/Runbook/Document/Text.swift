/// A string that knows which of its parts are secret.
///
/// It prints with every secret replaced by its label, so that one forgotten call of `print` reveals nothing;
/// `string` is the real thing.
public struct Text: Sendable, Hashable, ExpressibleByStringLiteral, CustomStringConvertible,
  CustomDebugStringConvertible
{
  /// A secret part: UTF-8 offsets into `string`, and the name it is shown by.
  public struct SecretSpan: Sendable, Hashable {
    public var range: Range<Int>
    public var label: String

    public init(range: Range<Int>, label: String) {
      self.range = range
      self.label = label
    }
  }

  /// The whole text, secrets included. Never print it.
  public private(set) var string: String
  /// Sorted, not overlapping.
  public private(set) var secrets: [SecretSpan]

  public init(_ string: String) {
    self.string = string
    secrets = []
  }

  public init(stringLiteral value: String) { self.init(value) }

  /// A text that is secret as a whole.
  public init(secret string: String, label: String) {
    self.string = string
    secrets = string.isEmpty ? [] : [SecretSpan(range: 0..<string.utf8.count, label: label)]
  }

  /// A text with secret parts; the spans must be sorted, and must not overlap.
  public init(_ string: String, secrets: [SecretSpan]) {
    self.string = string
    self.secrets = secrets
  }

  public var isSecret: Bool { !secrets.isEmpty }
  public var isEmpty: Bool { string.isEmpty }

  /// The text as people may see it: each secret as `‹label›`.
  public var description: String {
    guard isSecret else { return string }
    var shown = ""
    let bytes = Array(string.utf8)
    var start = 0
    for span in secrets {
      shown += String(decoding: bytes[start..<span.range.lowerBound], as: UTF8.self)
      shown += "‹\(span.label)›"
      start = span.range.upperBound
    }
    return shown + String(decoding: bytes[start...], as: UTF8.self)
  }

  public var debugDescription: String { description.debugDescription }

  public static func + (left: Text, right: Text) -> Text {
    var result = left
    result.append(right)
    return result
  }

  public mutating func append(_ other: Text) {
    if other.isSecret {
      let offset = string.utf8.count
      secrets += other.secrets.map {
        SecretSpan(range: ($0.range.lowerBound + offset)..<($0.range.upperBound + offset), label: $0.label)
      }
    }
    string += other.string
  }

  /// What became of this text by an operation that moves characters about (a filter, an encoding): secret as a
  /// whole where any part of it was.
  public func derived(_ string: String) -> Text {
    guard isSecret else { return Text(string) }
    var labels: [String] = []
    for span in secrets where !labels.contains(span.label) { labels.append(span.label) }
    return Text(secret: string, label: labels.joined(separator: ", "))
  }
}
