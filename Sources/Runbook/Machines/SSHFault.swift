/// What ssh's last words mean: few causes, each with one sentence and what to do. ssh has no machine format
/// for this and does not translate its messages.
struct SSHFault {
  private let settings: ConnectionSettings
  private let said: String

  init(_ settings: ConnectionSettings, _ said: String) {
    self.settings = settings
    self.said = said
  }

  var diagnostic: Diagnostic {
    var found = cause
    found.notes = lastLines(said).filter { !$0.hasPrefix("@@@") }
    return found
  }

  private var host: String { settings.host }
  /// As known_hosts writes it.
  private var knownName: String {
    guard let port = settings.port, port != 22 else { return settings.address }
    return "[\(settings.address)]:\(port)"
  }

  private var loginCommand: String {
    let port = settings.port.map { ["-p", String($0)] } ?? []
    return shellLine(["ssh"] + port + [(settings.user.map { "\($0)@" } ?? "") + settings.address])
  }

  private func says(_ words: String...) -> Bool { words.contains { said.contains($0) } }

  private var cause: Diagnostic {
    if isOfJumpHost { return jump }
    if says("HOST IDENTIFICATION HAS CHANGED") { return changedKey }
    if says("Host key verification failed", "host key is known for") {
      return Diagnostic(
        .refused, "the host key of '\(host)' is not known",
        hint: "compare its fingerprint once: \(loginCommand)")
    }
    if says("UNPROTECTED PRIVATE KEY FILE") {
      return Diagnostic(
        .refused, "the key for '\(host)' can be read by others, so ssh does not use it",
        hint: settings.privateKeyFile.map { "chmod 600 \(shellWord($0))" })
    }
    if says("Too many authentication failures") {
      return Diagnostic(
        .refused, "'\(host)' refused the login after too many keys",
        hint: "name the right one by private_key_file in the inventory")
    }
    if says("Permission denied") { return deniedLogin }
    return network
  }

  private var changedKey: Diagnostic {
    // "Offending ED25519 key in FILE:LINE"
    let file = said.split(whereSeparator: \.isNewline).first { $0.hasPrefix("Offending ") }
      .flatMap { $0.split(separator: " key in ").last }
      .map { String($0.prefix(upTo: $0.lastIndex(of: ":") ?? $0.endIndex)) }
    let name = shellWord(knownName)
    let command = file.map { "ssh-keygen -f \(shellWord($0)) -R \(name)" } ?? "ssh-keygen -R \(name)"
    return Diagnostic(
      .refused, "the host key of '\(host)' has changed: another machine, a new installation, or an attack",
      hint: "if you know why: \(command)")
  }

  private var deniedLogin: Diagnostic {
    let user = settings.user.map { "user '\($0)'" } ?? "the user"
    if settings.password != nil {
      return Diagnostic(
        .refused, "'\(host)' refused \(user): neither a key nor the password was accepted",
        hint: "check the password in the inventory")
    }
    return Diagnostic(
      .refused, "'\(host)' refused \(user): no key was accepted",
      hint: "try \(loginCommand); a key with a passphrase must be in ssh-agent")
  }

  /// The ssh that leads to a jump host has its say first; then ours misses the other end.
  private var isOfJumpHost: Bool {
    says("kex_exchange_identification", "UNKNOWN port", "tdio forwarding")
      && says(
        "Permission denied", "Host key verification failed", "Connection refused", "timed out",
        "No route to host", "Could not resolve", "tdio forwarding")
  }

  private var byHand: String { "log in to the jump host once by hand" }

  private var jump: Diagnostic {
    if says("Permission denied") {
      return Diagnostic(
        .refused, "the jump host of '\(host)' refused the login", hint: byHand)
    }
    if says("Host key verification failed") {
      return Diagnostic(
        .refused, "the host key of the jump host of '\(host)' is not known, or has changed",
        hint: byHand)
    }
    return Diagnostic(.unreachable, "'\(host)' cannot be reached through its jump host")
  }

  private var network: Diagnostic {
    let place = settings.port.map { "\(settings.address) port \($0)" } ?? settings.address
    if says("Could not resolve hostname") {
      return Diagnostic(
        .unreachable, "the name '\(settings.address)' of '\(host)' cannot be resolved",
        hint: "check ansible_host")
    }
    if says("session request failed", "open failed") {
      return Diagnostic(
        .refused, "'\(host)' refused a further session on the connection",
        hint: "raise MaxSessions of its sshd")
    }
    if says("Connection refused") {
      return Diagnostic(
        .unreachable, "nothing answers ssh on '\(host)' (\(place))", hint: "check the port, and sshd")
    }
    if says("timed out", "No route to host", "unreachable") {
      return Diagnostic(.unreachable, "'\(host)' (\(place)) cannot be reached")
    }
    if says("closed by", "reset by", "kex_exchange") {
      return Diagnostic(.unreachable, "'\(host)' closed the connection before the login")
    }
    return Diagnostic(.unreachable, "ssh could not open a session on '\(host)'")
  }
}
