import Runbook

/// One subcommand: what it is called, what it takes, what it does.
protocol Command: Sendable {
  static var name: String { get }
  /// One line for the list of commands.
  static var summary: String { get }
  /// What stands after the name, a form each: "RUNBOOK", "[ID]".
  static var forms: [String] { get }
  /// More for its help: paragraphs.
  static var words: String { get }
  static var examples: [String] { get }
  /// Its own options, without those that every command has.
  static var options: [Option] { get }
  /// How many operands it takes.
  static var operands: ClosedRange<Int> { get }
  /// Throws what makes the input wrong; what went wrong on hosts is a status.
  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus
}

extension Command {
  static var words: String { "" }
  static var examples: [String] { [] }
  static var options: [Option] { [] }
  static var allOptions: [Option] { options + Option.everywhere }
}

/// One call of a command.
struct Invocation: Sendable {
  var arguments: ParsedArguments
  var console: Console
  var interrupts: Interrupts
  /// The process environment.
  var environment: [String: String]

  /// An operand by its place; the number of operands was checked.
  func operand(_ index: Int) -> String? {
    index < arguments.operands.count ? arguments.operands[index] : nil
  }
}
