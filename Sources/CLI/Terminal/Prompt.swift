import Glibc
import Runbook

/// Questions to the person at the terminal, whatever the standard streams are.
enum Prompt {
  /// Asks for a password: what is typed is not shown. `repeats`: it is asked for twice and must be the same.
  static func password(_ question: String, repeats: Bool = false) throws(Diagnostic) -> String {
    let terminal = try Terminal(for: question)
    let first = try terminal.ask("\(question): ", showing: false)
    guard repeats else { return first }
    let second = try terminal.ask("\(question) again: ", showing: false)
    guard first == second else { throw Diagnostic(.usage, "the two passwords are not the same") }
    return first
  }

  /// Asks a question; an empty answer is the default.
  static func line(_ question: String, default fallback: String) throws(Diagnostic) -> String {
    let answer = try Terminal(for: question).ask("\(question) [\(fallback)]: ", showing: true)
    return answer.isEmpty ? fallback : answer
  }

  /// Only `y` and `yes` are a yes.
  static func isYes(_ question: String) throws(Diagnostic) -> Bool {
    let answer = try Terminal(for: question).ask("\(question) [y/N] ", showing: true)
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

  init(for question: String) throws(Diagnostic) {
    descriptor = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw Diagnostic(.usage, "there is no terminal to ask '\(question)' at")
    }
  }

  deinit { close(descriptor) }

  func ask(_ question: String, showing: Bool) throws(Diagnostic) -> String {
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
      let count = read(descriptor, &byte, 1)
      if count < 0, errno == EINTR { continue }
      guard count == 1 else { throw Diagnostic(.interrupted, "no answer was given") }
      if byte == 0x0A { return String(decoding: line, as: UTF8.self) }
      line.append(byte)
    }
  }
}
