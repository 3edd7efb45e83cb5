import Glibc

/// Where a vault password comes from.
public enum VaultPasswordSource: Sendable, CustomStringConvertible {
  /// Asks a person; the closure gets the words of the prompt.
  case prompt(@Sendable (_ words: String) throws(Diagnostic) -> String, words: String = "Vault password")
  /// A text file.
  case file(String)
  /// A program whose output is the password, and what runs it.
  case program(String, @Sendable (_ path: String) throws(Diagnostic) -> [UInt8])
  /// A variable of this process's environment.
  case variable(String)
  /// Known already (tests, demo).
  case fixed(String, described: String = "given by the caller")

  /// For people; never the password.
  public var description: String {
    switch self {
    case .prompt: "the prompt"
    case .file(let path), .program(let path, _): path
    case .variable(let name): "the environment variable \(name)"
    case .fixed(_, let words): words
    }
  }

  /// Obtains it. May block on a person or a child process. Throws where there is none, or it is empty.
  public func password() throws(Diagnostic) -> [UInt8] {
    let bytes: [UInt8]
    switch self {
    case .prompt(let ask, let words): bytes = Array(try ask(words).utf8)
    case .file(let path):
      bytes = try LocalFile.read(path, limit: 1 << 20)
      guard !bytes.starts(with: "#!".utf8) else { throw .notExecutable(path) }
    case .program(let path, let run): bytes = try run(path)
    case .variable(let name):
      guard let value = getenv(name) else { throw .noPassword(self, "is not set") }
      bytes = Array(String(cString: value).utf8)
    case .fixed(let text, _): bytes = Array(text.utf8)
    }
    // As Ansible does: blanks and line ends around a password are not part of it.
    let isBlank: (UInt8) -> Bool = { [0x20, 0x09, 0x0A, 0x0B, 0x0C, 0x0D].contains($0) }
    let trimmed = Array(bytes.drop(while: isBlank).reversed().drop(while: isBlank).reversed())
    guard !trimmed.isEmpty else { throw .noPassword(self, "is empty") }
    return trimmed
  }
}

extension Diagnostic {
  fileprivate static func notExecutable(_ path: String) -> Diagnostic {
    Diagnostic(
      .vault, "the vault password file '\(path)' is a script, and it is not executable",
      hint: "run 'chmod +x \(path)', or put the password itself in the file")
  }

  fileprivate static func noPassword(_ source: VaultPasswordSource, _ why: String) -> Diagnostic {
    Diagnostic(.vault, "there is no vault password: \(source) \(why)")
  }
}
