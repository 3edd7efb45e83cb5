import Glibc
import Synchronization

/// Wakes a thread that waits in a pump; stays set once it is.
final class Alarm: Sendable {
  private let ends: (read: Int32, write: Int32)

  init() {
    var pair: [Int32] = [-1, -1]
    let status = pipe(&pair)
    precondition(status == 0, "no pipe can be made: \(String(cString: strerror(errno)))")
    for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    ends = (pair[0], pair[1])
  }

  deinit {
    close(ends.read)
    close(ends.write)
  }

  var descriptor: Int32 { ends.read }

  func ring() {
    var byte: UInt8 = 1
    _ = write(ends.write, &byte, 1)
  }
}

/// Moves bytes to and from a child: what is to be sent goes out while what comes in is read, so neither side
/// can block the other.
struct StreamPump {
  enum Event {
    case received([UInt8], isError: Bool)
    /// Both streams are closed, or the child is gone and nothing is left to read.
    case ended
    case deadline
    case rung
  }

  private let process: ChildProcess
  private var alarm: Alarm?
  private var pending: [UInt8] = []
  private var sent = 0
  private var closesInput = false
  private var isOpen = (output: true, errors: true)
  private var scratch = [UInt8](repeating: 0, count: 65536)

  init(_ process: ChildProcess, alarm: Alarm? = nil) {
    self.process = process
    self.alarm = alarm
  }

  /// Whether everything given to `send` has been taken.
  var isFlushed: Bool { sent == pending.count }

  mutating func send(_ bytes: some Sequence<UInt8>) {
    if isFlushed {
      pending.removeAll(keepingCapacity: true)
      sent = 0
    }
    pending.append(contentsOf: bytes)
  }

  /// From here on the alarm wakes nobody: it has been heard.
  mutating func ignoreAlarm() { alarm = nil }

  /// Closes the child's input once all is sent.
  mutating func finishSending() {
    closesInput = true
    if isFlushed { process.closeInput() }
  }

  /// Blocks until something happens. With `wantsRoom` it also returns, with no bytes, when all is sent.
  mutating func next(until deadline: ContinuousClock.Instant?, wantsRoom: Bool = false) -> Event {
    while true {
      if !isOpen.output && !isOpen.errors { return .ended }
      let hasRoom = wantsRoom && isFlushed
      let wait = hasRoom ? 0 : milliseconds(until: deadline)
      if wait == 0, !hasRoom { return .deadline }
      // Negative descriptors are passed over.
      var polled = [
        pollfd(fd: isOpen.output ? process.output : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isOpen.errors ? process.errors : -1, events: Int16(POLLIN), revents: 0),
        pollfd(fd: isFlushed ? -1 : process.input, events: Int16(POLLOUT), revents: 0),
        pollfd(fd: alarm?.descriptor ?? -1, events: Int16(POLLIN), revents: 0),
      ]
      let count = poll(&polled, 4, wait)
      if count == 0, process.hasEnded { return .ended }
      if count == 0, hasRoom { return .received([], isError: false) }
      guard count > 0 else { continue }
      if polled[2].revents != 0 { write() }
      if polled[0].revents != 0, let bytes = read(process.output, isError: false) {
        return .received(bytes, isError: false)
      }
      if polled[1].revents != 0, let bytes = read(process.errors, isError: true) {
        return .received(bytes, isError: true)
      }
      if polled[3].revents != 0 { return .rung }
      if wantsRoom, isFlushed { return .received([], isError: false) }
    }
  }

  /// At most half a second, after which the loop looks whether the child is still there: a grandchild may
  /// hold its streams open.
  private func milliseconds(until deadline: ContinuousClock.Instant?) -> Int32 {
    guard let deadline else { return 500 }
    let left = ContinuousClock.now.duration(to: deadline)
    guard left > .zero else { return 0 }
    return Int32(
      min(500, left.components.seconds * 1000 + left.components.attoseconds / 1_000_000_000_000_000 + 1))
  }

  private mutating func write() {
    let count = pending[sent...].withUnsafeBytes { Glibc.write(process.input, $0.baseAddress, $0.count) }
    if count >= 0 {
      sent += count
    } else if errno != EAGAIN && errno != EINTR {
      // Nobody reads any more; what the child still says tells why.
      sent = pending.count
    }
    if isFlushed, closesInput { process.closeInput() }
  }

  private mutating func read(_ descriptor: Int32, isError: Bool) -> [UInt8]? {
    let count = scratch.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
    if count > 0 { return Array(scratch[..<count]) }
    if count < 0, errno == EAGAIN || errno == EINTR { return nil }
    if isError { isOpen.errors = false } else { isOpen.output = false }
    return nil
  }
}
