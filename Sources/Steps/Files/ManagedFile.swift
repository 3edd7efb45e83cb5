import Runbook

/// What stands at a file's path; `content` is nil where there is no file, or one too large to be compared.
public struct ManagedFileState: Sendable {
  var status: FileStatus?
  var content: [UInt8]?
}

/// A file whose whole content a step gives: what `file`, `template` and `env_file` share. A symbolic link at
/// its path is replaced, never followed.
struct ManagedFile: Sendable {
  typealias State = ManagedFileState

  /// The most that is compared byte by byte.
  static let limit = 4 << 20

  let path: AbsolutePath
  let attributes: FileAttributes
  let validate: String?

  init(_ parameters: inout Parameters, mode words: String) {
    path = parameters.required("path", "Absolute path on the host; a link there is replaced.")
    attributes = FileAttributes(&parameters, mode: words)
    validate = parameters.optional(
      "validate", "Command that must accept the new file before it takes its place; `%s` stands for its path."
    )
    if let validate, !validate.contains("%s") {
      parameters.reject(
        "'validate' has no '%s'", at: "validate", hint: "write '%s' where the file's path belongs")
    }
  }

  init(path: AbsolutePath, attributes: FileAttributes, validate: String?) {
    self.path = path
    self.attributes = attributes
    self.validate = validate
  }

  var probe: Probe<State> { Self.probe(of: path.string) }

  static func probe(of path: String) -> Probe<State> {
    Probe<State>([.status(path), .content(path)]) { (answers) throws(Diagnostic) in
      guard case .status(let status) = try answers.answer(to: .status(path)) else { return State() }
      guard status?.kind == .file, (status?.size ?? 0) <= limit else { return State(status: status) }
      guard case .content(let bytes) = try answers.answer(to: .content(path)) else {
        return State(status: status)
      }
      return State(status: status, content: bytes)
    }
  }

  /// nil: the file has these bytes, and the mode and owner that are asked for. `edit` says what is done to
  /// its content, where that is not all of it.
  func change(to content: FileContent, from observed: State, as edit: Text? = nil) throws(Diagnostic)
    -> Change?
  {
    let attributes = attributes.with(mode: attributes.mode ?? (content.isSecret ? FileMode(0o600) : nil))
    guard let status = observed.status else {
      return .create(
        (edit ?? Text("file \(path)")) + Text(attributes.words(mode: attributes.mode ?? FileMode(0o644))),
        diffs: diffs(nil, content), write(content, mode: attributes.mode?.bits ?? 0o644))
    }
    switch status.kind {
    case .file: break
    case .link:
      return .modify(
        "file \(path) in place of a link to \(status.target ?? "nowhere")", diffs: diffs(nil, content),
        write(content, mode: attributes.mode?.bits ?? 0o644))
    case .directory, .other: throw .notAFile(path, status)
    }
    let words = attributes.differences(from: status)
    if observed.content == content.bytes {
      let actions = attributes.actions(on: path.string, from: status)
      return actions.isEmpty
        ? nil : Change(.modify, "file \(path), \(words.joined(separator: ", "))", actions)
    }
    return .modify(
      (edit ?? Text("file \(path), content")) + Text(words.map { ", \($0)" }.joined()),
      diffs: observed.content == nil ? [] : diffs(observed.content, content),
      write(content, mode: attributes.mode?.bits ?? status.mode))
  }

  /// nil: there is nothing.
  func removal(from observed: State) throws(Diagnostic) -> Change? {
    guard let status = observed.status else { return nil }
    guard status.kind != .directory else { throw .notAFile(path, status) }
    let text = observed.content.flatMap(Self.text)
    return .remove(
      "file \(path)", diffs: text.map { [TextDiff(path: path.string, before: $0, after: nil)] } ?? [],
      .run(["rm", "-f", "--", path.string]))
  }

  private func write(_ content: FileContent, mode: Int) -> Action {
    .write(
      FileWrite(
        path: path.string, content: content, mode: mode, owner: attributes.owner, group: attributes.group,
        validate: validate))
  }

  private func diffs(_ before: [UInt8]?, _ after: FileContent) -> [TextDiff] {
    guard case .text(let text) = after else { return [] }
    guard let before else { return [TextDiff(path: path.string, before: nil, after: text)] }
    guard let old = Self.text(before) else { return [] }
    return [TextDiff(path: path.string, before: old, after: text)]
  }

  /// The bytes as text; nil where they are not.
  static func text(_ bytes: [UInt8]) -> String? {
    bytes.contains(0) ? nil : String(validating: bytes, as: UTF8.self)
  }
}

extension FileContent {
  /// Whether any part of it is secret.
  var isSecret: Bool {
    switch self {
    case .text(let text): text.isSecret
    case .bytes: false
    }
  }
}

extension Diagnostic {
  static func notAFile(_ path: AbsolutePath, _ status: FileStatus) -> Diagnostic {
    let what = status.kind == .directory ? "a directory" : "neither a file nor a directory"
    return Diagnostic(.conflict, "'\(path)' is \(what)", hint: "move it away, or give another path")
  }
}
