extension Filter {
  static let paths: [Filter] = [
    Filter(
      "basename", "", "A path's last part.",
      { call throws(EvaluationFault) in try call.derived { PathText.parts($0).name } }),
    Filter(
      "dirname", "", "A path without its last part.",
      { call throws(EvaluationFault) in try call.derived { PathText.parts($0).folder } }),
    Filter(
      "splitext", "", "A path without its extension, and the extension.",
      { call throws(EvaluationFault) in
        let text = try call.text
        let (root, ending) = PathText.splitExtension(text.string)
        return .list([.string(text.derived(root)), .string(text.derived(ending))])
      }),
    Filter(
      "path_join", "*", "Parts joined by slashes; an absolute one begins anew.",
      { call throws(EvaluationFault) in
        let value = try call.subject
        let parts: [Value] = if case .list(let list) = value { list } else { [value] }
        let all = parts + call.rest
        let joined = PathText.joined(all.map { PythonText.string($0).string })
        return .value(Value.string(joined).derived(from: .list(all)))
      }),
    Filter(
      "normpath", "", "A path without `.`, `..` and double slashes.",
      { call throws(EvaluationFault) in
        try call.derived(PathText.normalized)
      }),
  ]
}

/// Paths as Python's `posixpath` handles them: text only, no file is looked at.
enum PathText {
  static func parts(_ path: String) -> (folder: String, name: String) {
    let bytes = Array(path.utf8)
    guard let slash = bytes.lastIndex(of: 0x2f) else { return ("", path) }
    let head = bytes[...slash]
    let kept = head.reversed().drop { $0 == 0x2f }
    let folder = kept.isEmpty ? Array(head) : Array(kept.reversed())
    return (String(decoding: folder, as: UTF8.self), String(decoding: bytes[(slash + 1)...], as: UTF8.self))
  }

  static func splitExtension(_ path: String) -> (root: String, ending: String) {
    let name = Array(parts(path).name.utf8)
    let dots = name.prefix { $0 == 0x2e }.count
    guard let dot = name.lastIndex(of: 0x2e), dot >= dots, dot > 0 else { return (path, "") }
    let ending = String(decoding: name[dot...], as: UTF8.self)
    return (String(decoding: path.utf8.dropLast(ending.utf8.count), as: UTF8.self), ending)
  }

  static func joined(_ parts: [String]) -> String {
    var result = parts.first ?? ""
    for part in parts.dropFirst() {
      if part.utf8.first == 0x2f {
        result = part
      } else if result.isEmpty || result.utf8.last == 0x2f {
        result += part
      } else {
        result += "/\(part)"
      }
    }
    return result
  }

  static func normalized(_ path: String) -> String {
    let isAbsolute = path.utf8.first == 0x2f
    var parts: [Substring] = []
    for part in path.split(separator: "/") where part != "." {
      if part != ".." || (parts.isEmpty && !isAbsolute) || parts.last == ".." {
        parts.append(part)
      } else {
        _ = parts.popLast()
      }
    }
    let joined = parts.joined(separator: "/")
    return isAbsolute ? "/\(joined)" : joined.isEmpty ? "." : joined
  }
}
