/// Where a vault password comes from.
public enum VaultPasswordSource: Sendable, CustomStringConvertible {
  /// Asks a person; the closure gets the words of the prompt.
  case prompt(@Sendable (_ words: String) throws(Diagnostic) -> String, words: String = "Vault password")
  /// A text file, or an executable whose output is the password.
  case file(String)
  /// A variable of this process's environment.
  case variable(String)
  /// Known already (tests, demo).
  case fixed(String, described: String = "given by the caller")

  /// For people; never the password.
  public var description: String {
    switch self {
    case .prompt: "the prompt"
    case .file(let path): path
    case .variable(let name): "the environment variable \(name)"
    case .fixed(_, let words): words
    }
  }

  /// Obtains it. May block on a person or a child process. Throws where there is none, or it is empty.
  public func password() throws(Diagnostic) -> [UInt8] {
    throw Diagnostic(.vault, "\(self) gives no password")
  }
}
