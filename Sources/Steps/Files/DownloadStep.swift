public import Runbook

/// Makes sure that a file of the web is on the host, checked and unpacked.
public struct DownloadStep: StepKind {
  public static let key = "download"
  public static let summary = """
    A file from a URL, fetched by the host with curl or wget. Its checksum must be given, or waived by \
    `checksum: none`. With `extract`, what is in it: one packed file, one `member` of an archive, or the \
    whole archive as a folder. What was unpacked is kept in a note on the host, so that another checksum is \
    another download. Outputs: `path`.
    """
  public static let example = """
    - download:
        url: https://example.org/restic_0.18.0_linux_amd64.bz2
        checksum: sha256:98f6dd8bf5b59058d04bfd8dab58e196cc2a680666ccee90275a3b722374438e
        extract: bzip2
        path: /usr/local/bin/restic
        mode: "0755"
    """

  /// What is on the host.
  public struct State: Sendable {
    var status: FileStatus?
    var digest: String?
    var note: String?
    var hasCurl: Bool
    var hasWget: Bool
  }

  let url: Text
  let path: AbsolutePath
  let checksum: Checksum
  let unpacking: Unpacking
  let member: String?
  let strip: Int
  let headers: [(key: String, value: Text)]
  let attributes: FileAttributes
  let timeout: Duration

  public init(_ parameters: inout Parameters) {
    url = parameters.required("url", "http or https; a secret in it never becomes an argument.")
    path = parameters.required("path", "Absolute path of the result; its folder must be there.")
    checksum = parameters.required(
      "checksum", "Of the file as it is fetched: `sha256:…`, `sha512:…`, or `none`.")
    unpacking = parameters.value("extract", "How it is packed.", default: .none)
    member = parameters.optional("member", "The one file of an archive that goes to `path`.")
    strip = parameters.value("strip", "How many folders to take off the paths in an archive.", default: 0)
    let headers: Pairs<Text>? = parameters.optional("headers", "Headers of the request; needs curl.")
    self.headers = headers?.all ?? []
    attributes = FileAttributes(&parameters, mode: "Permission bits; a new file has 0644.")
    timeout = parameters.value("timeout", "How long it may take.", default: .seconds(600))
    if parameters.has("url"), !url.string.hasPrefix("https://"), !url.string.hasPrefix("http://") {
      parameters.reject("the URL begins with neither 'https://' nor 'http://'", at: "url")
    }
    if member != nil, !unpacking.isArchive {
      parameters.reject("'member' needs 'extract: tar' or 'zip'", at: "member")
    }
    if strip > 0, !isFolder { parameters.reject("'strip' is for a whole archive", at: "strip") }
    if strip < 0 { parameters.reject("'strip' is less than 0", at: "strip") }
  }

  public var title: String { "download \(path)" }
  public var requires: [String] { unpacking.requires + (headers.isEmpty ? [] : ["curl"]) }

