import Runbook

/// A request as a configuration file of curl, to be read from standard input, so that no part of it is ever an
/// argument.
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
    let escapes: [UInt8: String] = [
      UInt8(ascii: "\\"): "\\\\", UInt8(ascii: "\""): "\\\"", UInt8(ascii: "\n"): "\\n",
      UInt8(ascii: "\r"): "\\r", UInt8(ascii: "\t"): "\\t", 11: "\\v",
    ]
    let bytes = Array(value.string.utf8)
    var (result, start, spanStart) = (Text(""), 0, 0)
    for (index, byte) in bytes.enumerated() {
      guard let escape = escapes[byte] else { continue }
      result.append(value.slice(start..<index))
      spanStart = index
      let label = value.secrets.first { $0.range.contains(spanStart) }?.label
      result.append(label.map { Text(secret: escape, label: $0) } ?? Text(escape))
      start = index + 1
    }
    return result + value.slice(start..<bytes.count)
  }
}
