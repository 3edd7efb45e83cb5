/// Text in the form that docker compose, `docker stack`, systemd-free shells and the dotenv libraries read
/// alike.
public enum DotenvText {
  /// Whether it can be the name of a variable.
  public static func isName(_ name: String) -> Bool {
    guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
      return false
    }
    return name.utf8.allSatisfy { isWordByte($0) }
  }

  /// A value as it must stand after `NAME=`. Bare where nothing in it is special; in single quotes, where
  /// nothing is expanded; in double quotes where a single quote or a backslash before the end forbids those.
  public static func quoted(_ value: Text) -> Text {
    let bytes = value.string.utf8
    if bytes.allSatisfy({ isPlainByte($0) }) { return value }
    let quote = UInt8(ascii: "'")
    if !bytes.contains(quote), bytes.last != UInt8(ascii: "\\") { return Text("'") + value + Text("'") }
    // A backslash before a backtick is one more character to compose, a bare backtick a command to a shell:
    // its octal form is right for the one and harmless to the other.
    let escaped = value.escaping { byte in
      if byte == UInt8(ascii: "`") { return #"\0140"# }
      return #"\"$"#.utf8.contains(byte) ? "\\" + String(UnicodeScalar(byte)) : nil
    }
    return Text("\"") + escaped + Text("\"")
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
      true
    default: false
    }
  }

  private static func isPlainByte(_ byte: UInt8) -> Bool {
    isWordByte(byte) || "./:@%+,=-".utf8.contains(byte)
  }
}
