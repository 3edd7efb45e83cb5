/// Which quotes a text needs in YAML, by PyYAML's rules.
enum YAMLScalarStyle {
  case plain, single, double

  init(_ text: String, isKey: Bool, isInFlow: Bool) {
    let analysis = Analysis(text)
    let fitsLine = !(isKey && analysis.hasBreaks)
    let isPlain = isInFlow ? analysis.allowsFlowPlain : analysis.allowsBlockPlain
    if isPlain, fitsLine, !text.isEmpty, isText(text) {
      self = .plain
    } else {
      self = analysis.allowsSingle && fitsLine ? .single : .double
    }
  }

  private struct Analysis {
    var (hasBlockIndicators, hasFlowIndicators, hasBreaks, hasSpecial) = (false, false, false, false)
    var (hasEdgeBlank, hasBreakSpace, hasSpaceBreak) = (false, false, false)

    var allowsBlockPlain: Bool { !hasBlockIndicators && allowsPlain }
    var allowsFlowPlain: Bool { !hasFlowIndicators && allowsPlain }
    var allowsSingle: Bool { !hasBreakSpace && !hasSpaceBreak && !hasSpecial }
    private var allowsPlain: Bool { !hasEdgeBlank && !hasBreaks && allowsSingle }

    init(_ text: String) {
      let scalars = Array(text.unicodeScalars)
      if text.utf8.starts(with: "---".utf8) || text.utf8.starts(with: "...".utf8) { markBoth() }
      var (previousSpace, previousBreak, isAfterBlank) = (false, false, true)
      for (index, scalar) in scalars.enumerated() {
        let next = index + 1 < scalars.count ? scalars[index + 1] : nil
        markIndicators(
          scalar, isFirst: index == 0, isAfterBlank, isBeforeBlank: next.map(isYAMLBlank) ?? true)
        let isEdge = index == 0 || index == scalars.count - 1
        let isBreak = isYAMLBreak(scalar)
        if isBreak { hasBreaks = true }
        if !isPrintable(scalar) { hasSpecial = true }
        if scalar == " " || isBreak, isEdge { hasEdgeBlank = true }
        if scalar == " ", previousBreak { hasBreakSpace = true }
        if isBreak, previousSpace { hasSpaceBreak = true }
        (previousSpace, previousBreak) = (scalar == " ", isBreak)
        isAfterBlank = isYAMLBlank(scalar)
      }
    }

    private mutating func markBoth() { (hasBlockIndicators, hasFlowIndicators) = (true, true) }

    private mutating func markIndicators(
      _ scalar: UnicodeScalar, isFirst: Bool, _ isAfterBlank: Bool, isBeforeBlank: Bool
    ) {
      if isFirst {
        if "#,[]{}&*!|>'\"%@`".unicodeScalars.contains(scalar) { markBoth() }
        if scalar == "?" || scalar == ":" {
          hasFlowIndicators = true
          if isBeforeBlank { hasBlockIndicators = true }
        }
        if scalar == "-", isBeforeBlank { markBoth() }
        return
      }
      if ",?[]{}:".unicodeScalars.contains(scalar) { hasFlowIndicators = true }
      if scalar == ":", isBeforeBlank { hasBlockIndicators = true }
      if scalar == "#", isAfterBlank { markBoth() }
    }
  }
}

private func isYAMLBreak(_ scalar: UnicodeScalar) -> Bool {
  scalar == "\n" || scalar == "\u{85}" || scalar == "\u{2028}" || scalar == "\u{2029}"
}

private func isYAMLBlank(_ scalar: UnicodeScalar) -> Bool {
  isYAMLBreak(scalar) || scalar == " " || scalar == "\t" || scalar == "\r" || scalar == "\0"
}

private func isPrintable(_ scalar: UnicodeScalar) -> Bool {
  let value = scalar.value
  // The other line ends of YAML 1.1 are not kept apart by all readers: they are escaped.
  return scalar == "\n" || (0x20...0x7e).contains(value)
    || (value >= 0xa0 && value != 0xfeff && value != 0x2028 && value != 0x2029)
}

/// Whether a plain scalar with these characters is read back as text.
private func isText(_ text: String) -> Bool {
  guard case .string = plainScalar(text), text != "=", text != "<<" else { return false }
  // Dates and times are a type of their own for PyYAML.
  let bytes = Array(text.utf8)
  guard bytes.count >= 8, bytes.prefix(4).allSatisfy({ (0x30...0x39).contains($0) }), bytes[4] == 0x2d else {
    return true
  }
  let allowed = Set("0123456789-:.+TtZ \t".utf8)
  return !bytes.allSatisfy { allowed.contains($0) }
}
