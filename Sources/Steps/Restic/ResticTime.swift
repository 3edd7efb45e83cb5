/// Points in time as restic writes them, and how long ago they are.
enum ResticTime {
  /// Seconds since 1970 of `2026-08-10T03:00:03.123456789+02:00`; nil where it is not of that form.
  static func seconds(_ text: String) -> Int? {
    let bytes = Array(text.utf8)
    func number(_ range: Range<Int>) -> Int? {
      guard range.upperBound <= bytes.count else { return nil }
      return bytes[range].reduce(Int?.some(0)) { sum, byte in
        guard let sum, (0x30...0x39).contains(byte) else { return nil }
        return sum * 10 + Int(byte - 0x30)
      }
    }
    guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10),
      let hour = number(11..<13), let minute = number(14..<16), let second = number(17..<19),
      (1...12).contains(month), (1...31).contains(day)
    else { return nil }
    var place = 19
    if place < bytes.count, bytes[place] == UInt8(ascii: ".") {
      place += 1
      while place < bytes.count, (0x30...0x39).contains(bytes[place]) { place += 1 }
    }
    guard place < bytes.count else { return nil }
    var offset = 0
    switch bytes[place] {
    case UInt8(ascii: "Z"): break
    case UInt8(ascii: "+"), UInt8(ascii: "-"):
      guard let hours = number(place + 1..<place + 3), let minutes = number(place + 4..<place + 6) else {
        return nil
      }
      offset = (hours * 3600 + minutes * 60) * (bytes[place] == UInt8(ascii: "-") ? -1 : 1)
    default: return nil
    }
    return days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
  }

  /// Days since 1970-01-01 in the Gregorian calendar; years begin in March, so that a leap day ends one.
  private static func days(_ year: Int, _ month: Int, _ day: Int) -> Int {
    let year = month <= 2 ? year - 1 : year
    let era = year / 400
    let yearOfEra = year - era * 400
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// "3 days", "5 hours", "2 minutes": the largest unit that fits.
  static func words(_ seconds: Int) -> String {
    for (unit, name) in [(86400, "day"), (3600, "hour"), (60, "minute")] where seconds >= unit {
      let count = seconds / unit
      return "\(count) \(name)\(count == 1 ? "" : "s")"
    }
    return "\(max(0, seconds)) second\(seconds == 1 ? "" : "s")"
  }

  /// `2026-08-10 03:00:03 +02:00`, without the fraction.
  static func shown(_ time: String) -> String {
    let seconds = time.prefix(19).replacing("T", with: " ")
    let zone = time.dropFirst(19).drop { $0 == "." || $0.isNumber }
    return zone == "Z" ? "\(seconds) UTC" : "\(seconds) \(zone)"
  }
}
