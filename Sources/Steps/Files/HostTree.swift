import Glibc
import Runbook

/// A folder of a host with all that is in it.
public struct HostTree: Sendable {
  struct Item: Sendable, Hashable {
    var status: FileStatus
    /// SHA-256, of files.
    var digest: String?
  }

  /// By path below the folder; the folder itself under the empty path.
  private(set) var items: [String: Item] = [:]

  subscript(path: String) -> Item? { items[path] }

  /// Prints a record for each thing: byte 1, status, byte 1, name; then byte 2, digest and name of each file.
  /// A name may hold anything but these bytes and NUL.
  static func script(_ path: String) -> String {
    """
    p=\(shellWord(path))
    if [ ! -e "$p" ] && [ ! -L "$p" ]; then exit 0; fi
    r=$(printf '\\001')
    if [ -L "$p" ] || [ ! -d "$p" ]; then stat -c "$r%a %U %G %u %g %F$r." -- "$p"; exit; fi
    cd -- "$p" || exit
    find . -exec stat -c "$r%a %U %G %u %g %F$r%n" {} + || exit
    find . -type l -exec sh -c 'for f; do
    printf "\\003%s\\003%s\\n" "$(readlink "$f")" "$f"
    done' sh {} + || exit
    find . -type f -exec sh -c 'for f; do
    d=$(sha256sum < "$f") || exit
    printf "\\002%s\\002%s\\n" "${d%% *}" "$f"
    done' sh {} +
    """
  }

  init(_ output: String) {
    let marks: [UInt8] = [1, 2, 3]
    var parts: [(mark: UInt8, text: String)] = []
    var current: [UInt8] = []
    var mark: UInt8 = 0
    for byte in output.utf8 {
      guard marks.contains(byte) else {
        current.append(byte)
        continue
      }
      if mark != 0 { parts.append((mark, String(decoding: current, as: UTF8.self))) }
      (mark, current) = (byte, [])
    }
    if mark != 0 { parts.append((mark, String(decoding: current, as: UTF8.self))) }
    for index in stride(from: 0, to: parts.count - 1, by: 2) {
      add(parts[index].mark, parts[index].text, name: Self.name(parts[index + 1].text))
    }
  }

  private mutating func add(_ mark: UInt8, _ text: String, name: String) {
    switch mark {
    case 1:
      items[name] = Self.status(text.split(separator: " ", maxSplits: 5).map(String.init)).map {
        Item(status: $0)
      }
    case 2: items[name]?.digest = text
    default: items[name]?.status.target = text
    }
  }

  private static func name(_ text: String) -> String {
    let name =
      text.utf8.last == UInt8(ascii: "\n") ? String(decoding: text.utf8.dropLast(), as: UTF8.self) : text
    return name == "." ? "" : String(name.dropFirst(2))
  }

  private static func status(_ words: [String]) -> FileStatus? {
    guard words.count == 6, let mode = Int(words[0], radix: 8), let user = Int(words[3]),
      let group = Int(words[4])
    else { return nil }
    let kind: FileStatus.Kind =
      switch words[5] {
      case "directory": .directory
      case "symbolic link": .link
      case let words where words.hasPrefix("regular"): .file
      default: .other
      }
    return FileStatus(kind: kind, mode: mode, owner: words[1], group: words[2], userID: user, groupID: group)
  }
}

/// Shell patterns, as `find -name` understands them.
enum LocalPattern {
  static func matches(_ pattern: String, _ name: String) -> Bool { fnmatch(pattern, name, 0) == 0 }
}
