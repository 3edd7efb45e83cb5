import Runbook

/// A text file that a step changes in parts: what `line`, `block`, `replace` and `ini` share.
struct EditedFile: Sendable {
  let file: ManagedFile
  let creates: Bool

  init(_ parameters: inout Parameters) {
    file = ManagedFile(
      &parameters, mode: "Permission bits; left as they are where not given, 0644 for a new file.")
    creates = parameters.value("create", "Make the file where it is not there.", default: false)
  }

  var path: AbsolutePath { file.path }
  var probe: Probe<ManagedFileState> { file.probe }

  /// The change that the edit of its lines makes; nil where it changes nothing. `words` say what it does.
  /// `isRemoval`: a file that is not there is already so.
  func change(
    _ words: Text, from observed: ManagedFileState, isRemoval: Bool = false,
    _ edit: (inout LineList) throws(Diagnostic) -> Void
  ) throws(Diagnostic) -> Change? {
    if observed.status == nil {
      if isRemoval { return nil }
      guard creates else { throw .notThere(path) }
    }
    if let status = observed.status, status.kind != .file { throw .notPlain(path, status) }
    guard let bytes = observed.status == nil ? [] : observed.content, let text = ManagedFile.text(bytes)
    else {
      throw .notText(path)
    }
    var lines = LineList(text)
    try edit(&lines)
    let result = lines.text
    let content: FileContent = result.string == text && observed.status != nil ? .bytes(bytes) : .text(result)
    return try file.change(to: content, keeping: observed, as: "\(words) in \(path)")
  }
}

extension ManagedFile {
  /// As `change`, for an edit: a secret in a line leaves the mode of a file that is there as it is.
  fileprivate func change(
    to content: FileContent, keeping observed: ManagedFileState, as words: Text
  ) throws(Diagnostic) -> Change? {
    guard attributes.mode == nil, let mode = observed.status?.mode else {
      return try change(to: content, from: observed, as: words)
    }
    let kept = ManagedFile(path: path, attributes: attributes.with(mode: FileMode(mode)), validate: validate)
    return try kept.change(to: content, from: observed, as: words)
  }
}

/// The lines of a file, without their ends. Files with CRLF keep it.
struct LineList: Sendable {
  var lines: [Text]
  private let ending: String
  private let endsWithNewline: Bool

  init(_ text: String) {
    let bytes = Array(text.utf8)
    endsWithNewline = bytes.isEmpty || bytes.last == UInt8(ascii: "\n")
    var parts = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    if endsWithNewline { parts.removeLast() }
    let carriage = UInt8(ascii: "\r")
    let hasCarriage = !parts.isEmpty && parts.filter { $0.last == carriage }.count * 2 > parts.count
    ending = hasCarriage ? "\r\n" : "\n"
    lines = parts.map {
      Text(String(decoding: hasCarriage && $0.last == carriage ? $0.dropLast() : $0, as: UTF8.self))
    }
  }

  /// The whole, with a newline at its end unless the file had none and its last line was not touched.
  var text: Text {
    var result = Text("")
    for (index, line) in lines.enumerated() {
      result.append(line)
      if index < lines.count - 1 || endsWithNewline { result.append(Text(ending)) }
    }
    return result
  }

  /// Lines of a text of the step's own.
  static func split(_ text: Text) -> [Text] {
    var (lines, start) = ([Text](), 0)
    let bytes = Array(text.string.utf8)
    for (index, byte) in bytes.enumerated() where byte == UInt8(ascii: "\n") {
      lines.append(text.slice(start..<index))
      start = index + 1
    }
    if start < bytes.count { lines.append(text.slice(start..<bytes.count)) }
    return lines
  }

  /// The last line that matches.
  func last(_ pattern: Pattern) throws(Diagnostic) -> Int? {
    let regex = try pattern.regex()
    return lines.lastIndex { $0.string.firstMatch(of: regex) != nil }
  }

  /// The first line that matches.
  func first(_ pattern: Pattern) throws(Diagnostic) -> Int? {
    let regex = try pattern.regex()
    return lines.firstIndex { $0.string.firstMatch(of: regex) != nil }
  }

  /// Where something new goes: after the last line that `after` matches, before the first that `before` does,
  /// else at the end.
  func place(after: Pattern?, before: Pattern?) throws(Diagnostic) -> Int {
    if let after, let index = try last(after) { return index + 1 }
    if let before, let index = try first(before) { return index }
    return lines.count
  }
}

extension Diagnostic {
  fileprivate static func notThere(_ path: AbsolutePath) -> Diagnostic {
    Diagnostic(.conflict, "'\(path)' is not there", hint: "to make it, add 'create: true'")
  }

  fileprivate static func notText(_ path: AbsolutePath) -> Diagnostic {
    Diagnostic(.conflict, "'\(path)' is not UTF-8 text of at most \(ManagedFile.limit >> 20) MiB")
  }

  fileprivate static func notPlain(_ path: AbsolutePath, _ status: FileStatus) -> Diagnostic {
    guard let target = status.target else { return notAFile(path, status) }
    return Diagnostic(
      .conflict, "'\(path)' is a link to '\(target)'", hint: "give the step the path that it points to")
  }
}
