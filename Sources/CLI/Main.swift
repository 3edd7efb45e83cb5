import Glibc
import Runbook
import Steps

/// The program: reads its arguments, runs one command, ends with its status.
@main
struct Program {
  /// Every command, in the order of the help.
  static let commands: [any Command.Type] = [
    PlanCommand.self, ApplyCommand.self, ResumeCommand.self, CheckCommand.self, LintCommand.self,
    VarsCommand.self,
    InventoryCommand.self, RunsCommand.self, ShowCommand.self, ConfigCommand.self, SchemaCommand.self,
    PingCommand.self, FactsCommand.self, ExecCommand.self, StepCommand.self, VaultCommand.self,
    InitCommand.self, HelpCommand.self, VersionCommand.self,
  ]

  static func main() async {
    let words = Array(CommandLine.arguments.dropFirst())
    exit(await run(words, environment: processEnvironment()).rawValue)
  }

  static func run(_ words: [String], environment: [String: String]) async -> ExitStatus {
    var console = Console(color: .auto, environment: environment)
    do throws(Diagnostics) {
      guard let name = words.first else {
        console.complain(HelpText.overview(commands, console.errorPalette))
        return .wrongInput
      }
      let command = try find(name, among: words)
      let rest = Array(words.dropFirst())
      let arguments = try parse(rest, for: command)
      console = Console(color: try color(arguments, environment), environment: environment)
      guard !arguments.has(.help) else {
        console.print(HelpText.page(command, console.palette))
        return .done
      }
      try check(arguments, for: command)
      return try await command.run(
        Invocation(arguments: arguments, console: console, interrupts: Interrupts(), environment: environment)
      )
    } catch {
      console.complain(error)
      return ExitStatus(error)
    }
  }

  /// The command of this name; `-h`, `--help` and `--version` are names as well.
  private static func find(_ name: String, among words: [String]) throws(Diagnostics) -> any Command.Type {
    let names = ["-h": "help", "--help": "help", "--version": "version", "-V": "version"]
    let wanted = names[name] ?? name
    if let command = commands.first(where: { $0.name == wanted }) { return command }
    if wanted.hasPrefix("-"),
      let later = words.first(where: { word in commands.contains { $0.name == word } })
    {
      throw .one(
        Diagnostic(.usage, "the command stands first", hint: "runbook \(later) \(wanted) …"))
    }
    let nearest = nearestName(to: wanted, among: commands.map { $0.name })
    throw .one(
      Diagnostic(
        .usage, "there is no command '\(name)'",
        hint: nearest.map { "did you mean '\($0)'?" } ?? "'runbook help' lists the commands"))
  }

  private static func parse(_ words: [String], for command: any Command.Type) throws(Diagnostics)
    -> ParsedArguments
  {
    do throws(Diagnostic) {
      return try ParsedArguments(words, options: command.allOptions)
    } catch {
      throw .one(error.withUsage(of: command))
    }
  }

  private static func check(_ arguments: ParsedArguments, for command: any Command.Type) throws(Diagnostics) {
    let count = arguments.operands.count
    if count < command.operands.lowerBound {
      throw .one(Diagnostic(.usage, "'runbook \(command.name)' needs more words").withUsage(of: command))
    }
    if count > command.operands.upperBound {
      let extra = arguments.operands[command.operands.upperBound]
      throw .one(Diagnostic(.usage, "'\(extra)' is one word too many").withUsage(of: command))
    }
  }

  private static func color(
    _ arguments: ParsedArguments, _ environment: [String: String]
  ) throws(Diagnostics) -> ColorChoice {
    guard let word = arguments.text(.color) ?? environment["RUNBOOK_COLOR"] else { return .auto }
    if let choice = ColorChoice(rawValue: word) { return choice }
    throw .one(Diagnostic(.usage, "'\(word)' is none of 'auto', 'always', 'never'", hint: "--color auto"))
  }
}

extension Diagnostic {
  /// The hint is the way the command is called, where there is no better one.
  fileprivate func withUsage(of command: any Command.Type) -> Diagnostic {
    var copy = self
    if copy.hint == nil, let form = command.forms.first {
      copy.hint = form.isEmpty ? "runbook \(command.name)" : "runbook \(command.name) \(form)"
    }
    return copy
  }
}

/// The variables that the program was started with.
func processEnvironment() -> [String: String] {
  var (variables, index): ([String: String], Int) = ([:], 0)
  while let entry = environ[index] {
    let parts = String(cString: entry).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
    index += 1
  }
  return variables
}
