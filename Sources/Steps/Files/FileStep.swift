public import Runbook

/// Makes sure that a file has given bytes, or that it is there at all, or that it is gone.
public struct FileStep: StepKind {
  public static let key = "file"
  public static let summary = """
    A file with the content given here, or of a file of the control machine; with neither, only that it is \
    there. A new file has mode 0644, one with a secret in it 0600. A symbolic link at the path is replaced, \
    not followed.
    """
  public static let shorthand: String? = "path"
  public static let example = """
    - file: { path: /etc/motd, content: "Welcome\\n" }
    - file: { path: /usr/local/bin/backup, source: backup.sh, mode: "0755" }
    - file:
        path: /etc/sudoers.d/deploy
        content: "deploy ALL=(ALL) ALL\\n"
        mode: "0440"
        validate: visudo -cf %s
    - file: { path: /etc/obsolete.conf, state: absent }
    """

  /// The file, and its digest where the wanted content is too large to be compared byte by byte.
  public struct State: Sendable {
    var file: ManagedFile.State
    var digest: String?
  }

  private enum Wanted: Sendable {
    case anything
    case content(FileContent)
    case upload(LocalFileReference)
  }

  let file: ManagedFile
  let state: Presence
  private let wanted: Wanted

  public init(_ parameters: inout Parameters) {
    file = ManagedFile(
      &parameters, mode: "Permission bits; a new file has 0644, or 0600 where a secret is in it.")
    let content: Text? = parameters.optional("content", "The whole text of the file.")
    let source = parameters.localFile(
      "source", "File of the control machine, looked for beside the runbook and in `files`.")
    state = parameters.value("state", "Whether it shall be there.", default: .present)
    if parameters.has("content"), parameters.has("source") {
      parameters.reject("'content' and 'source' exclude each other", at: "source")
    }
    if state == .absent, parameters.has("content") || parameters.has("source") {
      parameters.reject("a file that shall be absent has no content", at: "state")
    }
    wanted =
      if let content {
        .content(.text(content))
      } else if let source {
        source.bytes.count > 1 << 20 ? .upload(source) : .content(Self.content(source.bytes))
      } else {
        .anything
      }
  }

  public var title: String { "file \(file.path)" }

  public var probe: Probe<State> {
    let path = file.path.string
    switch wanted {
    case .upload:
      return Probe<FileStatus?>.status(of: path).and(.digest(of: path))
        .map { State(file: ManagedFile.State(status: $0), digest: $1) }
    case .anything:
      return Probe<FileStatus?>.status(of: path).map { State(file: ManagedFile.State(status: $0)) }
    case .content: return file.probe.map { State(file: $0) }
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    if state == .absent { return try file.removal(from: observed.file) }
    switch wanted {
    case .content(let content): return try file.change(to: content, from: observed.file)
    case .upload(let source): return try upload(source, observed)
    case .anything:
      guard observed.file.status?.kind == .file else {
        return try file.change(to: .text(""), from: observed.file)
      }
      return try file.change(
        to: .bytes([]), from: ManagedFile.State(status: observed.file.status, content: []))
    }
  }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    ["path": .string(file.path.string)]
  }

  private func upload(_ source: LocalFileReference, _ observed: State) throws(Diagnostic) -> Change? {
    let (path, status, attributes) = (file.path, observed.file.status, file.attributes)
    if let status, status.kind != .file, status.kind != .link { throw .notAFile(path, status) }
    let words = status.map { attributes.differences(from: $0) } ?? []
    if let status, status.kind == .file, observed.digest == source.digest {
      let actions = attributes.actions(on: path.string, from: status)
      return actions.isEmpty
        ? nil : Change(.modify, "file \(path), \(words.joined(separator: ", "))", actions)
    }
    let kept = status.flatMap { $0.kind == .file ? $0.mode : nil }
    let mode = attributes.mode ?? FileMode(kept ?? 0o644)
    let action = Action.upload(
      FileUpload(
        source: source.path, path: path.string, mode: mode.bits, owner: attributes.owner,
        group: attributes.group,
        digest: source.digest))
    let size = "\(source.bytes.count) bytes"
    return status == nil
      ? .create(Text("file \(path), \(size)" + attributes.words(mode: mode)), action)
      : .modify("file \(path), \((["content (\(size))"] + words).joined(separator: ", "))", action)
  }

  private static func content(_ bytes: [UInt8]) -> FileContent {
    ManagedFile.text(bytes).map { .text(Text($0)) } ?? .bytes(bytes)
  }
}
