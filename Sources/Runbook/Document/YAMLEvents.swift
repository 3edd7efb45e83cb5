import CYAML

/// libyaml's events of one file, with positions.
///
/// The parser keeps pointers to itself and to the bytes, so both live at fixed addresses for as long as this does.
final class YAMLEvents {
  /// What stands at an event: a place, an anchor, a tag.
  struct Properties {
    var position: SourcePosition
    var anchor: String?
    var tag: String?
    /// Written in brackets or braces.
    var isFlow = false

    /// The place up to where a flow collection ends, where that is on its first line.
    func spanning(to end: yaml_mark_t) -> SourcePosition {
      guard isFlow, end.line + 1 == position.line else { return position }
      return position.spanning(end.column + 1 - position.column)
    }
  }

  enum Event {
    case documentStart(SourcePosition)
    case documentEnd
    case streamStart
    case streamEnd
    case alias(String, SourcePosition)
    case scalar(Node.Scalar, Properties)
    case sequenceStart(Properties)
    case sequenceEnd(yaml_mark_t)
    case mappingStart(Properties)
    case mappingEnd(yaml_mark_t)
  }

  let file: SourceFile
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let bytes: UnsafeMutableBufferPointer<UInt8>

  init(_ file: SourceFile) throws(Diagnostic) {
    self.file = file
    // SAFETY: both are owned by this object alone, given back in `deinit`, and never leave it.
    parser = .allocate(capacity: 1)
    bytes = .allocate(capacity: file.text.utf8.count)
    _ = bytes.initialize(from: file.text.utf8)
    guard yaml_parser_initialize(parser) == 1 else {
      throw Diagnostic(.syntax, "no memory to read '\(file.path)'")
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, bytes.baseAddress, bytes.count)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    bytes.deallocate()
  }

  func next() throws(Diagnostic) -> Event {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw YAMLFault(parser.pointee, in: file).diagnostic }
    defer { yaml_event_delete(&event) }
    switch event.type {
    case YAML_STREAM_END_EVENT: return .streamEnd
    case YAML_DOCUMENT_START_EVENT: return .documentStart(point(event.start_mark))
    case YAML_DOCUMENT_END_EVENT: return .documentEnd
    case YAML_ALIAS_EVENT: return .alias(text(event.data.alias.anchor) ?? "", span(event))
    case YAML_SCALAR_EVENT: return scalar(event)
    case YAML_SEQUENCE_START_EVENT:
      let data = event.data.sequence_start
      return .sequenceStart(
        Properties(
          position: point(event.start_mark), anchor: text(data.anchor), tag: text(data.tag),
          isFlow: data.style == YAML_FLOW_SEQUENCE_STYLE))
    case YAML_SEQUENCE_END_EVENT: return .sequenceEnd(event.end_mark)
    case YAML_MAPPING_START_EVENT:
      let data = event.data.mapping_start
      return .mappingStart(
        Properties(
          position: point(event.start_mark), anchor: text(data.anchor), tag: text(data.tag),
          isFlow: data.style == YAML_FLOW_MAPPING_STYLE))
    case YAML_MAPPING_END_EVENT: return .mappingEnd(event.end_mark)
    default: return .streamStart
    }
  }

  private func scalar(_ event: yaml_event_t) -> Event {
    let data = event.data.scalar
    let value = String(decoding: UnsafeBufferPointer(start: data.value, count: data.length), as: UTF8.self)
    // A plain scalar without a tag; one tagged `!` or `!!str` is text.
    let isPlain = data.style == YAML_PLAIN_SCALAR_STYLE && data.tag == nil
    return .scalar(
      Node.Scalar(text: value, isPlain: isPlain),
      Properties(position: span(event), anchor: text(data.anchor), tag: text(data.tag)))
  }

  private func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
    guard let pointer else { return nil }
    return String(cString: pointer)
  }

  private func point(_ mark: yaml_mark_t) -> SourcePosition {
    SourcePosition(file: file, line: mark.line + 1, column: mark.column + 1)
  }

  /// From the start of an event to its end, or to the end of its first line.
  private func span(_ event: yaml_event_t) -> SourcePosition {
    let (start, end) = (event.start_mark, event.end_mark)
    var length = end.column - start.column
    if start.line != end.line {
      let first = file.line(start.line + 1)?.unicodeScalars.count ?? 0
      let style = event.data.scalar.style
      let isBlock = style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE
      length = isBlock ? 1 : first - start.column
    }
    return SourcePosition(file: file, line: start.line + 1, column: start.column + 1, length: length)
  }
}
