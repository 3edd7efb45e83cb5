/// Brings a fresh `sh` to the account it shall be, past whatever the login prints, and gives it the
/// functions.
struct ChannelOpening {
  /// Why it did not come about.
  enum Fault: Error {
    /// The child is gone, with its status and what it said.
    case ended(status: Int, output: String, errors: String)
    case tookTooLong(output: String, errors: String)
    /// The command of the method (`sudo`) is not on the host.
    case missingTool(String)
    case asksForPassword
    case wrongPassword
    case interrupted
  }

  private let mark = FrameMark()
  private let account: SessionAccount
  private let password: String?

  /// `password` is the one for `sudo` or `su`.
  init(_ account: SessionAccount, password: String?) {
    self.account = account
    self.password = password
  }

  /// Blocks until the shell is ready.
  func start(_ process: ChildProcess, until deadline: ContinuousClock.Instant, alarm: Alarm) throws(Fault) {
    var pump = StreamPump(process, alarm: alarm)
    var reader = FrameReader(mark)
    var (output, errors, prompts) = ("", "", 0)
    pump.send(opening.utf8)
    while true {
      switch pump.next(until: deadline) {
      case .ended: throw .ended(status: process.wait(), output: output, errors: errors)
      case .deadline: throw .tookTooLong(output: output, errors: errors)
      case .rung: throw .interrupted
      case .received(let bytes, true): errors += String(decoding: bytes, as: UTF8.self)
      case .received(let bytes, false):
        for piece in reader.feed(bytes) {
          switch piece {
          case .text(let text): output += String(decoding: text, as: UTF8.self)
          case .frame("m", _): throw .missingTool(tool)
          case .frame:
            if case .become = account { pump.send(SessionProgram.functions.utf8) }
            while !pump.isFlushed { _ = pump.next(until: .now + .seconds(30), wantsRoom: true) }
            return
          }
        }
      }
      let asked = count(prompt, in: errors) + count(prompt, in: output)
      guard asked > prompts else { continue }
      guard let password else { throw .asksForPassword }
      guard asked == 1 else { throw .wrongPassword }
      prompts = asked
      pump.send((password + "\n").utf8)
    }
  }

  private var tool: String {
    guard case .become(_, let method) = account else { return "sh" }
    return method.rawValue
  }

  /// What asks for the password: sudo's is our own; `su` has a fixed one, of which this much never varies.
  private var prompt: String {
    guard case .become(_, .su) = account else { return "[\(mark.word)]" }
    return "assword:"
  }

  private func count(_ word: String, in text: String) -> Int {
    text.split(separator: word, omittingEmptySubsequences: false).count - 1
  }

  private var opening: String {
    guard case .become(let user, let method) = account else { return SessionProgram.opening(mark) }
    let ready = shellWord("\(SessionProgram.frame(mark, "h")); exec /bin/sh")
    let name = shellWord(user)
    let command =
      switch method {
      case .sudo: "sudo -S -p '[\(mark.word)]' -H -u \(name) -- /bin/sh -c \(ready)"
      case .su: "su -s /bin/sh \(name) -c \(ready)"
      case .doas: "doas -n -u \(name) /bin/sh -c \(ready)"
      }
    // Whoever is that user already needs no tool. Nothing follows this line until the answer has come,
    // because what the shell has read ahead would be lost to the one it becomes.
    return """
      LC_ALL=C; LANGUAGE=; PATH=$PATH:/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin; export LC_ALL LANGUAGE; \
      export PATH;       if [ "$(id -un)" != \(name) ]; then command -v \(method.rawValue) >/dev/null || \
      { \(SessionProgram.frame(mark, "m")); exit 127; }; exec \(command); fi; \
      \(SessionProgram.frame(mark, "h"))

      """
  }
}
