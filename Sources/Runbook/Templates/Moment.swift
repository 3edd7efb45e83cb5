import Glibc

/// A point in time, as `now()` and `to_datetime` give it.
struct Moment: Sendable {
  var seconds: Int
  var microseconds = 0
  var isUTC = false

  init(seconds: Int, microseconds: Int = 0, isUTC: Bool = false) {
    self.seconds = seconds
    self.microseconds = microseconds
    self.isUTC = isUTC
  }

  /// nil where the text is not of the format, which may have `%Y %m %d %H %M %S %f %z %Z`.
  init?(parsing text: String, format: String) {
    var (parts, microseconds, offset, rest) = (tm(), 0, 0, text.utf8[...])
    (parts.tm_mday, parts.tm_year) = (1, 70)
    var format = format.utf8[...]
    while let sign = format.popFirst() {
      guard sign == 0x25, let kind = format.popFirst() else {
        guard rest.popFirst() == sign else { return nil }
        continue
      }
      if kind == UInt8(ascii: "z") || kind == UInt8(ascii: "Z") {
        guard let read = Self.zone(&rest) else { return nil }
        offset = read
        continue
      }
      guard let width = Self.widths[kind], let number = Self.number(&rest, width) else { return nil }
      switch kind {
      case UInt8(ascii: "Y"): parts.tm_year = Int32(number.value - 1900)
      case UInt8(ascii: "m"): parts.tm_mon = Int32(number.value - 1)
      case UInt8(ascii: "d"): parts.tm_mday = Int32(number.value)
      case UInt8(ascii: "H"): parts.tm_hour = Int32(number.value)
      case UInt8(ascii: "M"): parts.tm_min = Int32(number.value)
      case UInt8(ascii: "S"): parts.tm_sec = Int32(number.value)
      default: microseconds = (number.digits..<6).reduce(number.value) { value, _ in value * 10 }
      }
    }
    guard rest.isEmpty else { return nil }
    self.init(seconds: timegm(&parts) - offset, microseconds: microseconds, isUTC: true)
  }

  private static let widths: [UInt8: Int] = [
    UInt8(ascii: "Y"): 4, UInt8(ascii: "m"): 2, UInt8(ascii: "d"): 2, UInt8(ascii: "H"): 2,
    UInt8(ascii: "M"): 2,
    UInt8(ascii: "S"): 2, UInt8(ascii: "f"): 6,
  ]

  private static func number(_ rest: inout Substring.UTF8View, _ width: Int) -> (value: Int, digits: Int)? {
    let digits = rest.prefix(width).prefix { (0x30...0x39).contains($0) }
    guard let value = Int(Substring(digits)) else { return nil }
    rest = rest.dropFirst(digits.count)
    return (value, digits.count)
  }

  /// `Z`, `UTC`, `+0200`, `-01:30` as seconds.
  private static func zone(_ rest: inout Substring.UTF8View) -> Int? {
    for word in ["Z", "UTC", "GMT"] where rest.starts(with: word.utf8) {
      rest = rest.dropFirst(word.utf8.count)
      return 0
    }
    guard let sign = rest.popFirst(), sign == 0x2b || sign == 0x2d, let hours = number(&rest, 2) else {
      return nil
    }
    if rest.first == 0x3a { rest.removeFirst() }
    guard let minutes = number(&rest, 2) else { return nil }
    return (hours.value * 60 + minutes.value) * (sign == 0x2d ? -60 : 60)
  }

  static func now(isUTC: Bool) -> Moment {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Moment(seconds: time.tv_sec, microseconds: time.tv_nsec / 1000, isUTC: isUTC)
  }

  private var parts: tm {
    var parts = tm()
    var time = time_t(seconds)
    if isUTC { gmtime_r(&time, &parts) } else { localtime_r(&time, &parts) }
    return parts
  }

  func formatted(_ format: String) -> String {
    let digits = String(microseconds)
    let full = String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    // Python's %f is not one of C's.
    let format = format.split(separator: "%f", omittingEmptySubsequences: false).joined(separator: full)
    guard !format.isEmpty else { return "" }
    var (parts, buffer) = (parts, [CChar](repeating: 0, count: 1024))
    let length = strftime(&buffer, buffer.count, format, &parts)
    return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  var description: String { formatted(microseconds == 0 ? "%Y-%m-%d %H:%M:%S" : "%Y-%m-%d %H:%M:%S.%f") }

  func attribute(_ name: String) -> Value? {
    let parts = parts
    switch name {
    case "year": return .int(Int(parts.tm_year) + 1900)
    case "month": return .int(Int(parts.tm_mon) + 1)
    case "day": return .int(Int(parts.tm_mday))
    case "hour": return .int(Int(parts.tm_hour))
    case "minute": return .int(Int(parts.tm_min))
    case "second": return .int(Int(parts.tm_sec))
    case "microsecond": return .int(microseconds)
    default: return nil
    }
  }

  struct Method: Sendable {
    var signature: Signature
    var body: @Sendable (Moment, Call) throws(EvaluationFault) -> Item
  }

  static let methods: [String: Method] = [
    "strftime": Method(signature: Signature("format")) { moment, call throws(EvaluationFault) in
      guard let format = try call.string(0) else { throw call.fault("the format is missing") }
      return .text(moment.formatted(format))
    },
    "isoformat": Method(signature: Signature("")) { moment, _ in
      .text(moment.formatted(moment.microseconds == 0 ? "%Y-%m-%dT%H:%M:%S" : "%Y-%m-%dT%H:%M:%S.%f"))
    },
    "timestamp": Method(signature: Signature("")) { moment, _ in
      .value(.float(Double(moment.seconds) + Double(moment.microseconds) / 1_000_000))
    },
  ]
}
