import Runbook

/// A probe that asks the Docker engine.
enum DockerQuery {
  /// What a script of `docker` commands prints. Every command in it must succeed, so that an engine that does
  /// not answer is never taken for one that has nothing.
  static func script(_ text: String) -> Probe<String> {
    Probe<ScriptOutput>.script("set -eu\n\(text)").map { (output) throws(Diagnostic) in
      guard output.status == 0 else { throw .silentEngine(output.errors) }
      return output.output
    }
  }

  /// The lines of such an answer as a word and the rest.
  static func fields(_ output: String) -> [(name: String, value: String)] {
    output.split(separator: "\n").map { line in
      let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      return (parts[0], parts.count == 2 ? parts[1] : "")
    }
  }

  /// The letters that names of networks, volumes and containers are made of.
  static func isName(_ name: String) -> Bool {
    guard let first = name.first, first.isASCII, first.isLetter || first.isNumber else { return false }
    return name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "_.-".contains($0)) }
  }
}

extension Diagnostic {
  fileprivate static func silentEngine(_ errors: String) -> Diagnostic {
    Diagnostic(
      .unreadable, "the Docker engine does not answer",
      notes: errors.split(separator: "\n").suffix(3).map(String.init),
      hint: "is it running, and may this user use it? 'become: true' asks as root")
  }
}
