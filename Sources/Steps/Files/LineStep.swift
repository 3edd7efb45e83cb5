public import Runbook

/// Makes sure that a line stands in a text file, once, or that it does not.
public struct LineStep: StepKind {
  public static let key = "line"
  public static let summary = """
    One line of a text file. The last line that `match` matches becomes `line`; where none does, and the \
    line is not there yet, it is added. `state: absent` removes the line, or every line that `match` \
    matches.
    """
  public static let example = #"""
    - line:
        path: /etc/ssh/sshd_config
        match: '^#?PermitRootLogin\b'
        line: PermitRootLogin no
        validate: sshd -t -f %s
    - line: { path: /etc/hosts, line: "10.0.0.2 db" }
    - line: { path: /etc/fstab, match: '\sswap\s', state: absent }
    """#

  let edit: EditedFile
  let line: Text?
  let match: Pattern?
  let after: Pattern?
  let before: Pattern?
  let expands: Bool
  let state: Presence

  public init(_ parameters: inout Parameters) {
    edit = EditedFile(&parameters)
    line = parameters.optional("line", "The line, without its end.")
    match = parameters.optional("match", "Which line it replaces, or which lines are removed.")
    after = parameters.optional("after", "A new line goes after the last line that this matches.")
    before = parameters.optional("before", "A new line goes before the first line that this matches.")
    expands = parameters.value(
      "expand",
      #"`\1` and `\g<name>` in `line` stand for groups of `match`; no line is added where none matches."#,
      default: false)
    state = parameters.value("state", "Whether it shall be there.", default: .present)
    if let line, line.string.utf8.contains(UInt8(ascii: "\n")) {
      parameters.reject("'line' is more than one line", at: "line", hint: "use 'block' for several lines")
    }
    if state == .present, line == nil, !parameters.has("line") { parameters.reject("'line' is missing") }
    if state == .absent, !parameters.has("line"), !parameters.has("match") {
      parameters.reject("neither 'line' nor 'match' says which line shall be absent")
    }
    if expands, match == nil { parameters.reject("'expand' needs 'match'", at: "expand") }
    if after != nil, before != nil {
      parameters.reject("'after' and 'before' exclude each other", at: "before")
    }
  }

  public var title: String { "line in \(edit.path)" }
  public var probe: Probe<ManagedFileState> { edit.probe }

  public func change(from observed: ManagedFileState) throws(Diagnostic) -> Change? {
    guard state == .present else {
      return try edit.change("remove lines", from: observed, isRemoval: true) { (list) throws(Diagnostic) in
        let regex = try match?.regex()
        list.lines.removeAll {
          if let regex { $0.string.firstMatch(of: regex) != nil } else { $0.string == line?.string }
        }
      }
    }
    guard let line else { return nil }
    return try edit.change("line '\(line)'", from: observed) { (list) throws(Diagnostic) in
      try put(line, into: &list)
    }
  }

  private func put(_ line: Text, into list: inout LineList) throws(Diagnostic) {
    if let match, let index = try list.last(match) {
      var wanted = line
      if expands, let found = list.lines[index].string.firstMatch(of: try match.regex()) {
        wanted = try Pattern.expand(line, with: found)
      }
      if list.lines[index].string != wanted.string { list.lines[index] = wanted }
      return
    }
    if expands || list.lines.contains(where: { $0.string == line.string }) { return }
    list.lines.insert(line, at: try list.place(after: after, before: before))
  }
}
