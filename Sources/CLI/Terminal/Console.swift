import Glibc
import Runbook
import Synchronization

/// The two streams that people and programs read. Everything that is printed goes through the scrubber.
final class Console: Sendable {
  private let scrubber = Mutex(Scrubber())
  /// A stream whose reader has gone takes no more text.
  private let closed = Mutex<Set<Int32>>([])
  let isOutputTerminal: Bool
  let palette: Palette
  let errorPalette: Palette

  init(color: ColorChoice, environment: [String: String]) {
    isOutputTerminal = isatty(STDOUT_FILENO) == 1 && environment["TERM"] != "dumb"
    palette = Palette(isOn: color.isOn(on: STDOUT_FILENO, environment))
    errorPalette = Palette(isOn: color.isOn(on: STDERR_FILENO, environment))
  }

  /// Secrets that must not be shown from here on.
  func hide(_ text: Text) {
    scrubber.withLock { $0.add(text) }
  }

  func hide(_ value: Value) {
    scrubber.withLock { $0.add(value) }
  }

  func scrub(_ text: String) -> String {
    scrubber.withLock { $0 }.scrub(text)
  }

  /// To the standard output, as it is: the text brings its own line ends.
  func print(_ text: String) { write(scrub(text), to: STDOUT_FILENO) }

  /// To the standard output without the scrubber, for what a person asked to see in clear (`vault view`).
  func reveal(_ bytes: [UInt8]) { writeAll(bytes, to: STDOUT_FILENO) }

  /// To the standard error, with a line end where there is none.
  func complain(_ text: String) {
    write(scrub(text.hasSuffix("\n") ? text : text + "\n"), to: STDERR_FILENO)
  }

  func complain(_ faults: Diagnostics) { complain(faults.rendered(color: errorPalette.isOn)) }

  private func write(_ text: String, to descriptor: Int32) { writeAll(Array(text.utf8), to: descriptor) }

  private func writeAll(_ bytes: [UInt8], to descriptor: Int32) {
    guard !closed.withLock({ $0.contains(descriptor) }) else { return }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var wait = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&wait, 1, 1_000)
      } else if errno != EINTR {
        closed.withLock { _ = $0.insert(descriptor) }
        return
      }
    }
  }
}

/// `--color`.
enum ColorChoice: String, CaseIterable {
  case auto, always, never

  /// `auto` colours a terminal, unless NO_COLOR is set or the terminal cannot.
  func isOn(on descriptor: Int32, _ environment: [String: String]) -> Bool {
    switch self {
    case .always: true
    case .never: false
    case .auto:
      isatty(descriptor) == 1 && environment["NO_COLOR", default: ""].isEmpty && environment["TERM"] != "dumb"
    }
  }
}

/// How many columns and lines the terminal has now.
func terminalSize() -> (columns: Int, rows: Int) {
  var size = winsize()
  guard ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
    return (80, 24)
  }
  return (Int(size.ws_col), Int(size.ws_row))
}
