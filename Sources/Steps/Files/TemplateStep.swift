public import Runbook

/// Makes sure that a file is what a template gives.
public struct TemplateStep: StepKind {
  public static let key = "template"
  public static let summary = """
    A file rendered from a `.j2` template of the control machine. A new file has mode 0644; one with a \
    secret in it has 0600 unless another mode is given, and the plan shows the secret's name in its place. A \
    symbolic link at the path is replaced, not followed.
    """
  public static let example = """
    - template: { source: app.conf.j2, path: /etc/app.conf }
    - template: { source: env.j2, path: /srv/app/.env, mode: "0600", owner: app, group: app }
    """

  let file: ManagedFile
  let content: Text

  public init(_ parameters: inout Parameters) {
    let rendered = parameters.renderedTemplate(
      "source", "Template of the control machine, looked for beside the runbook and in `templates`.")
    file = ManagedFile(
      &parameters, mode: "Permission bits; a new file has 0644, or 0600 where a secret is in it.")
    content = rendered ?? Text.placeholder
    if !parameters.has("source") { parameters.reject("'source' is missing") }
  }

  public var title: String { "template \(file.path)" }
  public var probe: Probe<ManagedFileState> { file.probe }

  public func change(from observed: ManagedFileState) throws(Diagnostic) -> Change? {
    try file.change(to: .text(content), from: observed)
  }

  public func outputs(_ observed: ManagedFileState, _ results: [ActionResult]) -> ValueMap {
    ["path": .string(file.path.string)]
  }
}
