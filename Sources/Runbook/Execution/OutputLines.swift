import Synchronization

/// Cuts what running actions print into lines, as events.
final class OutputLines: Sendable {
  private let label: StepLabel
  private let events: @Sendable (Event) -> Void
  /// The unfinished lines of standard output and of standard error.
  private let rest = Mutex<(output: [UInt8], errors: [UInt8])>(([], []))

  init(_ label: StepLabel, _ events: @escaping @Sendable (Event) -> Void) {
    self.label = label
    self.events = events
  }

  func push(_ chunk: OutputChunk) {
    let lines = rest.withLock { rest in
      chunk.isError ? Self.cut(&rest.errors, chunk.bytes) : Self.cut(&rest.output, chunk.bytes)
    }
    emit(lines, isError: chunk.isError)
  }

  /// Passes on what has no line end.
  func finish() {
    let (output, errors) = rest.withLock { rest in
      defer { rest = ([], []) }
      return rest
    }
    if !output.isEmpty { emit([String(decoding: output, as: UTF8.self)], isError: false) }
    if !errors.isEmpty { emit([String(decoding: errors, as: UTF8.self)], isError: true) }
  }

  private func emit(_ lines: [String], isError: Bool) {
    if !lines.isEmpty { events(.stepOutput(label, isError: isError, lines: lines)) }
  }

  private static func cut(_ rest: inout [UInt8], _ bytes: [UInt8]) -> [String] {
    rest += bytes
    var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let last = lines.popLast() ?? []
    let whole = lines.map { String(decoding: $0, as: UTF8.self) }
    rest = Array(last)
    return whole
  }
}
