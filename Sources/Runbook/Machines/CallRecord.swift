/// What has come back of one call so far.
struct CallRecord {
  private struct Stream {
    var reader: FrameReader
    /// Before the call's first frame there is only noise.
    var hasBegun = false
    /// How many scripts have ended on this stream.
    var ended = 0
    var texts: [[UInt8]]
    var statuses: [String] = []
  }

  /// One stream's bytes of one script are kept up to this; what comes after is dropped, and that is said.
  static let limit = 256 << 20

  private let scripts: Int
  private var output: Stream
  private var errors: Stream
  private var killed = (output: false, errors: false)

  init(_ mark: FrameMark, scripts: Int) {
    self.scripts = scripts
    let empty = [[UInt8]](repeating: [], count: scripts)
    output = Stream(reader: FrameReader(mark), texts: empty)
    errors = Stream(reader: FrameReader(mark), texts: empty)
  }

  /// The script that runs now: the first whose end neither stream has shown.
  var current: Int { max(output.ended, errors.ended) }
  var isComplete: Bool { output.ended == scripts && errors.ended == scripts }
  var isKilled: Bool { killed.output && killed.errors }

  /// Takes what one stream brought; hands on what the scripts printed.
  mutating func take(_ bytes: [UInt8], isError: Bool, _ onOutput: (OutputChunk) -> Void) {
    let pieces = isError ? errors.reader.feed(bytes) : output.reader.feed(bytes)
    for piece in pieces {
      if isError {
        CallRecord.take(piece, into: &errors, scripts, &killed.errors) {
          onOutput(OutputChunk(index: $0, isError: true, bytes: $1))
        }
      } else {
        CallRecord.take(piece, into: &output, scripts, &killed.output) {
          onOutput(OutputChunk(index: $0, isError: false, bytes: $1))
        }
      }
    }
  }

  private static func take(
    _ piece: FrameReader.Piece, into stream: inout Stream, _ scripts: Int, _ isKilled: inout Bool,
    _ onText: (Int, [UInt8]) -> Void
  ) {
    switch piece {
    case .text(let bytes):
      guard stream.hasBegun, stream.ended < scripts, !isKilled else { return }
      let room = limit - stream.texts[stream.ended].count
      if room > 0 {
        stream.texts[stream.ended] += bytes.prefix(room)
        if bytes.count >= room { stream.texts[stream.ended] += Array("\n[output cut here]\n".utf8) }
      }
      onText(stream.ended, bytes)
    case .frame("b", _): stream.hasBegun = true
    case .frame("k", _): isKilled = true
    case .frame(_, let status):
      guard stream.ended < scripts else { return }
      stream.statuses.append(status)
      stream.ended += 1
    }
  }

  /// The outcomes of the scripts that have ended on either stream, in order.
  var outcomes: [ScriptOutcome] {
    (0..<current).map { index in
      let statuses = output.ended > index ? output.statuses : errors.statuses
      guard let status = Int(statuses[index]) else { return .skipped }
      return .finished(status: status, output: output.texts[index], errors: errors.texts[index])
    }
  }

  /// What the script that was ended by its deadline had printed.
  var timedOut: ScriptOutcome { .timedOut(output: output.texts[current], errors: errors.texts[current]) }

  /// The end of what the running script, or the connection itself, said on standard error.
  var lastErrors: String {
    guard current < scripts else { return "" }
    return String(decoding: errors.texts[current].suffix(2000), as: UTF8.self)
  }
}
