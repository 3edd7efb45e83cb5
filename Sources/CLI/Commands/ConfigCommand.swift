import Runbook

/// `runbook config`
struct ConfigCommand: Command {
  static let name = "config"
  static let summary = "Print every setting of the project, and where it comes from."
  static let forms = [""]
  static let words = """
    A setting comes from an option, else from a variable of the environment (RUNBOOK_FORKS), else from runbook.yml at
    the project's root, else it is the default. The root is found upward from the runbook or the working folder: the
    first folder with runbook.yml, else the first with inventory.
    """
  static let options: [Option] =
    [.project, .inventory, .vaultPasswordFile, .vaultID] + Option.forHosts.filter { $0 != .askBecomePassword }
    + [.json]
  static let operands = 0...0

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let arguments = invocation.arguments
    let root: String
    do throws(Diagnostic) {
      root = if let given = arguments.text(.project) { given } else { try ProjectRoot.find(from: ".") }
    } catch {
      throw .one(error)
    }
    let configuration = try Configuration(
      root: root, arguments: arguments, environment: invocation.environment)
    if arguments.has(.json) {
      invocation.console.print(json(configuration).json() + "\n")
    } else {
      invocation.console.print(text(configuration))
    }
    return .done
  }

  private static func text(_ configuration: Configuration) -> String {
    let rows =
      [("project", configuration.root, "found")]
      + Setting.allCases.map { setting in
        let entry = configuration.entry(setting)
        return (
          setting.rawValue, entry.values.isEmpty ? "-" : entry.values.joined(separator: ", "), entry.origin
        )
      }
    let width = rows.map { $0.0.count }.max() ?? 0
    let valueWidth = min(rows.map { $0.1.count }.max() ?? 0, 40)
    return rows.map { name, value, origin in
      let left = name + String(repeating: " ", count: width - name.count)
      return
        "\(left)  \(value)\(String(repeating: " ", count: max(0, valueWidth - value.count)))  (\(origin))\n"
    }.joined()
  }

  private static func json(_ configuration: Configuration) -> Value {
    var map: ValueMap = ["project": .string(configuration.root)]
    for setting in Setting.allCases {
      let entry = configuration.entry(setting)
      let values = entry.values.map { Value.string($0) }
      map[setting.rawValue] = .map([
        "value": setting.isList ? .list(values) : values.last ?? .null, "origin": .string(entry.origin),
      ])
    }
    return .map(map)
  }
}
