extension Text {
  /// The same text with some bytes written another way: ASCII only. What was secret stays so, under one mark.
  public func escaping(_ escape: (UInt8) -> String?) -> Text {
    var (bytes, spans) = ([UInt8](), [SecretSpan]())
    var (next, opened, offset) = (0, 0, 0)
    for byte in string.utf8 {
      if next < secrets.count, secrets[next].range.lowerBound == offset { opened = bytes.count }
      if let escape = escape(byte) { bytes += Array(escape.utf8) } else { bytes.append(byte) }
      offset += 1
      if next < secrets.count, secrets[next].range.upperBound == offset {
        spans.append(SecretSpan(range: opened..<bytes.count, label: secrets[next].label))
        next += 1
      }
    }
    return Text(String(decoding: bytes, as: UTF8.self), secrets: spans)
  }

  /// A part, by UTF-8 offsets that lie between characters, with the secrets that are in it.
  public func slice(_ range: Range<Int>) -> Text {
    let bytes = string.utf8
    let start = bytes.index(bytes.startIndex, offsetBy: range.lowerBound)
    let part = String(decoding: bytes[start..<bytes.index(start, offsetBy: range.count)], as: UTF8.self)
    let spans = secrets.compactMap { span -> SecretSpan? in
      let common = span.range.clamped(to: range)
      guard !common.isEmpty else { return nil }
      return SecretSpan(
        range: (common.lowerBound - range.lowerBound)..<(common.upperBound - range.lowerBound),
        label: span.label)
    }
    return Text(part, secrets: spans)
  }
}
