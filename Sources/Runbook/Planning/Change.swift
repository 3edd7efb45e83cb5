/// What a step would do: what a person reads, and the actions that bring it about.
public struct Change: Sendable, Hashable {
  public enum Kind: String, Sendable { case create, modify, remove, run }

  public var kind: Kind
  /// One line, without the host: "directory /srv, mode 0755".
  public var summary: Text
  /// A unified diff is drawn from these, where there is text to compare.
  public var diffs: [TextDiff]
  public var actions: [Action]

  public init(_ kind: Kind, _ summary: Text, diffs: [TextDiff] = [], _ actions: [Action]) {
    self.kind = kind
    self.summary = summary
    self.diffs = diffs
    self.actions = actions
  }

  public static func create(_ summary: Text, diffs: [TextDiff] = [], _ actions: Action...) -> Change {
    Change(.create, summary, diffs: diffs, actions)
  }

  public static func modify(_ summary: Text, diffs: [TextDiff] = [], _ actions: Action...) -> Change {
    Change(.modify, summary, diffs: diffs, actions)
  }

  public static func remove(_ summary: Text, diffs: [TextDiff] = [], _ actions: Action...) -> Change {
    Change(.remove, summary, diffs: diffs, actions)
  }

  public static func run(_ summary: Text, diffs: [TextDiff] = [], _ actions: Action...) -> Change {
    Change(.run, summary, diffs: diffs, actions)
  }
}

/// The text of one file before and after. The side before carries no secret marks: the renderer hides, on both
/// sides, every line that is secret on the side after, and whatever the scrubber knows.
public struct TextDiff: Sendable, Hashable {
  public var path: String
  /// nil: the file was not there.
  public var before: String?
  /// nil: the file will be gone.
  public var after: Text?

  public init(path: String, before: String?, after: Text?) {
    self.path = path
    self.before = before
    self.after = after
  }
}

/// One thing to do on a host, or for it, as data: it can be shown, saved, journalled and executed by the one
/// executor.
public enum Action: Sendable, Hashable {
  /// An argv; its words must hold no secret. Fails on a status that is not 0.
  case run([String])
  /// POSIX sh. A secret in it travels in the session's stream only; it must be handed on by a builtin, a here
  /// document or standard input, never as an argument of an external command. Fails on a status that is not 0.
  case script(Text)
  /// A command of the user's, with all that is particular to it.
  case command(CommandAction)
  /// Bytes to a path, beside it first, then renamed.
  case write(FileWrite)
  /// A file of the control machine, streamed to a path, beside it first, then renamed.
  case upload(FileUpload)
  /// A file of the host, streamed to a path on the control machine, mode 0600.
  case fetch(from: String, to: String)
  /// Restart the host and wait until it is back.
  case reboot(timeout: Duration)
  /// Ask the person at the terminal; anything but yes fails the step.
  case ask(Text)
  /// Say something to the person.
  case show(Text)
  /// Wait.
  case sleep(Duration)
}

/// A command as `command` and `shell` run it.
public struct CommandAction: Sendable, Hashable {
  public enum Program: Sendable, Hashable {
    case arguments([Text])
    case shell(Text)
  }

  public var program: Program
  /// The working directory; nil for the login's own.
  public var directory: String?
  /// What it reads on standard input.
  public var input: Text?
  /// Statuses that count as done.
  public var accepted: [Int]

  public init(_ program: Program, directory: String? = nil, input: Text? = nil, accepted: [Int] = [0]) {
    self.program = program
    self.directory = directory
    self.input = input
    self.accepted = accepted
  }
}

/// Bytes that a file shall hold.
public struct FileWrite: Sendable, Hashable {
  public var path: String
  public var content: FileContent
  /// The permission bits; a new file has them from its first byte.
  public var mode: Int
  /// A name or a number; nil leaves what is there, or the session's own user for a new file.
  public var owner: String?
  public var group: String?
  /// A command that must accept the new file before it takes its place; `%s` stands for its path.
  public var validate: String?

  public init(
    path: String, content: FileContent, mode: Int, owner: String? = nil, group: String? = nil,
    validate: String? = nil
  ) {
    self.path = path
    self.content = content
    self.mode = mode
    self.owner = owner
    self.group = group
    self.validate = validate
  }
}

/// Text that knows its secrets, or bytes that have none.
public enum FileContent: Sendable, Hashable {
  case text(Text)
  case bytes([UInt8])

  public var bytes: [UInt8] {
    switch self {
    case .text(let text): Array(text.string.utf8)
    case .bytes(let bytes): bytes
    }
  }
}

/// A file of the control machine on its way to a host.
public struct FileUpload: Sendable, Hashable {
  /// The path on the control machine.
  public var source: String
  public var path: String
  public var mode: Int
  public var owner: String?
  public var group: String?
  /// SHA-256 of the source, compared on the host before the rename.
  public var digest: String

  public init(
    source: String, path: String, mode: Int, owner: String? = nil, group: String? = nil, digest: String
  ) {
    self.source = source
    self.path = path
    self.mode = mode
    self.owner = owner
    self.group = group
    self.digest = digest
  }
}

/// What one action gave.
public struct ActionResult: Sendable, Hashable {
  public var status: Int
  public var output: String
  public var errors: String

  public init(status: Int = 0, output: String = "", errors: String = "") {
    self.status = status
    self.output = output
    self.errors = errors
  }
}
