import Runbook
import Synchronization

/// Puts the host's name before every line that it prints, and keeps the lines of several hosts whole.
final class HostLines: Sendable {
  private let rests = Mutex<[String: [UInt8]]>([:])
  private let width: Int
  private let console: Console

  init(_ hosts: [String], _ console: Console) {
    width = hosts.map { $0.count }.max() ?? 0
    self.console = console
  }

  /// Prints what is whole of a piece of output; the rest waits for its line end.
  func take(_ chunk: OutputChunk, from host: String) {
    let key = "\(host) \(chunk.isError)"
    let lines = rests.withLock { rests -> [String] in
      var pieces = (rests[key, default: []] + chunk.bytes).split(
        separator: 0x0A, omittingEmptySubsequences: false)
      rests[key] = pieces.popLast().map { Array($0) }
      return pieces.map { String(decoding: $0, as: UTF8.self) }
    }
    for line in lines { print(host, line, isError: chunk.isError) }
  }

  /// Prints last lines that had no end.
  func finish(_ host: String) {
    for isError in [false, true] {
      let rest = rests.withLock { $0.removeValue(forKey: "\(host) \(isError)") } ?? []
      if !rest.isEmpty { print(host, String(decoding: rest, as: UTF8.self), isError: isError) }
    }
  }

  private func print(_ host: String, _ line: String, isError: Bool) {
    let padding = String(repeating: " ", count: max(0, width - host.count))
    let palette = isError ? console.errorPalette : console.palette
    let name = palette.paint(host, isError ? .removed : .ran)
    let text = "\(name)\(padding) | \(line.hasSuffix("\r") ? String(line.dropLast()) : line)\n"
    if isError { console.complain(text) } else { console.print(text) }
  }
}