  public var probe: Probe<State> {
    let status = Probe<FileStatus?>.status(of: path.string)
    let commands = Probe<Bool>.command("curl").and(.command("wget"))
    let digest = FactQuery.digest(path.string)
    let note: Probe<String?> =
      isTold ? Probe([]) { _ in nil } : HostNote(family: "downloads", path: path).probe
    let queries = status.queries + commands.queries + note.queries + (isFolder ? [] : [digest])
    let isFolder = isFolder
    return Probe<State>(queries) { (answers) throws(Diagnostic) in
      let (found, (hasCurl, hasWget)) = (try status.read(answers), try commands.read(answers))
      var state = State(status: found, note: try note.read(answers), hasCurl: hasCurl, hasWget: hasWget)
      if !isFolder, found?.kind == .file, case .digest(let hex) = try answers.answer(to: digest) {
        state.digest = hex
      }
      return state
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    if let status = observed.status {
      switch status.kind {
      case .file where !isFolder, .link where !isFolder: break
      case .directory where isFolder: break
      default: throw .inTheWay(path, isFolder)
      }
    }
    if isSo(observed), let status = observed.status {
      let actions = attributes.actions(on: path.string, from: status)
      guard !actions.isEmpty else { return nil }
      return Change(
        .modify, "\(path), \(attributes.differences(from: status).joined(separator: ", "))", actions)
    }
    guard observed.hasCurl || observed.hasWget else { throw .noClient() }
    let words: Text = "download \(url) to \(path)"
    return observed.status == nil ? .create(words, .script(script)) : .modify(words, .script(script))
  }

  public func outputs(_ observed: State, _ results: [ActionResult]) -> ValueMap {
    ["path": .string(path.string)]
  }

  /// Whether the result is a folder.
  private var isFolder: Bool { unpacking.isArchive && member == nil }
  /// Whether the digest of what stands there tells all: nothing was unpacked.
  private var isTold: Bool { unpacking == .none && checksum.algorithm == .sha256 }

  /// What the result was made of, in one word.
  private var source: String {
    let origin =
      checksum.written == "none" ? Digest.hex(Digest.sha256(Array(url.string.utf8))) : checksum.written
    return
      ([origin, unpacking.rawValue] + (member.map { [$0] } ?? []) + (strip > 0 ? ["strip \(strip)"] : []))
      .joined(separator: " ").replacing(" ", with: "_")
  }

  private func isSo(_ observed: State) -> Bool {
    if isTold { return observed.digest == checksum.hex }
    if isFolder { return observed.status?.kind == .directory && observed.note == "\(source) folder" }
    guard let digest = observed.digest else { return false }
    return observed.note == "\(source) \(digest)"
  }

  private var script: Text {
    let note = HostNote(family: "downloads", path: path)
    let lines = [
      "umask 077\np=\(shellWord(path.string))",
      #"t=$(mktemp -d "${p%/*}/.runbook.XXXXXX") || exit 1"#,
      #"trap 'rm -rf -- "$t"' EXIT"#,
    ]
    var place = [checksum.check("$t/source"), isFolder ? folderPlacement : filePlacement]
    if isFolder {
      place.append(note.write("\(source.shellQuotable) folder"))
    } else if !isTold {
      place.append(#"sum=$(sha256sum < "$p") || exit 1"#)
      place.append(note.write("\(source.shellQuotable) ${sum%% *}"))
    }
    return Text(lines.joined(separator: "\n") + "\n") + fetch + Text(place.joined(separator: "\n"))
  }

  private var fetch: Text {
    var config = CurlConfig()
    config.set("url", url)
    for (key, value) in headers { config.set("header", Text("\(key): ") + value) }
    for option in ["fail", "silent", "show-error", "location"] { config.set(option) }
    config.set("retry", "3")
    config.set("max-time", Text(String(timeout.wholeSeconds)))
    let curl = Text("( cd \"$t\" && ") + config.set(output: "source").command + Text(") || exit 1\n")
    let wget = "wget -q -T \(min(timeout.wholeSeconds, 60)) -O \"$t/source\""
    // Not every wget reads URLs from its input, so only one with a secret in it goes that way.
    let other =
      url.isSecret
      ? Text("\(wget) -i - <<'RUNBOOK-URL' || exit 1\n") + url + Text("\nRUNBOOK-URL\n")
      : Text("\(wget) \(shellWord(url.string)) || exit 1\n")
    return Text("if command -v curl >/dev/null; then\n") + curl + Text("else\n") + other + Text("fi\n")
  }

  private var filePlacement: String {
    // A file that is there keeps its mode where none is given.
    let mode =
      attributes.mode.map { "\($0)" }
      ?? #""$(if [ -f "$p" ]; then stat -L -c %a -- "$p"; else echo 0644; fi)""#
    return """
      \(unpacking.toOutput(#""$t/source""#, member: member)) > "$t/result" || exit 1
      \(unpacking == .none ? "" : #"[ -s "$t/result" ] || { echo 'nothing came out of it' >&2; exit 1; }"#)
      chmod \(mode) "$t/result" || exit 1
      \(ownership(#""$t/result""#))sync -- "$t/result" 2>/dev/null || sync
      mv -f -- "$t/result" "$p" || exit 1
      """
  }

  private var folderPlacement: String {
    """
    umask 022
    mkdir -- "$t/tree" || exit 1
    \(unpacking.toFolder(#""$t/source""#, #""$t/tree""#, strip: strip)) || exit 1
    \(attributes.mode.map { "chmod \($0) \"$t/tree\" || exit 1\n" } ?? "")\(ownership(#""$t/tree""#))\
    if [ -d "$p" ]; then cp -R -p -- "$t/tree/." "$p/" || exit 1
    else mv -- "$t/tree" "$p" || exit 1; fi
    """
  }

  private func ownership(_ file: String) -> String {
    guard attributes.owner != nil || attributes.group != nil else { return "" }
    let owner = (attributes.owner ?? "") + (attributes.group.map { ":\($0)" } ?? "")
    return "chown \(isFolder ? "-R " : "")\(shellWord(owner)) \(file) || exit 1\n"
  }
}

extension CurlConfig {
  /// The same, its answer going to a file.
  fileprivate func set(output: String) -> CurlConfig {
    var copy = self
    copy.set("output", Text(output))
    return copy
  }
}

extension String {
  /// In double quotes of a shell, the same text.
  fileprivate var shellQuotable: String {
    reduce(into: "") { text, character in
      if #"\"$`"#.contains(character) { text.append("\\") }
      text.append(character)
    }
  }
}

extension Diagnostic {
  fileprivate static func inTheWay(_ path: AbsolutePath, _ isFolder: Bool) -> Diagnostic {
    Diagnostic(
      .conflict, "'\(path)' is not a \(isFolder ? "directory" : "file")",
      hint: "move it away, or give another path")
  }

  static func noClient() -> Diagnostic {
    Diagnostic(.missingCommand, "neither 'curl' nor 'wget' is there", hint: "install curl in an earlier step")
  }
}
