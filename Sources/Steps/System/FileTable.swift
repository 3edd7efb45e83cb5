import Runbook

/// A table like /etc/fstab: lines of fields with blanks between them, comments kept.
struct FileTable {
  private(set) var lines: [String]

  init(_ bytes: [UInt8]?) {
    lines =
      bytes.map {
        String(decoding: $0, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false).map(
          String.init)
      } ?? []
    if lines.last == "" { lines.removeLast() }
  }

  var text: String { lines.isEmpty ? "" : lines.joined(separator: "\n") + "\n" }

  /// The fields of every line but comments.
  var entries: [[String]] { lines.map(Self.fields).filter { !$0.isEmpty } }

  /// Puts one line in the place of the first that `isMatch` takes, or at the end; the others it takes go.
  mutating func set(_ line: String?, where isMatch: ([String]) -> Bool) {
    let found = lines.indices.filter { isMatch(Self.fields(lines[$0])) }
    for index in found.dropFirst().reversed() { lines.remove(at: index) }
    switch (line, found.first) {
    case (let line?, let first?): if Self.fields(line) != Self.fields(lines[first]) { lines[first] = line }
    case (let line?, nil): lines.append(line)
    case (nil, let first?): lines.remove(at: first)
    case (nil, nil): break
    }
  }

  private static func fields(_ line: String) -> [String] {
    let words = line.split(whereSeparator: { $0 == " " || $0 == "\t" }).map(String.init)
    return words.first?.hasPrefix("#") == false ? words : []
  }

  /// A blank in a path is written `\040` in these tables.
  static func escaped(_ path: String) -> String {
    path.replacing("\\", with: "\\134").replacing(" ", with: "\\040").replacing("\t", with: "\\011")
  }
}
