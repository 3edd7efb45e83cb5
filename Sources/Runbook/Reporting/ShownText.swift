/// Text from a host or a file made fit for a terminal: what it prints must not move the cursor, change colours
/// or hide a line.
enum ShownText {
  /// One line without escape sequences; other control characters but the tab stand as `\x07`.
  static func line(_ text: some StringProtocol) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F || $0 == 0xC2 }) else { return String(text) }
    var shown = ""
    var scalars = Array(text.unicodeScalars)[...]
    while let scalar = scalars.popFirst() {
      switch scalar.value {
      case 0x1B: skipEscape(&scalars)
      case 0x09: shown.unicodeScalars.append(scalar)
      case 0..<0x20, 0x7F..<0xA0: shown += "\\x" + hexadecimal(scalar.value)
      default: shown.unicodeScalars.append(scalar)
      }
    }
    return shown
  }

  /// What of a line a terminal shows last: programs redraw a progress line by a bare carriage return.
  static func lastDrawn(_ text: some StringProtocol) -> String {
    line(text.unicodeScalars.split(separator: "\r").last.map { String(String.UnicodeScalarView($0)) } ?? "")
  }

  /// At most `width` columns, the last of them `…` where something is left out. Tabs become a space.
  static func fitted(_ text: String, to width: Int) -> String {
    var (shown, used) = ("", 0)
    for character in text {
      let columns = columns(of: character)
      if used + columns > width {
        while !shown.isEmpty, used > width - 1 { used -= Self.columns(of: shown.removeLast()) }
        return width > 0 ? shown + "…" : ""
      }
      shown.append(character == "\t" ? " " : character)
      used += columns
    }
    return shown
  }

  /// How many columns a terminal gives it: two for East Asian wide ones and emoji, none for joiners.
  static func columns(of character: Character) -> Int {
    guard let first = character.unicodeScalars.first else { return 0 }
    switch first.value {
    case 0x300...0x36F, 0x200B...0x200F, 0xFE00...0xFE0F: return 0
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0x33FF, 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xA000...0xA4CF,
      0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE4F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1FAFF,
      0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  /// Drops the rest of an escape sequence: CSI up to its final byte, OSC up to BEL or ST, else one character.
  private static func skipEscape(_ scalars: inout ArraySlice<Unicode.Scalar>) {
    switch scalars.popFirst()?.value {
    case 0x5B:
      while let next = scalars.popFirst(), !(0x40...0x7E).contains(next.value) {}
    case 0x5D:
      while let next = scalars.popFirst(), next.value != 0x07 {
        if next.value == 0x1B {
          _ = scalars.popFirst()
          return
        }
      }
    default: return
    }
  }

  private static func hexadecimal(_ value: UInt32) -> String {
    let digits = String(value, radix: 16)
    return digits.count < 2 ? "0" + digits : digits
  }
}
