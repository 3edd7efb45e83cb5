/// A host as inventories write it: `web[01:20].lan:2222`, `[::1]:2222`, `fe80::1`.
struct HostEntry {
  var names: [String]
  var port: Int?

  init(_ text: String) throws(RangeFault) {
    let (pattern, port) = Self.splitPort(text)
    self.port = port
    names = try Self.expand(pattern[...])
  }

  struct RangeFault: Error {
    var message: String
  }

  /// A port is what follows the only colon outside brackets, or a bracket around an address.
  private static func splitPort(_ text: String) -> (String, Int?) {
    guard let colon = text.lastIndex(of: ":") else { return (text, nil) }
    let digits = text[text.index(after: colon)...]
    guard !digits.isEmpty, digits.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let port = Int(digits)
    else {
      return (text, nil)
    }
    let before = text[..<colon]
    if before.hasPrefix("["), before.hasSuffix("]"), before.dropFirst().firstIndex(of: "[") == nil {
      return (String(before.dropFirst().dropLast()), port)
    }
    var depth = 0
    for character in before {
      if character == "[" { depth += 1 } else if character == "]" { depth -= 1 }
      if character == ":", depth == 0 { return (text, nil) }
    }
    return depth == 0 ? (String(before), port) : (text, nil)
  }

  private static func expand(_ text: Substring) throws(RangeFault) -> [String] {
    guard let open = text.firstIndex(of: "["), let close = text[open...].firstIndex(of: "]") else {
      return [String(text)]
    }
    let inner = text[text.index(after: open)..<close]
    guard inner.contains(":") else { return [String(text)] }
    let head = text[..<open]
    let tails = try expand(text[text.index(after: close)...])
    let values = try values(inner)
    guard values.count * tails.count <= 100_000 else {
      throw RangeFault(message: "the range [\(inner)] is too long")
    }
    return values.flatMap { value in tails.map { "\(head)\(value)\($0)" } }
  }

  /// What `01:20`, `a:f` or `1:10:3` stands for, both ends included.
  private static func values(_ range: Substring) throws(RangeFault) -> [String] {
    let parts = range.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2 || parts.count == 3, !parts[1].isEmpty else {
      throw RangeFault(message: "the range [\(range)] needs a start and an end")
    }
    let step = parts.count == 3 ? Int(parts[2]) : 1
    guard let step, step > 0 else {
      throw RangeFault(message: "the step of the range [\(range)] is no number")
    }
    let (begin, end) = (parts[0].isEmpty ? "0" : parts[0], parts[1])
    if let first = letter(begin), let last = letter(end) {
      guard first <= last else { throw RangeFault(message: "the range [\(range)] runs backwards") }
      return stride(from: first, through: last, by: step).map { String(letters[$0]) }
    }
    guard let first = Int(begin), let last = Int(end) else {
      throw RangeFault(message: "the range [\(range)] is neither of numbers nor of letters")
    }
    guard first <= last else { throw RangeFault(message: "the range [\(range)] runs backwards") }
    guard last - first < 100_000 * step else { throw RangeFault(message: "the range [\(range)] is too long") }
    let width = begin.hasPrefix("0") && begin.count > 1 ? begin.count : 0
    guard width == 0 || end.count == width else {
      throw RangeFault(message: "the ends of the range [\(range)] have different lengths")
    }
    return stride(from: first, through: last, by: step).map {
      let digits = String($0)
      return String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
  }

  private static let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")

  private static func letter(_ text: String) -> Int? {
    guard text.count == 1, let character = text.first else { return nil }
    return letters.firstIndex(of: character)
  }
}
