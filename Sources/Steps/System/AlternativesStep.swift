public import Runbook

/// Makes sure that one of several programs stands for a common name.
public struct AlternativesStep: StepKind {
  public static let key = "alternatives"
  public static let summary = "Debian's alternatives: which program `editor` and the like mean."
  public static let example = """
    - alternatives: { name: editor, path: /usr/bin/vim.basic }
    - alternatives: { name: tool, path: /opt/tool/bin/tool, link: /usr/local/bin/tool, priority: 50 }
    - alternatives: { name: editor, state: auto }
    """

  public enum Selection: String, CaseIterable, Choice { case selected, auto, absent }

  let name: String
  let path: AbsolutePath?
  let link: AbsolutePath?
  let priority: Int
  let selection: Selection

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "The common name.")
    path = parameters.optional("path", "The program that it shall mean.")
    link = parameters.optional("link", "Registers `path` for the name, with this path as the common one.")
    priority = parameters.value("priority", "Its weight where it is registered.", default: 50)
    selection = parameters.value(
      "state", "`auto` lets the weights decide; `absent` takes `path` out.", default: .selected)
    if selection != .auto, path == nil { parameters.reject("'path' is missing") }
  }

  public var title: String { "alternative \(name)" }
  public var requires: [String] { ["update-alternatives"] }

  /// What `update-alternatives --query` says; nil where the name is not known.
  public struct Registration: Sendable, Hashable {
    public var value: String
    public var isAutomatic: Bool
    public var choices: [String]
  }

  public var probe: Probe<Registration?> {
    Probe<ScriptOutput>.script("update-alternatives --query \(shellWord(name)) 2>/dev/null || :").map {
      output in
      let fields = output.output.split(separator: "\n").compactMap { line -> (String, String)? in
        let parts = line.split(separator: ":", maxSplits: 1).map(String.init)
        return parts.count == 2 ? (parts[0], String(parts[1].drop { $0 == " " })) : nil
      }
      guard !fields.isEmpty else { return nil }
      return Registration(
        value: fields.first { $0.0 == "Value" }?.1 ?? "",
        isAutomatic: fields.contains { $0 == ("Status", "auto") },
        choices: fields.filter { $0.0 == "Alternative" }.map { $0.1 })
    }
  }

  public func change(from observed: Registration?) throws(Diagnostic) -> Change? {
    let path = path?.string ?? ""
    let isKnown = observed?.choices.contains(path) == true
    switch selection {
    case .absent:
      guard isKnown else { return nil }
      return .remove("alternative \(path) of \(name)", .run(["update-alternatives", "--remove", name, path]))
    case .auto:
      guard observed?.isAutomatic != true else { return nil }
      return .modify("alternative \(name): by weight", .run(["update-alternatives", "--auto", name]))
    case .selected:
      var actions: [Action] = []
      if let link, !isKnown {
        actions.append(.run(["update-alternatives", "--install", link.string, name, path, String(priority)]))
      }
      if !isKnown || observed?.value != path || observed?.isAutomatic == true {
        actions.append(.run(["update-alternatives", "--set", name, path]))
      }
      guard !actions.isEmpty else { return nil }
      let old = observed.map { "\($0.value) to " } ?? ""
      return Change(observed == nil ? .create : .modify, "alternative \(name): \(old)\(path)", actions)
    }
  }
}
