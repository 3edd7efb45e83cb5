/// URLs as Python's `urllib.parse` reads and writes them.
enum URLText {
  static func encoded(_ text: String, keeps: String) -> String {
    let kept = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-~".utf8).union(
      keeps.utf8)
    var output = ""
    for byte in text.utf8 {
      output += kept.contains(byte) ? String(UnicodeScalar(byte)) : "%\(Digest.hex([byte]).uppercased())"
    }
    return output
  }

  /// For a query: a blank is `+`.
  static func queryEncoded(_ text: String) -> String { replaced(encoded(text, keeps: " "), " ", by: "+") }

  static func decoded(_ text: String) -> String {
    let bytes = Array(text.utf8)
    var (output, index): ([UInt8], Int) = ([], 0)
    while index < bytes.count {
      if bytes[index] == 0x25, index + 2 < bytes.count, let high = hexDigit(bytes[index + 1]),
        let low = hexDigit(bytes[index + 2])
      {
        output.append(high << 4 | low)
        index += 3
      } else {
        output.append(bytes[index] == 0x2b ? 0x20 : bytes[index])
        index += 1
      }
    }
    return String(decoding: output, as: UTF8.self)
  }

  static func split(_ url: String) -> ValueMap {
    var (rest, scheme) = (url[...], "")
    if let colon = rest.firstIndex(of: ":"), isScheme(rest[..<colon]) {
      scheme = rest[..<colon].lowercased()
      rest = rest[rest.index(after: colon)...]
    }
    var (netloc, fragment, query) = ("", "", "")
    if rest.hasPrefix("//") {
      rest = rest.dropFirst(2)
      let end = rest.firstIndex { "/?#".contains($0) } ?? rest.endIndex
      netloc = String(rest[..<end])
      rest = rest[end...]
    }
    if let mark = rest.firstIndex(of: "#") {
      fragment = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    if let mark = rest.firstIndex(of: "?") {
      query = String(rest[rest.index(after: mark)...])
      rest = rest[..<mark]
    }
    let (user, password, host, port) = authority(netloc)
    return [
      "fragment": .string(fragment), "hostname": host, "netloc": .string(netloc), "password": password,
      "path": .string(String(rest)), "port": port, "query": .string(query), "scheme": .string(scheme),
      "username": user,
    ]
  }

  private static func isScheme(_ text: Substring) -> Bool {
    guard let first = text.utf8.first, (0x61...0x7a).contains(first | 0x20) else { return false }
    return text.utf8.allSatisfy { byte in
      (0x61...0x7a).contains(byte | 0x20) || (0x30...0x39).contains(byte) || "+-.".utf8.contains(byte)
    }
  }

  private static func authority(_ netloc: String) -> (user: Value, password: Value, host: Value, port: Value)
  {
    var (address, user, password): (Substring, Value, Value) = (netloc[...], .null, .null)
    if let mark = netloc.lastIndex(of: "@") {
      let account = netloc[..<mark].split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      user = .string(String(account[0]))
      if account.count > 1 { password = .string(String(account[1])) }
      address = netloc[netloc.index(after: mark)...]
    }
    var port = Value.null
    let afterBracket = address.lastIndex(of: "]").map { address.index(after: $0) } ?? address.startIndex
    if let colon = address[afterBracket...].lastIndex(of: ":") {
      port = Int(address[address.index(after: colon)...]).map { .int($0) } ?? .null
      address = address[..<colon]
    }
    let host = address.filter { $0 != "[" && $0 != "]" }.lowercased()
    return (user, password, host.isEmpty ? .null : .string(host), port)
  }
}
