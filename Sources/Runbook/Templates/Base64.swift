/// Base64 with padding, RFC 4648.
public enum Base64 {
  private static let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  public static func encoded(_ bytes: [UInt8]) -> String {
    var output: [UInt8] = []
    output.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - group.count))
      for place in 0..<4 {
        output.append(place <= group.count ? digits[bits >> (18 - 6 * place) & 63] : 0x3d)
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  /// nil where it is not Base64; line ends and blanks do not matter.
  public static func decoded(_ text: String) -> [UInt8]? {
    var (output, bits, count, padding): ([UInt8], Int, Int, Int) = ([], 0, 0, 0)
    for byte in text.utf8 {
      if byte == 0x20 || (0x09...0x0d).contains(byte) { continue }
      if byte == 0x3d {
        padding += 1
        continue
      }
      guard padding == 0, let digit = value(of: byte) else { return nil }
      bits = bits << 6 | digit
      count += 1
      if count % 4 == 0 {
        output += [UInt8(bits >> 16 & 255), UInt8(bits >> 8 & 255), UInt8(bits & 255)]
        bits = 0
      }
    }
    guard (count + padding) % 4 == 0, padding <= 2 else { return nil }
    if padding == 1 { output += [UInt8(bits >> 10 & 255), UInt8(bits >> 2 & 255)] }
    if padding == 2 { output.append(UInt8(bits >> 4 & 255)) }
    return output
  }

  private static func value(of byte: UInt8) -> Int? {
    switch byte {
    case 0x41...0x5a: Int(byte) - 0x41
    case 0x61...0x7a: Int(byte) - 0x61 + 26
    case 0x30...0x39: Int(byte) - 0x30 + 52
    case 0x2b: 62
    case 0x2f: 63
    default: nil
    }
  }
}
