import Runbook

/// A request as a configuration file of curl, to be read from standard input, so that no part of it is ever
/// an argument.
struct CurlConfig: Sendable {
  private(set) var text: Text = ""

  /// A line `name = "value"`.
  mutating func set(_ name: String, _ value: Text) {
    text.append(Text("\(name) = \"") + Self.escaped(value) + Text("\"\n"))
  }

  /// A line of a name alone.
  mutating func set(_ name: String) { text.append(Text("\(name)\n")) }

  /// Shell text that runs curl with it.
  var command: Text { Text("curl --disable --config - <<'RUNBOOK-CURL'\n") + text + Text("RUNBOOK-CURL\n") }

  private static func escaped(_ value: Text) -> Text {
    value.escaping { byte in
      switch byte {
      case UInt8(ascii: "\\"): "\\\\"
      case UInt8(ascii: "\""): "\\\""
      case UInt8(ascii: "\n"): "\\n"
      case UInt8(ascii: "\r"): "\\r"
      case UInt8(ascii: "\t"): "\\t"
      case 11: "\\v"
      default: nil
      }
    }
  }
}
