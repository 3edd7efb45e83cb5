/// Python's string operations, on code points and bytes rather than on Swift's grapheme clusters: `\r\n` is two
/// characters here, as it is there.

/// A blank by Python's `str.isspace`.
func isBlank(_ scalar: UnicodeScalar) -> Bool {
  scalar.properties.isWhitespace || (0x1c...0x1f).contains(scalar.value)
}

/// `str.strip`, `lstrip`, `rstrip`; `characters` nil: blanks.
func stripped(_ text: String, of characters: String? = nil, left: Bool = true, right: Bool = true) -> String {
  let set = characters.map { Set($0.unicodeScalars) }
  let goes: (UnicodeScalar) -> Bool = { scalar in set?.contains(scalar) ?? isBlank(scalar) }
  var scalars = text.unicodeScalars[...]
  if left { scalars = scalars.drop(while: goes) }
  while right, let last = scalars.last, goes(last) { scalars.removeLast() }
  return String(Substring(scalars))
}

/// `str.replace`.
func replaced(_ text: String, _ old: String, by new: String, count: Int? = nil) -> String {
  let (bytes, wanted, replacement) = (Array(text.utf8), Array(old.utf8), Array(new.utf8))
  var (output, start, left): ([UInt8], Int, Int) = ([], 0, count.map { $0 < 0 ? .max : $0 } ?? .max)
  if wanted.isEmpty {
    let scalars = text.unicodeScalars.map { String($0) }
    var result = ""
    for scalar in scalars {
      if left > 0 { result += new }
      left -= 1
      result += scalar
    }
    return left > 0 ? result + new : result
  }
  while left > 0, let found = firstIndex(of: wanted, in: bytes, from: start) {
    output += bytes[start..<found]
    output += replacement
    start = found + wanted.count
    left -= 1
  }
  return String(decoding: output + bytes[start...], as: UTF8.self)
}

/// `str.split`; nil: at blanks.
func split(_ text: String, at separator: String?, most: Int = -1) -> [String] {
  let limit = most < 0 ? Int.max : most
  guard let separator else {
    var parts: [String] = []
    var rest = text.unicodeScalars.drop(while: isBlank)
    while !rest.isEmpty {
      if parts.count == limit {
        parts.append(stripped(String(Substring(rest)), left: false))
        break
      }
      let word = rest.prefix { !isBlank($0) }
      parts.append(String(Substring(word)))
      rest = rest.dropFirst(word.count).drop(while: isBlank)
    }
    return parts
  }
  let (bytes, wanted) = (Array(text.utf8), Array(separator.utf8))
  var (parts, start): ([String], Int) = ([], 0)
  while parts.count < limit, let found = firstIndex(of: wanted, in: bytes, from: start) {
    parts.append(String(decoding: bytes[start..<found], as: UTF8.self))
    start = found + wanted.count
  }
  return parts + [String(decoding: bytes[start...], as: UTF8.self)]
}

/// `str.rsplit` at a separator: at most so many, from the right.
func splitFromRight(_ text: String, at separator: String?, most: Int) -> [String] {
  let all = split(text, at: separator)
  guard most >= 0, all.count > most + 1 else { return all }
  guard let separator else {
    // At blanks the left part keeps its inner blanks.
    var rest = stripped(text, left: false)
    var parts: [String] = []
    while parts.count < most, let word = split(rest, at: nil).last {
      parts.insert(word, at: 0)
      rest = stripped(String(rest.unicodeScalars.dropLast(word.unicodeScalars.count)), left: false)
    }
    return [rest] + parts
  }
  let head = all.prefix(all.count - most).joined(separator: separator)
  return [head] + all.suffix(most)
}

/// `str.splitlines`.
func lines(_ text: String, keepingEnds: Bool = false) -> [String] {
  let ends: Set<UnicodeScalar> = [
    "\n", "\r", "\u{b}", "\u{c}", "\u{1c}", "\u{1d}", "\u{1e}", "\u{85}", "\u{2028}", "\u{2029}",
  ]
  let scalars = Array(text.unicodeScalars)
  var (result, line, index): ([String], String.UnicodeScalarView, Int) = ([], .init(), 0)
  while index < scalars.count {
    let scalar = scalars[index]
    guard ends.contains(scalar) else {
      line.append(scalar)
      index += 1
      continue
    }
    let length = scalar == "\r" && index + 1 < scalars.count && scalars[index + 1] == "\n" ? 2 : 1
    if keepingEnds { line.append(contentsOf: scalars[index..<(index + length)]) }
    result.append(String(line))
    line = .init()
    index += length
  }
  if !line.isEmpty { result.append(String(line)) }
  return result
}

/// `str.title`.
func titleCased(_ text: String) -> String {
  var (result, isInWord) = ("", false)
  for scalar in text.unicodeScalars {
    let letter = scalar.properties.isAlphabetic
    result +=
      letter
      ? (isInWord ? scalar.properties.lowercaseMapping : scalar.properties.titlecaseMapping) : String(scalar)
    isInWord = letter
  }
  return result
}

/// `str.capitalize`.
func capitalized(_ text: String) -> String {
  guard let first = text.unicodeScalars.first else { return text }
  return first.properties.titlecaseMapping + String(Substring(text.unicodeScalars.dropFirst())).lowercased()
}

/// `str.ljust`, `rjust`, `center`.
func padded(_ text: String, to width: Int, with filler: String = " ", left: Bool, right: Bool) -> String {
  let missing = min(width, 1 << 16) - text.unicodeScalars.count
  guard missing > 0 else { return text }
  let before = left && right ? missing / 2 + (missing & width & 1) : left ? missing : 0
  return String(repeating: filler, count: before) + text + String(repeating: filler, count: missing - before)
}
