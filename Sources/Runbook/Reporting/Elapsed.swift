extension Duration {
  /// As a person says it: "90 ms", "0.3 s", "42 s", "3 min 5 s", "1 h 2 min".
  public var spoken: String {
    let (seconds, fraction) = components
    let tenths = fraction / 100_000_000_000_000_000
    switch seconds {
    case 0 where tenths == 0: return "\(fraction / 1_000_000_000_000_000) ms"
    case ..<10: return "\(seconds).\(tenths) s"
    case ..<60: return "\(seconds) s"
    case ..<3600: return "\(seconds / 60) min \(seconds % 60) s"
    default: return "\(seconds / 3600) h \(seconds % 3600 / 60) min"
    }
  }

  /// Seconds with their fraction, for machines.
  var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) / 1e18
  }
}
