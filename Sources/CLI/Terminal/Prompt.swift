import Glibc
import Runbook

/// Questions to the person at the terminal, whatever the standard streams are.
struct Prompt: Sendable {
  let interrupts: Interrupts

  /// Asks for a password: what is typed is not shown. `repeats`: it is asked for twice and must be the same.
  func password(_ question: String, repeats: Bool = false) throws(Diagnostic) -> String {
    let terminal = try Terminal(for: question, interrupts)
    let first = try terminal.ask("\(question): ", showing: false)
    guard repeats else { return first }
    let second = try terminal.ask("\(question) again: ", showing: false)
    guard first == second else { throw Diagnostic(.usage, "the two passwords are not the same") }
    return first
  }

  /// Asks a question; an empty answer is the default.
  func line(_ question: String, default fallback: String) throws(Diagnostic) -> String {
    let answer = try Terminal(for: question, interrupts).ask("\(question) [\(fallback)]: ", showing: true)
    return answer.isEmpty ? fallback : answer
  }

  /// Only `y` and `yes` are a yes.
  func isYes(_ question: String) throws(Diagnostic) -> Bool {
    let answer = try Terminal(for: question, interrupts).ask("\(question) [y/N] ", showing: true)
    return ["y", "yes"].contains(answer.lowercased())
  }

  /// Whether there is somebody to ask.
  static var isPossible: Bool {
    let descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    close(descriptor)
    return true
  }
}

/// `/dev/tty`, open for one question.
private final class Terminal {
  private let descriptor: Int32
  private let interrupts: Interrupts

  init(for question: String, _ interrupts: Interrupts) throws(Diagnostic) {
    self.interrupts = interrupts
    descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Diagnostic(.usage, "there is no terminal to ask '\(question)' at")
    }
  }

  deinit { close(descriptor) }

  func ask(_ question: String, showing: Bool) throws(Diagnostic) -> String {
    interrupts.beginQuestion()
    defer { interrupts.endQuestion() }
    write(question)
    guard !showing else { return try readLine() }
    var settings = termios()
    guard tcgetattr(descriptor, &settings) == 0 else {
      throw Diagnostic(.usage, "the terminal cannot hide what is typed")
    }
    var hidden = settings
    hidden.c_lflag &= ~tcflag_t(ECHO)
    hidden.c_lflag |= tcflag_t(ECHONL)
    tcsetattr(descriptor, TCSAFLUSH, &hidden)
    defer { tcsetattr(descriptor, TCSAFLUSH, &settings) }
    return try readLine()
  }

  private func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
  }

  /// One line without its end. The end of the input is no answer.
  private func readLine() throws(Diagnostic) -> String {
    var (line, byte): ([UInt8], UInt8) = ([], 0)
    while true {
      // An interrupt does not end a read, so the wait looks up now and then.
      var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
      let isReady = poll(&wait, 1, 100) > 0
      if interrupts.hasStopped { throw Diagnostic(.interrupted, "interrupted") }
      guard isReady else { continue }
      let count = read(descriptor, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { throw Diagnostic(.interrupted, "no answer was given") }
      if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
  }
}
