public import Runbook

/// Replaces all that a regular expression matches in a text file.
public struct ReplaceStep: StepKind {
  public static let key = "replace"
  public static let summary = #"""
    Everything in a text file that `match` matches, replaced by `with`, where `\1` and `\g<name>` stand for \#
    groups. The result must not match in a way that would change it again.
    """#
  public static let example = #"""
    - replace: { path: /etc/apt/sources.list, match: 'http://deb\.example\.org', with: https://deb.example.org }
    - replace: { path: /etc/default/grub, match: '^(GRUB_TIMEOUT)=\d+', with: '\1=1' }
    """#

  let edit: EditedFile
  let match: Pattern
  let replacement: Text

  public init(_ parameters: inout Parameters) {
    edit = EditedFile(&parameters)
    match = parameters.required("match", "What to look for; it may go over several lines.")
    replacement = parameters.value("with", "What stands there instead.", default: "")
  }

  public var title: String { "replace in \(edit.path)" }
  public var probe: Probe<ManagedFileState> { edit.probe }

  public func change(from observed: ManagedFileState) throws(Diagnostic) -> Change? {
    try edit.change("replace '\(match.text)'", from: observed) { (list) throws(Diagnostic) in
      let old = list.text
      let new = try replaced(old)
      guard new.string != old.string else { return }
      guard try replaced(new).string == new.string else { throw .neverDone(match) }
      list.lines = LineList.split(new)
    }
  }

  private func replaced(_ text: Text) throws(Diagnostic) -> Text {
    let string = text.string
    var (result, end) = (Text(""), 0)
    for match in string.matches(of: try match.regex()) {
      let start = string.utf8.distance(from: string.startIndex, to: match.range.lowerBound)
      result.append(text.slice(end..<start))
      result.append(try Pattern.expand(replacement, with: match))
      end = string.utf8.distance(from: string.startIndex, to: match.range.upperBound)
    }
    return result + text.slice(end..<string.utf8.count)
  }
}

extension Diagnostic {
  fileprivate static func neverDone(_ pattern: Pattern) -> Diagnostic {
    Diagnostic(
      .conflict, "'\(pattern.text)' matches what it put in, and would change it again every time",
      hint: "make 'match' say what stands there before, and not after")
  }
}
