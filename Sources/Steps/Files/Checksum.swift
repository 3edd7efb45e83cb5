import Runbook

/// What the bytes of a file must come to: `sha256:…`, `sha512:…`, or `none` where nobody checks.
struct Checksum: ParameterValue, Hashable {
  enum Algorithm: String { case sha256, sha512, none }

  let algorithm: Algorithm
  /// Lower-case hexadecimal digits; empty for none.
  let hex: String

  static var typeName: String { "checksum" }
  static var placeholder: Checksum { Checksum(algorithm: .none, hex: "") }
  static func decode(_ argument: Argument) throws(ParameterFault) -> Checksum {
    let text = try String.decode(argument)
    if text == "none" { return placeholder }
    let parts = text.split(separator: ":", maxSplits: 1).map { $0.lowercased().trimmingSpaces() }
    guard parts.count == 2, let algorithm = Algorithm(rawValue: parts[0]), algorithm != .none,
      parts[1].utf8.count == (algorithm == .sha256 ? 64 : 128),
      parts[1].allSatisfy({ $0.isHexDigit && $0.isASCII })
    else {
      throw .invalid(
        Diagnostic(
          .invalidValue, "'\(text)' is not a checksum", at: argument.position,
          hint: "write 'sha256:' and 64 hexadecimal digits, or 'none' to go without"))
    }
    return Checksum(algorithm: algorithm, hex: parts[1])
  }
  var written: String { algorithm == .none ? "none" : "\(algorithm.rawValue):\(hex)" }

  /// Shell text that ends the script where a file, a path in double quotes, does not come to it.
  func check(_ file: String) -> String {
    guard algorithm != .none else { return ":" }
    return """
      sum=$(\(algorithm.rawValue)sum < "\(file)") || exit 1
      if [ "${sum%% *}" != \(hex) ]; then
      printf 'checksum: expected \(algorithm.rawValue):%s, got %s\\n' \(hex) "${sum%% *}" >&2; exit 1
      fi
      """
  }
}
