import Runbook
import Steps

/// `runbook help`
struct HelpCommand: Command {
  static let name = "help"
  static let summary = "Explain the program, a command or a kind of step."
  static let forms = ["[COMMAND]", "step [KIND]"]
  static let operands = 0...2

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let console = invocation.console
    guard let topic = invocation.operand(0) else {
      console.print(HelpText.overview(Program.commands, console.palette))
      return .done
    }
    if topic == "step" {
      console.print(try stepPage(invocation.operand(1), console.palette))
      return .done
    }
    guard let command = Program.commands.first(where: { $0.name == topic }) else {
      throw .one(.noTopic(topic))
    }
    console.print(HelpText.page(command, console.palette))
    return .done
  }

  private static func stepPage(_ key: String?, _ palette: Palette) throws(Diagnostics) -> String {
    let registry = StepRegistry.standard
    guard let key else { return StepHelp.index(registry, palette) }
    guard let kind = registry[key] else { throw .one(.noKind(key, registry)) }
    return StepHelp.page(kind, palette)
  }
}

extension Diagnostic {
  static func noKind(_ key: String, _ registry: StepRegistry) -> Diagnostic {
    let nearest = nearestName(to: key, among: registry.keys)
    return Diagnostic(
      .unknownName, "there is no step kind '\(key)'",
      hint: nearest.map { "did you mean '\($0)'?" } ?? "'runbook help step' lists them")
  }

  fileprivate static func noTopic(_ topic: String) -> Diagnostic {
    let nearest = nearestName(to: topic, among: Program.commands.map { $0.name })
    return Diagnostic(.usage, "there is no command '\(topic)'", hint: nearest.map { "did you mean '\($0)'?" })
  }
}
