/// Makes POSIX sh of actions. Every value that comes from outside goes through `shellWord`.
struct ActionScript {
  /// Variables that the step's own commands see.
  let environment: [(name: String, value: Text)]
  /// Where the step judges the status itself, every one of them counts as done.
  let acceptsAnyStatus: Bool

  /// The script of an action; nil where it is not one for the shell.
  func text(of action: Action) -> String? {
    switch action {
    case .run(let argv): exports + shellLine(argv)
    case .script(let text): exports + text.string
    case .command(let command): exports + self.command(command)
    case .write(let write): Self.write(write)
    case .upload(let upload): Self.place(upload)
    case .fetch, .reboot, .ask, .show, .sleep: nil
    }
  }

  private var exports: String {
    environment.map { "export \($0.name)=\(shellWord($0.value.string))\n" }.joined()
  }

  private func command(_ command: CommandAction) -> String {
    var lines: [String] = []
    if let directory = command.directory { lines.append("cd -- \(shellWord(directory)) || exit 1") }
    let program: String =
      switch command.program {
      case .arguments(let words): shellLine(words.map { $0.string })
      // Inside of `eval` a syntax error ends this script only, and the text is no argument of any process.
      case .shell(let text): "eval \(shellWord(text.string))"
      }
    if let input = command.input {
      lines.append("\(Self.printf(Array(input.string.utf8))) | (\n\(program)\n)")
    } else {
      lines.append("(\n\(program)\n)")
    }
    return lines.joined(separator: "\n")
  }

  /// Whether a status of this action counts as done.
  func accepts(_ status: Int, of action: Action) -> Bool {
    if acceptsAnyStatus, case .command = action { return true }
    if case .command(let command) = action { return command.accepted.contains(status) }
    return status == 0
  }

  /// Whether a status that is not 0 may still count as done, so that what follows cannot depend on it in the shell.
  func mayAcceptFailure(of action: Action) -> Bool {
    guard case .command(let command) = action else { return false }
    return acceptsAnyStatus || command.accepted != [0]
  }

  /// The name that the bytes of a file have until they are whole: in the same folder, the same in every run, so
  /// that what a killed run leaves behind is overwritten by the next.
  static func temporaryName(for path: String) -> String {
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { path[...$0] } ?? ""
    let name = slash.map { path[path.index(after: $0)...] } ?? path[...]
    guard name.utf8.count > 200 else { return "\(folder).\(name).runbook" }
    return "\(folder).\(Digest.hex(Digest.sha256(Array(name.utf8)))).runbook"
  }

  private static func write(_ write: FileWrite) -> String {
    let temporary = temporaryName(for: write.path)
    let start = """
      umask 077
      t=\(shellWord(temporary)); p=\(shellWord(write.path))
      \(refuseFolder)
      rm -f -- "$t" || exit 1
      set -C
      \(printf(write.content.bytes)) > "$t" || { \(sayIfFull); rm -f -- "$t"; exit 1; }
      set +C
      """
    return start + "\n"
      + place(mode: write.mode, owner: write.owner, group: write.group, validate: write.validate)
  }

  /// An upload's bytes have arrived under the temporary name: this puts them in their place.
  private static func place(_ upload: FileUpload) -> String {
    arrived(upload.path) + place(mode: upload.mode, owner: upload.owner, group: upload.group, validate: nil)
  }

  /// The same for bytes that were too many for a script.
  static func place(_ write: FileWrite) -> String {
    arrived(write.path)
      + place(mode: write.mode, owner: write.owner, group: write.group, validate: write.validate)
  }

  private static func arrived(_ path: String) -> String {
    """
    t=\(shellWord(temporaryName(for: path))); p=\(shellWord(path))
    \(refuseFolder)

    """
  }

  private static let refuseFolder = """
    if [ -d "$p" ]; then printf '%s is a directory\\n' "$p" >&2; exit 1; fi
    """

  /// A shell's own `printf` says "I/O error" where the disk is full.
  private static let sayIfFull = """
    df -Pk -- "${t%/*}/" 2>/dev/null | { read -r _; read -r _ _ _ room _; [ "$room" != 0 ] || echo 'No space left on device' >&2; }
    """

  /// Owner before mode: changing the owner takes setuid bits away.
  private static func place(mode: Int, owner: String?, group: String?, validate: String?) -> String {
    var lines: [String] = ["fail() { rm -f -- \"$t\"; exit 1; }"]
    switch (owner, group) {
    case (nil, nil):
      lines.append(#"if [ -e "$p" ]; then o=$(stat -L -c %u:%g -- "$p") || fail; \#(keepOwner); fi"#)
    case (let owner?, nil): lines.append("chown -- \(shellWord(owner)) \"$t\" || fail")
    case (let owner, let group?):
      lines.append("chown -- \(shellWord("\(owner ?? ""):\(group)")) \"$t\" || fail")
    }
    lines.append("chmod -- \(octal(mode)) \"$t\" || fail")
    if let validate {
      lines.append("(\n\(validate.replacing("%s", with: #""$t""#))\n) || fail")
    }
    lines.append("sync -- \"$t\" 2>/dev/null || sync")
    lines.append("mv -f -- \"$t\" \"$p\" || fail")
    return lines.joined(separator: "\n")
  }

  private static let keepOwner = #"[ "$o" = "$(stat -c %u:%g -- "$t")" ] || chown -- "$o" "$t" || fail"#

  static func octal(_ mode: Int) -> String {
    let digits = String(mode, radix: 8)
    return String(repeating: "0", count: max(0, 4 - digits.count)) + digits
  }

  /// A builtin command that prints exactly these bytes, whatever they are.
  static func printf(_ bytes: [UInt8]) -> String {
    if !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) {
      return "printf %s \(shellWord(text))"
    }
    var format: [UInt8] = []
    for byte in bytes {
      switch byte {
      case UInt8(ascii: "%"): format += Array("%%".utf8)
      case UInt8(ascii: "\\"), UInt8(ascii: "'"), 0..<32, 127...255:
        let digits = String(byte, radix: 8)
        format += Array(("\\" + String(repeating: "0", count: 3 - digits.count) + digits).utf8)
      default: format.append(byte)
      }
    }
    // A format that begins with a dash would be read as an option.
    return "printf -- '\(String(decoding: format, as: UTF8.self))'"
  }
}
