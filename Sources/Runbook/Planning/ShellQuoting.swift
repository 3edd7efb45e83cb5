/// One word of POSIX shell text that means exactly this string.
public func shellWord(_ word: String) -> String {
  let plain = word.utf8.allSatisfy { byte in
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"):
      true
    default: "-_./:,+@%".utf8.contains(byte)
    }
  }
  if plain, !word.isEmpty { return word }
  return "'" + word.replacing("'", with: #"'\''"#) + "'"
}

/// One argv as one POSIX shell line.
public func shellLine(_ argv: [String]) -> String { argv.map(shellWord).joined(separator: " ") }

/// A text, secrets and all, as one single-quoted word. Only a builtin, an assignment or a here document may be
/// given one that is secret.
public func shellWord(_ word: Text) -> Text {
  guard word.isSecret else { return Text(shellWord(word.string)) }
  var (bytes, spans) = ([UInt8(ascii: "'")], [Text.SecretSpan]())
  var (next, opened, offset) = (0, 0, 0)
  for byte in word.string.utf8 {
    if next < word.secrets.count, word.secrets[next].range.lowerBound == offset { opened = bytes.count }
    bytes += byte == UInt8(ascii: "'") ? Array(#"'\''"#.utf8) : [byte]
    offset += 1
    if next < word.secrets.count, word.secrets[next].range.upperBound == offset {
      spans.append(Text.SecretSpan(range: opened..<bytes.count, label: word.secrets[next].label))
      next += 1
    }
  }
  bytes.append(UInt8(ascii: "'"))
  return Text(String(decoding: bytes, as: UTF8.self), secrets: spans)
}
