extension Change {
  /// The whole of it, secrets included, so written that two changes give the same bytes only where they are the
  /// same. Only ever to be hashed with a key.
  var canonicalBytes: [UInt8] {
    var writer = CanonicalWriter()
    writer.add(kind.rawValue, summary.string)
    for diff in diffs { writer.add("diff", diff.path, diff.before ?? "-", diff.after?.string ?? "-") }
    for action in actions { writer.add(action) }
    return writer.bytes
  }
}

/// Words, each with its length before it.
private struct CanonicalWriter {
  var bytes: [UInt8] = []

  mutating func add(_ words: String...) { words.forEach { add(Array($0.utf8)) } }

  mutating func add(_ word: [UInt8]) {
    bytes += Array("\(word.count):".utf8)
    bytes += word
  }

  mutating func add(_ action: Action) {
    switch action {
    case .run(let argv):
      add("run", String(argv.count))
      argv.forEach { add($0) }
    case .script(let text): add("script", text.string)
    case .command(let command): add(command)
    case .write(let write):
      add(
        "write", write.path, String(write.mode), write.owner ?? "-", write.group ?? "-", write.validate ?? "-"
      )
      add(write.content.bytes)
    case .upload(let upload):
      add("upload", upload.path, upload.digest, String(upload.mode), upload.owner ?? "-", upload.group ?? "-")
    case .fetch(let from, let to): add("fetch", from, to)
    case .reboot(let timeout): add("reboot", String(timeout.components.seconds))
    case .ask(let text): add("ask", text.string)
    case .show(let text): add("show", text.string)
    case .sleep(let duration): add("sleep", String(duration.components.seconds))
    }
  }

  private mutating func add(_ command: CommandAction) {
    switch command.program {
    case .arguments(let words):
      add("arguments", String(words.count))
      words.forEach { add($0.string) }
    case .shell(let text): add("shell", text.string)
    }
    add(command.directory ?? "-", command.input?.string ?? "-", "\(command.accepted)")
  }
}
