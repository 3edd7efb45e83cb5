import Glibc

/// The random word of one call and the frames that it ends; nothing a script prints can be one of them.
struct FrameMark: Sendable, Hashable {
  /// The first byte is one that ordinary output hardly holds, so that the search for it is fast.
  static let lead: UInt8 = 0x1e
  /// Letters and digits only.
  let word: String
  fileprivate let bytes: [UInt8]

  init() {
    word = "rb" + Digest.hex(Digest.random(16))
    bytes = [FrameMark.lead] + Array(word.utf8) + [UInt8(ascii: ":")]
  }
}

/// Cuts one stream of a session into what was printed and the frames between.
struct FrameReader {
  enum Piece: Equatable {
    case text([UInt8])
    /// A frame: its name (a script's index, or a letter) and its value (a status).
    case frame(String, String)
  }

  private let mark: FrameMark
  private var held: [UInt8] = []

  init(_ mark: FrameMark) { self.mark = mark }

  /// What these bytes bring; the start of what may be a frame is held back until more comes.
  mutating func feed(_ bytes: [UInt8]) -> [Piece] {
    held += bytes
    var pieces: [Piece] = []
    var (start, position) = (0, 0)
    while let lead = held[position...].firstIndex(of: FrameMark.lead) {
      position = lead
      let rest = held[lead...]
      let compared = min(rest.count, mark.bytes.count)
      guard rest.prefix(compared).elementsEqual(mark.bytes.prefix(compared)) else {
        position = lead + 1
        continue
      }
      guard compared == mark.bytes.count, let end = rest.firstIndex(of: UInt8(ascii: ";")) else {
        if lead > start { pieces.append(.text(Array(held[start..<lead]))) }
        held.removeFirst(lead)
        return pieces
      }
      if lead > start { pieces.append(.text(Array(held[start..<lead]))) }
      let words = String(decoding: held[(lead + compared)..<end], as: UTF8.self).split(separator: ":")
      if words.count == 2 { pieces.append(.frame(String(words[0]), String(words[1]))) }
      (start, position) = (end + 1, end + 1)
    }
    if start < held.count { pieces.append(.text(Array(held[start...]))) }
    held.removeAll(keepingCapacity: true)
    return pieces
  }

  /// What was held back, once no more can come.
  mutating func flush() -> [Piece] {
    defer { held.removeAll() }
    return held.isEmpty ? [] : [.text(held)]
  }
}
