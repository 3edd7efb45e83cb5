import Glibc

/// Streams one file to or from a machine, by a channel of its own that nothing else uses. Blocks.
struct Transfer: Sendable {
  /// One for the channel, one for the file.
  static let roundTrips = 2
  /// How long nothing may move.
  private static let patience = Duration.seconds(300)

  let source: any ShellSource
  let account: SessionAccount

  func upload(_ localPath: String, to path: String, alarm: Alarm) throws(MachineFault) {
    let file: TransferFile
    do { file = try TransferFile(reading: localPath) } catch { throw .failed(error) }
    // `rm` and `set -C` make the new file ours alone: a link that somebody put there is not followed.
    let script = """
      umask 077; rm -f -- "$1" && set -C && cat >"$1" && { sync -- "$1" 2>/dev/null || sync; } && \(digest)
      """
    var stream = try start(script, path, alarm)
    let sum = StreamingDigest()
    var isWhole = false
    while let piece = try stream.next(wantsRoom: !isWhole) {
      stream.note(piece)
      guard stream.pump.isFlushed, !isWhole else { continue }
      do {
        if let bytes = try file.read() {
          sum.add(bytes)
          stream.pump.send(bytes)
        } else {
          isWhole = true
          stream.pump.finishSending()
        }
      } catch {
        throw .failed(error)
      }
    }
    try stream.check(against: sum.finish(), path)
  }

  func download(_ path: String, to localPath: String, alarm: Alarm) throws(MachineFault) {
    do {
      let file = try TransferFile(replacing: localPath)
      var stream = try start(#"cat <"$1" && \#(digest)"#, path, alarm)
      stream.pump.finishSending()
      let sum = StreamingDigest()
      while let piece = try stream.next(wantsRoom: false) {
        guard case .text(let bytes, isError: false) = piece else {
          stream.note(piece)
          continue
        }
        sum.add(bytes)
        do { try file.write(bytes) } catch { throw MachineFault.failed(error) }
      }
      try stream.check(against: sum.finish(), path)
      do { try file.finish() } catch { throw MachineFault.failed(error) }
    } catch let fault as MachineFault {
      throw fault
    } catch let diagnostic as Diagnostic {
      throw .failed(diagnostic)
    } catch {
      throw .failed(Diagnostic(.failed, "\(error)"))
    }
  }

  /// Prints the frame `d` with the digest of the file, on standard error.
  private var digest: String {
    #"""
    sum=$(if command -v sha256sum >/dev/null; then sha256sum; else openssl dgst -sha256 -r; fi <"$1") && \
    printf '\036%s:d:%s;' "$2" "${sum%% *}" >&2
    """#
  }

  private func start(_ script: String, _ path: String, _ alarm: Alarm) throws(MachineFault) -> TransferStream
  {
    let channel = try source.startChannel(as: account, alarm: alarm)
    let mark = FrameMark()
    var stream = TransferStream(
      source: source, channel: channel, mark: mark, alarm: alarm, patience: Transfer.patience)
    // Nothing follows before the answer: what the shell has read ahead would be lost to the one it becomes.
    let command = shellLine(["/bin/sh", "-c", script, "sh", path, mark.word])
    stream.pump.send("\(SessionProgram.frame(mark, "r")); exec \(command)\n".utf8)
    while let piece = try stream.next(wantsRoom: false) {
      if case .ready = piece { return stream }
      stream.note(piece)
    }
    throw stream.refusal(path)
  }
}

/// The streams of a channel while a file moves.
private struct TransferStream {
  enum Piece {
    case text([UInt8], isError: Bool)
    case ready
    case digest(String)
  }

  let source: any ShellSource
  let channel: ShellChannel
  var pump: StreamPump
  private let patience: Duration
  private var output: FrameReader
  private var errors: FrameReader
  private var waiting: [Piece] = []
  private var hasEnded = false
  private var said = ""
  private var digest: String?

  init(source: any ShellSource, channel: ShellChannel, mark: FrameMark, alarm: Alarm, patience: Duration) {
    self.source = source
    self.channel = channel
    self.patience = patience
    pump = StreamPump(channel.process, alarm: alarm)
    output = FrameReader(mark)
    errors = FrameReader(mark)
  }

  /// nil at the end of both streams; an empty text where there is only room to send more.
  mutating func next(wantsRoom: Bool) throws(MachineFault) -> Piece? {
    while true {
      if !waiting.isEmpty { return waiting.removeFirst() }
      if hasEnded { return nil }
      switch pump.next(until: .now + patience, wantsRoom: wantsRoom) {
      case .received(let bytes, let isError):
        if bytes.isEmpty { return .text([], isError: true) }
        take(isError ? errors.feed(bytes) : output.feed(bytes), isError)
      case .ended:
        hasEnded = true
        take(output.flush(), false)
        take(errors.flush(), true)
      case .deadline:
        channel.process.stop()
        throw source.describe(.silent(index: 0), during: "a transfer")
      case .rung:
        channel.process.stop()
        throw .interrupted
      }
    }
  }

  private mutating func take(_ pieces: [FrameReader.Piece], _ isError: Bool) {
    for piece in pieces {
      switch piece {
      case .text(let bytes): waiting.append(.text(bytes, isError: isError))
      case .frame("r", _): waiting.append(.ready)
      case .frame("d", let digest): waiting.append(.digest(digest))
      case .frame: break
      }
    }
  }

  mutating func note(_ piece: Piece) {
    switch piece {
    case .text(let bytes, _): said += String(decoding: bytes, as: UTF8.self)
    case .digest(let found): digest = found
    case .ready: break
    }
  }

  func check(against wanted: String, _ path: String) throws(MachineFault) {
    guard let digest else { throw refusal(path) }
    guard digest == wanted else { throw .failed(.damaged(path)) }
  }

  /// The host could not: its own words say why. A connection that went says so by its status.
  func refusal(_ path: String) -> MachineFault {
    let status = channel.process.wait()
    if status == 255 || status > 128 {
      return source.describe(.ended(index: 0, errors: said), during: "a transfer")
    }
    return .failed(.notTransferred(path, said))
  }
}

extension Diagnostic {
  fileprivate static func damaged(_ path: String) -> Diagnostic {
    Diagnostic(.failed, "'\(path)' did not arrive whole: its SHA-256 is not that of its source")
  }

  fileprivate static func notTransferred(_ path: String, _ said: String) -> Diagnostic {
    Diagnostic(
      .failed, "'\(path)' could not be transferred",
      notes: said.split(separator: "\n").suffix(5).map { String($0) })
  }
}
