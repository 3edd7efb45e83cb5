public import Runbook

/// Makes sure that a block of lines stands in a text file between two marks, or that it does not.
public struct BlockStep: StepKind {
  public static let key = "block"
  public static let summary = """
    Lines of a text file, kept between a line that marks their beginning and one that marks their end. \
    `state: absent` removes them with their marks.
    """
  public static let example = """
    - block:
        path: /etc/hosts
        marker: "# {mark} homelab"
        block: |
          10.0.0.2 db
          10.0.0.3 web
    - block: { path: /etc/hosts, marker: "# {mark} old", state: absent }
    """

  let edit: EditedFile
  let block: Text
  let marker: String
  let after: Pattern?
  let before: Pattern?
  let state: Presence

  public init(_ parameters: inout Parameters) {
    edit = EditedFile(&parameters)
    let block: Text? = parameters.optional("block", "The lines.")
    marker = parameters.value(
      "marker", "The line before and after the block; `{mark}` becomes BEGIN and END.",
      default: "# {mark} runbook")
    after = parameters.optional("after", "A new block goes after the last line that this matches.")
    before = parameters.optional("before", "A new block goes before the first line that this matches.")
    state = parameters.value("state", "Whether it shall be there.", default: .present)
    self.block = block ?? ""
    if state == .present, !parameters.has("block") { parameters.reject("'block' is missing") }
    if !marker.contains("{mark}") || marker.utf8.contains(UInt8(ascii: "\n")) {
      parameters.reject("'marker' must be one line with '{mark}' in it", at: "marker")
    }
    if after != nil, before != nil {
      parameters.reject("'after' and 'before' exclude each other", at: "before")
    }
  }

  public var title: String { "block in \(edit.path)" }
  public var probe: Probe<ManagedFileState> { edit.probe }

  public func change(from observed: ManagedFileState) throws(Diagnostic) -> Change? {
    let words: Text = state == .present ? "block '\(begin)'" : "remove block '\(begin)'"
    return try edit.change(words, from: observed, isRemoval: state == .absent) { (list) throws(Diagnostic) in
      let wanted = state == .absent ? [] : [Text(begin)] + LineList.split(block) + [Text(end)]
      if let range = try range(in: list) {
        if list.lines[range].map({ $0.string }) != wanted.map({ $0.string }) {
          list.lines.replaceSubrange(range, with: wanted)
        }
      } else {
        list.lines.insert(contentsOf: wanted, at: try list.place(after: after, before: before))
      }
    }
  }

  private var begin: String { marker.replacing("{mark}", with: "BEGIN") }
  private var end: String { marker.replacing("{mark}", with: "END") }

  /// Where the block stands, its marks included.
  private func range(in list: LineList) throws(Diagnostic) -> Range<Int>? {
    let start = list.lines.firstIndex { $0.string == begin }
    let stop = list.lines.firstIndex { $0.string == end }
    switch (start, stop) {
    case (nil, nil): return nil
    case (let start?, let stop?) where start < stop: return start..<(stop + 1)
    default: throw .tornBlock(edit.path, begin, end)
    }
  }
}

extension Diagnostic {
  fileprivate static func tornBlock(_ path: AbsolutePath, _ begin: String, _ end: String) -> Diagnostic {
    Diagnostic(
      .conflict,
      "'\(path)' has only one of the lines '\(begin)' and '\(end)', or has them in the wrong order",
      hint: "mend the file by hand, or give another marker")
  }
}
