/// The byte strings by which a secret may show: as it is, and as shells, JSON, URLs and base64 write it.
func secretForms(of secret: String) -> [[UInt8]] {
  let bytes = Array(secret.utf8)
  var forms: [[UInt8]] = [bytes]
  forms += shellForms(secret)
  forms += jsonForms(secret)
  forms += urlForms(bytes)
  forms += base64Forms(bytes)
  return forms
}

/// Inside single quotes, inside double quotes, and with backslashes.
private func shellForms(_ secret: String) -> [[UInt8]] {
  var (single, alternative, double, slashed) = ("", "", "", "")
  for character in secret.unicodeScalars {
    single += character == "'" ? #"'\''"# : String(character)
    alternative += character == "'" ? #"'"'"'"# : String(character)
    double += "\"\\$`".unicodeScalars.contains(character) ? "\\\(character)" : String(character)
    let isWord = character.properties.isAlphabetic || ("0"..."9").contains(character)
    let isSafe = isWord || "%+,-./:=@_".unicodeScalars.contains(character) || character.value > 0x7F
    slashed += isSafe ? String(character) : "\\\(character)"
  }
  return [single, alternative, double, slashed].map { Array($0.utf8) }
}

/// As JSON and YAML in double quotes: with and without `\/`, and with everything past ASCII escaped.
private func jsonForms(_ secret: String) -> [[UInt8]] {
  let plain = String(jsonString(secret).dropFirst().dropLast())
  var ascii = ""
  for unit in plain.utf16 {
    if unit < 0x80 {
      ascii.unicodeScalars.append(UnicodeScalar(UInt8(unit)))
    } else {
      let hex = String(unit, radix: 16)
      ascii += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
    }
  }
  return [plain, plain.replacing("/", with: "\\/"), ascii].map { Array($0.utf8) }
}

/// Percent-encoded, in capitals and small letters, with `/` kept and not, with `+` for a blank.
private func urlForms(_ bytes: [UInt8]) -> [[UInt8]] {
  var forms: [[UInt8]] = []
  for isUpper in [true, false] {
    for kept in ["-._~", "-._~/", "-._~!$&'()*,;=:@/?"] {
      for blank in ["%20", "+"] {
        var text: [UInt8] = []
        for byte in bytes {
          let isWord =
            (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          if isWord || kept.utf8.contains(byte) {
            text.append(byte)
          } else if byte == 0x20 {
            text += Array(blank.utf8)
          } else {
            let hex = String(byte, radix: 16, uppercase: isUpper)
            text += Array(("%" + (hex.count == 1 ? "0" : "") + hex).utf8)
          }
        }
        forms.append(text)
      }
    }
  }
  return forms
}

/// Base64 of the secret alone, and the part that is the same wherever it stands in a longer text ("user:secret").
private func base64Forms(_ bytes: [UInt8]) -> [[UInt8]] {
  var forms: [[UInt8]] = []
  for alphabet in [base64Standard, base64URL] {
    let alone = base64(bytes, alphabet)
    forms.append(alone)
    for shift in 0..<3 {
      let text = base64([UInt8](repeating: 0, count: shift) + bytes, alphabet)
      let first = (shift * 8 + 5) / 6
      let last = (shift + bytes.count) * 8 / 6
      // Short pieces would hide what is no secret.
      if last - first >= 6 { forms.append(Array(text[first..<last])) }
    }
  }
  return forms
}

private let base64Standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
private let base64URL = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

/// With padding.
private func base64(_ bytes: [UInt8], _ alphabet: [UInt8]) -> [UInt8] {
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let (first, second, third) = (
      UInt32(bytes[start]), start + 1 < bytes.count ? UInt32(bytes[start + 1]) : 0,
      start + 2 < bytes.count ? UInt32(bytes[start + 2]) : 0
    )
    let group = first << 16 | second << 8 | third
    text.append(alphabet[Int(group >> 18)])
    text.append(alphabet[Int(group >> 12 & 63)])
    text.append(start + 1 < bytes.count ? alphabet[Int(group >> 6 & 63)] : UInt8(ascii: "="))
    text.append(start + 2 < bytes.count ? alphabet[Int(group & 63)] : UInt8(ascii: "="))
  }
  return text
}
