/// The few colours that the program uses, or none of them.
public struct Palette: Sendable {
  /// What a piece of text is, which decides its colour.
  public enum Role: String, Sendable {
    case added = "32"
    case changed = "33"
    case removed = "31"
    case ran = "36"
    case faint = "2"
    case strong = "1"
    case failed = "1;31"
  }

  public let isOn: Bool

  public init(isOn: Bool) { self.isOn = isOn }

  /// The text in its role's colour; as it is where colours are off or there is nothing to colour.
  public func paint(_ text: String, _ role: Role) -> String {
    guard isOn, !text.isEmpty else { return text }
    return "\u{1B}[\(role.rawValue)m\(text)\u{1B}[0m"
  }
}
