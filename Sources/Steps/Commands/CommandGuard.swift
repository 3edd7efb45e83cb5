import Runbook

/// What says whether a command must run: `creates`, `removes`, `unless`, `only_if`. What `command`, `shell`
/// and `script` share, with the directory, the input and the statuses.
struct CommandGuard: Sendable {
  let creates: AbsolutePath?
  let removes: AbsolutePath?
  let unless: String?
  let onlyIf: String?
  let directory: AbsolutePath?
  let input: Text?
  let accepted: [Int]

  init(_ parameters: inout Parameters) {
    creates = parameters.optional("creates", "Done where this path is there; it must be there afterwards.")
    removes = parameters.optional("removes", "Done where this path is not there; it must be gone afterwards.")
    unless = parameters.optional(
      "unless", "Shell text that only looks; done where its status is 0, which it must be afterwards.")
    onlyIf = parameters.optional(
      "only_if", "Shell text that only looks; nothing to do where its status is not 0.")
    directory = parameters.optional("directory", "The working directory.")
    input = parameters.optional("input", "What it reads on standard input; the place for secrets.")
    accepted = parameters.value("accepted", "Statuses that count as done.", default: [0])
  }

  /// Whether the step must run, as the host stands. Always true where nothing guards it.
  var probe: Probe<Bool> {
    let paths = [creates, removes].compactMap { $0 }
    let scripts = [unless, onlyIf].compactMap { $0 }.map(script)
    let status = Probe<[FileStatus?]>.each(paths) { .status(of: $0.string) }
    let (creates, removes, unless, onlyIf) = (creates != nil, removes != nil, unless != nil, onlyIf != nil)
    return status.and(.each(scripts) { .script($0) }).map { (statuses, outputs) throws(Diagnostic) in
      if creates, statuses.first != FileStatus?.none { return false }
      if removes, statuses.last == FileStatus?.none { return false }
      if unless, outputs.first?.status == 0 { return false }
      if onlyIf, outputs.last?.status != 0 { return false }
      return true
    }
  }

  /// `only_if` alone says nothing about what the command brings about.
  var isVerified: Bool { creates != nil || removes != nil || unless != nil }

  private func script(_ text: String) -> String {
    directory.map { "cd -- \(shellWord($0.string)) || exit 1\n\(text)" } ?? text
  }

  func action(_ program: CommandAction.Program) -> Action {
    .command(CommandAction(program, directory: directory?.string, input: input, accepted: accepted))
  }

  /// What later steps may use.
  func outputs(_ results: [ActionResult]) -> ValueMap {
    let result = results.last ?? ActionResult()
    let output = result.output.withoutFinalNewlines
    return [
      "ran": .bool(!results.isEmpty), "status": .int(result.status), "output": .string(output),
      "errors": .string(result.errors.withoutFinalNewlines),
      "lines": .list(LineList.split(Text(output)).map { .string($0) }),
    ]
  }

  /// For a kind's summary.
  static let words = """
    It always runs, unless `creates`, `removes`, `unless` or `only_if` says when. Outputs: `ran`, `status`, \
    `output` and `errors` without their last line ends, and `lines` of the output.
    """
}

extension String {
  /// As a shell's `$( )` gives it.
  var withoutFinalNewlines: String {
    var bytes = Array(utf8)
    while bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}
