/// Paths of the control machine, as text.
enum LocalPath {
  /// What a relative path means below a folder, without `.` and with `..` taken back where that is possible.
  static func join(_ folder: String, _ path: String) -> String {
    normal(path.hasPrefix("/") || folder.isEmpty || folder == "." ? path : "\(folder)/\(path)")
  }

  /// The folder that a path stands in; `.` where it names none.
  static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// The same path without empty parts, `.` and, behind a name, `..`.
  static func normal(_ path: String) -> String {
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part == "..", let last = parts.last, last != ".." { parts.removeLast() } else { parts.append(part) }
    }
    let joined = parts.joined(separator: "/")
    if path.hasPrefix("/") { return "/" + joined }
    return joined.isEmpty ? "." : joined
  }
}
