extension Diagnostic {
  /// The fault as people read it: place, message, the line with carets, notes, hint. No newline at the end.
  public func rendered(color: Bool = false) -> String {
    let paint = Paint(isOn: color)
    let place = position.map { paint.bold("\($0):") + " " } ?? ""
    var lines = ["\(place)\(paint.red("error:")) \(paint.bold(printable(message))) [\(code.rawValue)]"]
    if let position, !position.file.isSecret, let line = position.file.line(position.line) {
      lines += excerpt(of: line, at: position, paint)
    }
    for note in notes { lines += block(paint.cyan("note:"), note, indent: 8) }
    if let hint { lines += block(paint.cyan("hint:"), hint, indent: 8) }
    return lines.joined(separator: "\n")
  }

  /// A note of several lines goes on under its first word.
  private func block(_ label: String, _ text: String, indent: Int) -> [String] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { printable(String($0)) }
    let margin = String(repeating: " ", count: indent)
    return lines.enumerated().map { $0.offset == 0 ? "  \(label) \($0.element)" : margin + $0.element }
  }

  /// The source line behind its number, and carets under it.
  private func excerpt(of line: String, at position: SourcePosition, _ paint: Paint) -> [String] {
    let all = Array(printable(line).unicodeScalars)
    let start = min(position.column - 1, all.count)
    // A very long line is shown around the place.
    let from = all.count > Self.widest && start > Self.widest / 2 ? start - Self.widest / 2 : 0
    let to = min(all.count, from + Self.widest)
    let length = max(1, min(position.length, to - start))
    let number = String(position.line)
    let gutter = String(repeating: " ", count: max(0, 5 - number.count)) + number
    let blank = String(repeating: " ", count: gutter.count)
    let shown = text(all[from..<to])
    let before = String(repeating: " ", count: width(all[from..<max(from, min(start, to))]))
    let marked = max(1, width(all[min(start, to)..<min(start + length, to)]))
    let carets = "^" + String(repeating: "~", count: marked - 1)
    let left = from > 0 ? "…" : ""
    return [
      "\(gutter) | \(left)\(shown)\(to < all.count ? "…" : "")",
      "\(blank) | \(left.isEmpty ? "" : " ")\(before)\(paint.green(carets))",
    ]
  }

  private static var widest: Int { 120 }

  private func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    String(String.UnicodeScalarView(scalars))
  }
}

extension Diagnostics {
  /// Sorted by file, line and column, those without a place first; each fault once.
  public var sorted: Diagnostics {
    let ordered = all.enumerated().sorted { left, right in
      let (a, b) = (left.element.position, right.element.position)
      guard let a, let b else { return (a == nil ? 0 : 1, left.offset) < (b == nil ? 0 : 1, right.offset) }
      return (a.file.path, a.line, a.column, left.offset) < (b.file.path, b.line, b.column, right.offset)
    }
    var distinct: [Diagnostic] = []
    for (_, fault) in ordered where distinct.last != fault { distinct.append(fault) }
    return Diagnostics(distinct)
  }

  /// Every fault, by position, a blank line between them.
  public func rendered(color: Bool = false) -> String {
    sorted.all.map { $0.rendered(color: color) }.joined(separator: "\n\n")
  }
}

/// What a terminal can show: control characters as blanks or `�`, so that text from elsewhere cannot move the cursor.
private func printable(_ text: String) -> String {
  var scalars = String.UnicodeScalarView()
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control: scalars.append(scalar == "\t" ? " " : "�")
    default: scalars.append(scalar)
    }
  }
  return String(scalars)
}

/// How many columns of a terminal characters take.
private func width(_ scalars: ArraySlice<Unicode.Scalar>) -> Int {
  scalars.reduce(0) { total, scalar in
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format: return total
    default: return total + (isWide(scalar.value) ? 2 : 1)
    }
  }
}

/// East Asian wide and full-width characters, and emoji.
private func isWide(_ value: UInt32) -> Bool {
  switch value {
  case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F,
    0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1F9FF,
    0x20000...0x3FFFD:
    true
  default: false
  }
}

/// Colours of a terminal, or none.
private struct Paint {
  var isOn: Bool
  func bold(_ text: String) -> String { wrap("1", text) }
  func red(_ text: String) -> String { wrap("1;31", text) }
  func green(_ text: String) -> String { wrap("1;32", text) }
  func cyan(_ text: String) -> String { wrap("36", text) }
  private func wrap(_ code: String, _ text: String) -> String {
    isOn ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
