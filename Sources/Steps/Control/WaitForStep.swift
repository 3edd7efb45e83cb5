public import Runbook

/// Waits until something is so.
public struct WaitForStep: StepKind {
  public static let key = "wait_for"
  public static let summary = """
    Waits until a TCP port can be connected to, a path is there, or a command succeeds; with `state: \
    absent`, until that is no longer so. Looked at from the host. Already so: nothing to do.
    """
  public static let example = """
    - wait_for: { port: 5432, timeout: 1m }
    - wait_for: { path: /run/app.pid, state: absent }
    - wait_for: { command: docker exec db pg_isready, every: 2s }
    """

  let port: Int?
  let host: String
  let path: AbsolutePath?
  let command: String?
  let state: Presence
  let timeout: Duration
  let delay: Duration
  let interval: Duration

  public init(_ parameters: inout Parameters) {
    port = parameters.optional("port", "TCP port.")
    host = parameters.value("host", "Where the port is, seen from the host.", default: "127.0.0.1")
    path = parameters.optional("path", "Absolute path on the host.")
    command = parameters.optional("command", "Shell text that only looks; its status is 0 once it is so.")
    state = parameters.value("state", "Whether to wait for it to come or to go.", default: .present)
    timeout = parameters.value("timeout", "How long to wait before it fails.", default: .seconds(300))
    delay = parameters.value("delay", "How long to wait before the first look.", default: .zero)
    interval = parameters.value("every", "How long between two looks.", default: .seconds(1))
    if ["port", "path", "command"].filter({ parameters.has($0) }).count != 1 {
      parameters.reject("one of 'port', 'path' and 'command' must be given")
    }
    if let port, !(1...65535).contains(port) { parameters.reject("\(port) is not a port", at: "port") }
  }

  public var title: String { "wait for \(subject)" }
  public var probe: Probe<Bool> { Probe<ScriptOutput>.script(look).map { $0.status == 0 } }

  public func change(from isSo: Bool) throws(Diagnostic) -> Change? {
    guard !isSo else { return nil }
    let seconds = max(1, interval.wholeSeconds)
    let loop = """
      \(delay > .zero ? "sleep \(delay.wholeSeconds)" : ":")
      end=$(( $(date +%s) + \(timeout.wholeSeconds) ))
      until (
      \(look)
      ) >/dev/null 2>&1; do
      if [ "$(date +%s)" -ge "$end" ]; then
      printf '%s\\n' \(shellWord("gave up after \(timeout.written): \(subject)")) >&2; exit 1
      fi
      sleep \(seconds)
      done
      """
    return .run("wait up to \(timeout.written) for \(subject)", .script(Text(loop)))
  }

  private var subject: String {
    let end = state == .absent ? " to go" : ""
    if let port { return "port \(port) of \(host)\(end)" }
    if let path { return "\(path)\(end)" }
    return "'\(CommandSummary.firstLine(Text(command ?? "")))'\(state == .absent ? " to fail" : "")"
  }

  /// Status 0: it is so.
  private var look: String {
    let test: String
    if let port {
      test = Self.connects(to: host, port)
    } else if let path {
      test = "[ -e \(shellWord(path.string)) ] || [ -L \(shellWord(path.string)) ]"
    } else {
      test = command ?? "false"
    }
    return state == .present ? test : "if (\n\(test)\n); then exit 1; else exit 0; fi"
  }

  /// By what there is: bash, curl or nc; for a port of the host itself the kernel's table does.
  private static func connects(to host: String, _ port: Int) -> String {
    let (word, digits) = (shellWord(host), String(port, radix: 16, uppercase: true))
    let hex = String(repeating: "0", count: 4 - digits.count) + digits
    let local = """
      for t in /proc/net/tcp /proc/net/tcp6; do
      [ -r "$t" ] || continue
      while read -r _ here _ state _; do case $state/$here in 0A/*:\(hex)) exit 0 ;; esac; done < "$t"
      done
      [ -r /proc/net/tcp ] && exit 1
      """
    let connect = """
      if command -v bash >/dev/null; then timeout 3 bash -c 'exec 3<>"/dev/tcp/$0/$1"' \(word) \(port)
      elif command -v curl >/dev/null; then
      curl -s -o /dev/null --connect-timeout 3 -m 4 "telnet://"\(word):\(port) </dev/null; [ $? -ne 7 ]
      elif command -v nc >/dev/null; then nc -z -w 3 \(word) \(port) </dev/null
      else echo 'bash, curl or nc is needed to look at a port' >&2; exit 127
      fi
      """
    return ["127.0.0.1", "localhost", "::1"].contains(host) ? "\(local)\n\(connect)" : connect
  }
}
