/// Knows every secret of a run, and hides them and their common encodings wherever text leaves the program.
///
/// One pass over the text, whatever the number of secrets: three bytes at a place decide whether any secret can
/// start there. Where two could, the longer one is taken.
public struct Scrubber: Sendable {
  private struct Pattern: Sendable {
    var bytes: [UInt8]
    var label: [UInt8]
  }

  /// Patterns by their first three bytes, the longest first.
  private var patterns: [UInt32: [Pattern]] = [:]
  /// Which hashes of three bytes occur: one look rules out nearly every place.
  private var filter = [UInt64](repeating: 0, count: 1024)
  /// Which single bytes and pairs of bytes start a pattern: for the end of a piece.
  private var starts: Set<UInt32> = []
  private var known: Set<String> = []

  public init() {}

  public var isEmpty: Bool { known.isEmpty }

  /// Takes in a secret; texts under 3 characters cannot be hidden and are left alone.
  public mutating func add(_ secret: String, label: String) {
    guard secret.unicodeScalars.count >= 3, known.insert(secret).inserted else { return }
    for form in secretForms(of: secret) { add(form, label: label) }
    let lines = secret.split(whereSeparator: \.isNewline)
    guard lines.count > 1 || secret.last?.isNewline == true else { return }
    for line in lines where line.unicodeScalars.count >= 3 {
      for form in secretForms(of: String(line)) { add(form, label: label) }
    }
  }

  /// Takes in the secret parts of a text.
  public mutating func add(_ text: Text) {
    guard text.isSecret else { return }
    let bytes = Array(text.string.utf8)
    for span in text.secrets { add(String(decoding: bytes[span.range], as: UTF8.self), label: span.label) }
  }

  /// Takes in the secret parts of all texts in a value.
  public mutating func add(_ value: Value) {
    switch value {
    case .string(let text): add(text)
    case .list(let list): for item in list { add(item) }
    case .map(let map): for entry in map { add(entry.value) }
    case .null, .bool, .int, .float: break
    }
  }

  private mutating func add(_ bytes: [UInt8], label: String) {
    guard bytes.count >= 3, bytes.contains(where: { $0 > 0x20 }) else { return }
    let key = Self.key(bytes, 0)
    var bucket = patterns[key] ?? []
    guard !bucket.contains(where: { $0.bytes == bytes }) else { return }
    bucket.append(Pattern(bytes: bytes, label: Array("‹\(label)›".utf8)))
    bucket.sort { $0.bytes.count > $1.bytes.count }
    patterns[key] = bucket
    filter[Int(Self.hash(key) >> 6)] |= 1 << UInt64(Self.hash(key) & 63)
    starts.insert(UInt32(bytes[0]))
    starts.insert(0x10000 | UInt32(bytes[0]) << 8 | UInt32(bytes[1]))
  }

  /// The text with every secret as `‹label›`.
  public func scrub(_ text: String) -> String {
    guard !isEmpty else { return text }
    var rest = Array(text.utf8)
    let output = scrub(&rest, isEnd: true)
    return String(decoding: output, as: UTF8.self)
  }

  public func scrub(_ bytes: [UInt8]) -> [UInt8] {
    guard !isEmpty else { return bytes }
    var rest = bytes
    return scrub(&rest, isEnd: true)
  }

  /// The text's secret parts by label, and any other secret in it.
  public func scrub(_ text: Text) -> String { scrub(text.description) }

  /// Scrubs output that comes in pieces: what may be the start of a secret waits for the next piece.
  public struct Stream: Sendable {
    private var rest: [UInt8] = []

    public init() {}

    public mutating func push(_ bytes: [UInt8], _ scrubber: Scrubber) -> [UInt8] {
      guard !scrubber.isEmpty || !rest.isEmpty else { return bytes }
      rest += bytes
      return scrubber.scrub(&rest, isEnd: false)
    }

    /// What still waits, once nothing more will come.
    public mutating func finish(_ scrubber: Scrubber) -> [UInt8] { scrubber.scrub(&rest, isEnd: true) }
  }

  /// Scrubs from the front and takes away what is done: all of it at the end, else all but what may yet become a
  /// secret.
  private func scrub(_ input: inout [UInt8], isEnd: Bool) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(input.count)
    var (place, copied) = (0, 0)
    let count = input.count
    input.withUnsafeBufferPointer { bytes in
      while place < count {
        switch match(bytes, at: place, isEnd: isEnd) {
        case .none: place += 1
        case .partial:
          output += bytes[copied..<place]
          copied = place
          return
        case .whole(let pattern):
          output += bytes[copied..<place]
          output += pattern.label
          place += pattern.bytes.count
          copied = place
        }
      }
      output += bytes[copied..<count]
      copied = count
    }
    input.removeFirst(copied)
    return output
  }

  private enum Match { case none, partial, whole(Pattern) }

  private func match(_ bytes: UnsafeBufferPointer<UInt8>, at place: Int, isEnd: Bool) -> Match {
    let left = bytes.count - place
    guard left >= 3 else {
      guard !isEnd else { return .none }
      let start =
        left == 1 ? UInt32(bytes[place]) : 0x10000 | UInt32(bytes[place]) << 8 | UInt32(bytes[place + 1])
      return starts.contains(start) ? .partial : .none
    }
    let key = Self.key(bytes, place)
    let hash = Self.hash(key)
    guard filter[Int(hash >> 6)] & (1 << UInt64(hash & 63)) != 0, let bucket = patterns[key] else {
      return .none
    }
    for pattern in bucket {
      let length = min(pattern.bytes.count, left)
      guard !isEnd || length == pattern.bytes.count else { continue }
      let isSame = (3..<max(3, length)).allSatisfy { pattern.bytes[$0] == bytes[place + $0] }
      if isSame { return length == pattern.bytes.count ? .whole(pattern) : .partial }
    }
    return .none
  }

  private static func key(_ bytes: some RandomAccessCollection<UInt8>, _ place: Int) -> UInt32 {
    let start = bytes.index(bytes.startIndex, offsetBy: place)
    let next = bytes.index(after: start)
    return UInt32(bytes[start]) << 16 | UInt32(bytes[next]) << 8 | UInt32(bytes[bytes.index(after: next)])
  }

  private static func hash(_ key: UInt32) -> UInt32 { (key &* 2_654_435_761) >> 16 }
}
