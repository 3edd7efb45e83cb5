import Glibc

/// How ssh is called for one connection: a private folder with the socket that its channels share and, where
/// a password is given, the program that ssh asks for it.
final class SSHLink: Sendable {
  private let settings: ConnectionSettings
  private let folder: String
  private let askpass: Askpass?

  init(_ settings: ConnectionSettings) throws(MachineFault) {
    self.settings = settings
    do throws(Diagnostic) {
      let folder = try SSHLink.privateFolder()
      self.folder = folder
      askpass = try settings.password.map { (password) throws(Diagnostic) in
        try Askpass(password.string, in: folder)
      }
    } catch {
      throw .unreachable(error)
    }
  }

  deinit {
    askpass?.remove()
    unlink(socket)
    rmdir(folder)
  }

  /// The password is not needed again.
  func isConnected() { askpass?.remove() }

  private var socket: String { folder + "/s" }

  /// Opens the connection, and is its first channel.
  var firstCommand: [String] { ["ssh", "-o", "ControlMaster=yes"] + options + destination }

  /// A channel of the connection; without the `false` ssh would quietly make another where this one is gone.
  var furtherCommand: [String] {
    ["ssh", "-o", "ControlMaster=no", "-o", "ProxyCommand=false"] + options + destination
  }

  var environment: [String] {
    let own = currentEnvironment().filter { !$0.hasPrefix("RUNBOOK_") && !$0.hasPrefix("SSH_ASKPASS") }
    guard let askpass else { return own }
    // Old versions ask the program only where there is a display.
    return own.filter { !$0.hasPrefix("DISPLAY=") }
      + ["SSH_ASKPASS=\(askpass.program)", "SSH_ASKPASS_REQUIRE=force", "DISPLAY=:0"]
  }

  /// For each option ssh takes the first value it meets: what the protocol stands on comes before the
  /// inventory's options, and what is only a default after them.
  private var options: [String] {
    let fixed = [
      // Versions before 8.7 do not have these.
      "IgnoreUnknown=SessionType,StdinNull,ForkAfterAuthentication",
      "ControlPath=\(socket)", "ControlPersist=no", "RemoteCommand=none", "RequestTTY=no",
      "SessionType=default",
      "StdinNull=no", "ForkAfterAuthentication=no", "ClearAllForwardings=yes", "PermitLocalCommand=no",
      "ForwardX11=no", "LogLevel=ERROR", "EscapeChar=none", "NumberOfPasswordPrompts=1",
      "BatchMode=\(askpass == nil ? "yes" : "no")",
    ]
    var defaults = [
      "StrictHostKeyChecking=\(settings.hostKeys == .acceptNew ? "accept-new" : "yes")",
      "ConnectTimeout=\(max(1, settings.connectTimeout.wholeSeconds))", "ServerAliveInterval=10",
      "ServerAliveCountMax=3",
    ]
    if let key = settings.privateKeyFile { defaults += ["IdentityFile=\"\(key)\"", "IdentitiesOnly=yes"] }
    return words(fixed) + settings.sshOptions + words(defaults)
  }

  private func words(_ options: [String]) -> [String] { options.flatMap { ["-o", $0] } }

  private var destination: [String] {
    (settings.port.map { ["-p", String($0)] } ?? []) + (settings.user.map { ["-l", $0] } ?? [])
      // The one command that every login shell takes.
      + ["--", settings.address, "exec /bin/sh"]
  }

  /// The path of a socket may be 107 bytes, and ssh adds 17 of its own while it makes it.
  private static func privateFolder() throws(Diagnostic) -> String {
    let own = getenv("XDG_RUNTIME_DIR").map { String(cString: $0) }
    for parent in [own, "/tmp"].compactMap({ $0 }) where parent.utf8.count <= 60 {
      var template = Array("\(parent)/rb-XXXXXX".utf8CString)
      guard mkdtemp(&template) != nil else { continue }
      return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    throw Diagnostic(
      .failed, "no private folder for the connection can be made in /tmp: \(String(cString: strerror(errno)))"
    )
  }
}
