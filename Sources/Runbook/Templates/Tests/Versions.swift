/// Versions as distutils compares them loosely: runs of digits and of letters, one after the other.
enum LooseVersion {
  private enum Part {
    case number(Int)
    case word(String)
  }

  /// Less than, equal to, greater than 0; nil where a number meets a word.
  static func order(_ left: String, _ right: String) -> Int? {
    let (a, b) = (parts(left), parts(right))
    for (left, right) in zip(a, b) {
      switch (left, right) {
      case (.number(let x), .number(let y)):
        if x != y { return x < y ? -1 : 1 }
      case (.word(let x), .word(let y)):
        if x != y { return x.utf8.lexicographicallyPrecedes(y.utf8) ? -1 : 1 }
      default: return nil
      }
    }
    return a.count - b.count
  }

  private static func parts(_ version: String) -> [Part] {
    var (parts, rest): ([Part], Substring.UTF8View) = ([], version[...].utf8)
    while let first = rest.first {
      let kind = kind(first)
      let run =
        kind == 2 ? rest.prefix { Self.kind($0) == 2 && $0 != 0x2e } : rest.prefix { Self.kind($0) == kind }
      if run.isEmpty {
        rest = rest.dropFirst()
        continue
      }
      let text = String(decoding: run, as: UTF8.self)
      parts.append(kind == 0 ? Int(text).map { .number($0) } ?? .word(text) : .word(text))
      rest = rest.dropFirst(run.count)
    }
    return parts
  }

  /// 0: a digit, 1: a small letter, 2: all else.
  private static func kind(_ byte: UInt8) -> Int {
    (0x30...0x39).contains(byte) ? 0 : (0x61...0x7a).contains(byte) ? 1 : 2
  }
}

/// `1.2`, `1.2.3`, `1.2b4`.
enum StrictVersion {
  static func order(_ left: String, _ right: String) -> Int? {
    guard let a = parts(left), let b = parts(right) else { return nil }
    for (x, y) in zip(a, b) where x != y { return x < y ? -1 : 1 }
    return 0
  }

  private static func parts(_ version: String) -> [Int]? {
    var numbers = version[...]
    var pre = [2, 0]
    if let mark = numbers.firstIndex(where: { $0 == "a" || $0 == "b" }) {
      guard let number = Int(numbers[numbers.index(after: mark)...]) else { return nil }
      pre = [numbers[mark] == "a" ? 0 : 1, number]
      numbers = numbers[..<mark]
    }
    let parts = numbers.split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard (2...3).contains(parts.count), !parts.contains(nil) else { return nil }
    return parts.compactMap { $0 } + (parts.count == 2 ? [0] : []) + pre
  }
}

/// semver.org 2.0.
enum SemanticVersion {
  static func order(_ left: String, _ right: String) -> Int? {
    guard let a = parts(left), let b = parts(right) else { return nil }
    for (x, y) in zip(a.core, b.core) where x != y { return x < y ? -1 : 1 }
    if a.pre.isEmpty || b.pre.isEmpty { return (a.pre.isEmpty ? 1 : 0) - (b.pre.isEmpty ? 1 : 0) }
    for (x, y) in zip(a.pre, b.pre) where x != y {
      switch (Int(x), Int(y)) {
      case (let x?, let y?): return x < y ? -1 : 1
      case (nil, nil): return x.utf8.lexicographicallyPrecedes(y.utf8) ? -1 : 1
      case (_?, nil): return -1
      case (nil, _?): return 1
      }
    }
    return a.pre.count - b.pre.count
  }

  private static func parts(_ version: String) -> (core: [Int], pre: [Substring])? {
    let bare = version.prefix { $0 != "+" }
    let halves = bare.split(separator: "-", maxSplits: 1, omittingEmptySubsequences: false)
    let core = halves[0].split(separator: ".", omittingEmptySubsequences: false).map { Int($0) }
    guard core.count == 3, !core.contains(nil) else { return nil }
    return (core.compactMap { $0 }, halves.count > 1 ? halves[1].split(separator: ".") : [])
  }
}
