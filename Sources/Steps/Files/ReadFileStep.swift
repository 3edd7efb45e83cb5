public import Runbook

/// The text of a file of the host, as a value for later steps.
public struct ReadFileStep: StepKind {
  public static let key = "read_file"
  public static let summary = """
    The text of a file, at most 4 MiB of UTF-8. Changes nothing. Outputs: `exists`, `content` as it stands, \
    `lines`, and with `secret: true` both marked secret. A file that is not there fails the step, unless \
    `optional: true`.
    """
  public static let shorthand: String? = "path"
  public static let example = """
    - read_file: /etc/machine-id
      register: machine
    - read_file: { path: /srv/app/token, secret: true, optional: true }
      register: token
    """

  let path: AbsolutePath
  let isSecret: Bool
  let isOptional: Bool

  public init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Absolute path on the host; a link is followed.")
    isSecret = parameters.value("secret", "Its text is a secret.", default: false)
    isOptional = parameters.value(
      "optional", "A file that is not there gives `exists: false` and no text.", default: false)
  }

  public var title: String { "read \(path)" }
  public var probe: Probe<[UInt8]?> { .content(of: path.string) }

  public func change(from observed: [UInt8]?) throws(Diagnostic) -> Change? {
    guard let observed else {
      if isOptional { return nil }
      throw Diagnostic(
        .conflict, "there is no file '\(path)' to read", hint: "to go on without it, add 'optional: true'")
    }
    guard ManagedFile.text(observed) != nil else {
      throw Diagnostic(.conflict, "'\(path)' is not UTF-8 text")
    }
    return nil
  }

  public func outputs(_ observed: [UInt8]?, _ results: [ActionResult]) -> ValueMap {
    guard let observed, let content = ManagedFile.text(observed) else {
      return ["exists": .bool(false), "content": .string(""), "lines": .list([])]
    }
    let text = isSecret ? Text(secret: content, label: path.string) : Text(content)
    return [
      "exists": .bool(true), "content": .string(text),
      "lines": .list(LineList.split(text).map { .string($0) }),
    ]
  }
}
