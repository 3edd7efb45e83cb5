/// The reference pages of step kinds, made from their declarations.
public enum StepManual {
  /// The parameters of a kind, in the order of its declaration.
  public static func parameters(of kind: any StepKind.Type) -> [Parameters.Declaration] {
    var parameters = Parameters(describing: .empty)
    describe(kind, &parameters)
    return parameters.declarations
  }

  private static func describe<Kind: StepKind>(_ kind: Kind.Type, _ parameters: inout Parameters) {
    _ = Kind(&parameters)
  }

  /// One kind as Markdown, for `docs/steps` and `runbook help step`.
  public static func page(_ kind: any StepKind.Type) -> String {
    var lines = ["# \(kind.key)", "", kind.summary, ""]
    let parameters = parameters(of: kind)
    if !parameters.isEmpty {
      lines += ["## Parameters", "", "| name | takes | default | meaning |", "| --- | --- | --- | --- |"]
      lines += parameters.map { row($0, kind) }
      lines.append("")
    }
    if kind.takesAnyKey { lines += ["Any other key is a name of your own.", ""] }
    if let shorthand = kind.shorthand {
      lines += ["A bare value is `\(shorthand)`: `\(kind.key): VALUE`.", ""]
    }
    lines += ["## Example", "", "```yaml", kind.example, "```", ""]
    lines += [
      "Beside these it takes the [keys of every step](../language.md#keys-of-a-step): `when`, `for_each`, `register`, "
        + "`notify` and so on.", "",
    ]
    return lines.joined(separator: "\n")
  }

  private static func row(_ parameter: Parameters.Declaration, _ kind: any StepKind.Type) -> String {
    let fallback = parameter.defaultText.map { "`\($0)`" } ?? (parameter.isRequired ? "required" : "")
    return "| `\(parameter.name)` | \(cell(parameter.type)) | \(cell(fallback)) | \(cell(parameter.words)) |"
  }

  private static func cell(_ text: String) -> String {
    text.replacing("|", with: "\\|").replacing("\n", with: " ")
  }

  /// All kinds in one table, for `docs/steps/README.md`.
  public static func index(_ registry: StepRegistry) -> String {
    var lines = [
      "# Step kinds", "", "`runbook help step KIND` prints the same pages.", "",
      "| kind | what it makes true |",
      "| --- | --- |",
    ]
    lines += registry.kinds.map { "| [`\($0.key)`](\($0.key).md) | \(cell(firstSentence($0.summary))) |" }
    return (lines + [""]).joined(separator: "\n")
  }

  /// Keys of the language as rows of a Markdown table.
  public static func table(of keys: [CommonKey]) -> String {
    let rows = keys.map { "| `\($0.name)` | \(cell($0.type)) | \(cell($0.words)) |" }
    return (["| key | takes | meaning |", "| --- | --- | --- |"] + rows).joined(separator: "\n")
  }

  /// The summary up to its first full stop.
  public static func firstSentence(_ text: String) -> String {
    guard let end = text.firstRange(of: ". ") else { return text }
    return String(text[..<end.lowerBound]) + "."
  }
}
