extension ConnectionSettings {
  /// The variables that say how a host is reached: ours first, then Ansible's; the first that is set counts.
  public static let variableNames: [(meaning: String, names: [String])] = [
    ("address", ["ssh_address", "ansible_host", "ansible_ssh_host"]),
    ("port", ["ssh_port", "ansible_port", "ansible_ssh_port"]),
    ("user", ["ssh_user", "ansible_user", "ansible_ssh_user"]),
    ("connection", ["connection", "ansible_connection"]),
    ("private key", ["ssh_key_file", "ansible_ssh_private_key_file", "ansible_private_key_file"]),
    ("password", ["ssh_password", "ansible_password", "ansible_ssh_pass", "ansible_ssh_password"]),
    ("host keys", ["host_key_policy", "ansible_host_key_checking", "ansible_ssh_host_key_checking"]),
    (
      "ssh options", ["ssh_options", "ansible_ssh_args", "ansible_ssh_common_args", "ansible_ssh_extra_args"]
    ),
    ("timeout", ["ssh_timeout", "ansible_timeout", "ansible_ssh_timeout"]),
    ("become", ["become", "ansible_become"]),
    ("become user", ["become_user", "ansible_become_user"]),
    ("become method", ["become_method", "ansible_become_method"]),
    (
      "become password",
      [
        "become_password", "ansible_become_password", "ansible_become_pass", "ansible_sudo_pass",
        "ansible_su_pass",
      ]
    ),
  ]

  /// What the variables of a host say about reaching it.
  public init(evaluating scope: any Scope, host: String) throws(EvaluationFault) {
    let reader = ConnectionReader(scope: scope, host: host)
    self.init(host: host, address: try reader.text("address")?.string)
    transport = try reader.transport()
    port = try reader.port()
    user = try reader.text("user")?.string
    privateKeyFile = try reader.text("private key")?.string
    password = try reader.text("password")
    (hostKeys, sshOptions) = try reader.hostKeysAndOptions()
    if let seconds = try reader.number("timeout", 1...86_400) { connectTimeout = .seconds(seconds) }
    become.isOn = try reader.flag("become") ?? false
    become.user = try reader.text("become user")?.string ?? become.user
    become.method = try reader.becomeMethod() ?? become.method
    become.password = try reader.text("become password")
  }
}

/// Reads the connection variables of one host.
private struct ConnectionReader {
  let scope: any Scope
  let host: String

  /// The first variable of a meaning that is set; empty text and null are not.
  private func first(_ meaning: String) throws(EvaluationFault) -> (name: String, value: Value)? {
    let names = ConnectionSettings.variableNames.first { $0.meaning == meaning }?.names ?? []
    for name in names {
      guard let value = try scope.value(of: name), value != .null, value.text?.isEmpty != true,
        !value.isOmitted
      else {
        continue
      }
      return (name, value)
    }
    return nil
  }

  func text(_ meaning: String) throws(EvaluationFault) -> Text? {
    guard let (name, value) = try first(meaning) else { return nil }
    switch value {
    case .string(let text): return text
    case .int(let number): return Text(String(number))
    case .null, .bool, .float, .list, .map: throw fault(name, "takes text")
    }
  }

  func number(_ meaning: String, _ range: ClosedRange<Int>) throws(EvaluationFault) -> Int? {
    guard let (name, value) = try first(meaning) else { return nil }
    let number: Int? =
      switch value {
      case .int(let number): number
      case .string(let text): Int(text.string)
      case .null, .bool, .float, .list, .map: nil
      }
    guard let number, range.contains(number) else {
      throw fault(name, "takes a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  func port() throws(EvaluationFault) -> Int? { try number("port", 1...65_535) }

  func flag(_ meaning: String) throws(EvaluationFault) -> Bool? {
    guard let (name, value) = try first(meaning) else { return nil }
    guard let flag = truth(value) else { throw fault(name, "takes true or false") }
    return flag
  }

  private func truth(_ value: Value) -> Bool? {
    switch value {
    case .bool(let flag): return flag
    case .int(0): return false
    case .int(1): return true
    case .string(let text):
      if ["1", "y", "t"].contains(text.string.lowercased()) { return true }
      if ["0", "n", "f"].contains(text.string.lowercased()) { return false }
      guard case .bool(let flag) = plainScalar(text.string) else { return nil }
      return flag
    case .null, .int, .float, .list, .map: return nil
    }
  }

  func transport() throws(EvaluationFault) -> ConnectionSettings.Transport {
    guard let (name, value) = try first("connection") else { return .ssh }
    switch value.text?.string {
    case "ssh", "smart", "paramiko", "paramiko_ssh", "ansible.builtin.ssh", "ansible.builtin.paramiko_ssh":
      return .ssh
    case "local", "ansible.builtin.local": return .local
    case let other?:
      throw fault(name, "has the unknown value '\(other)'", hint: "ssh and local are supported")
    case nil: throw fault(name, "takes ssh or local")
    }
  }

  func becomeMethod() throws(EvaluationFault) -> String? {
    guard let (name, value) = try first("become method") else { return nil }
    let method = value.text?.string ?? ""
    let plain = method.split(separator: ".").last.map(String.init) ?? method
    guard ["sudo", "su", "doas"].contains(plain) else {
      throw fault(name, "has the unknown value '\(method)'", hint: "sudo, su and doas are supported")
    }
    return plain
  }

  /// Host keys are checked; a first sight is believed only where a variable or an ssh option says so.
  func hostKeysAndOptions() throws(EvaluationFault) -> (ConnectionSettings.HostKeyPolicy, [String]) {
    var policy = ConnectionSettings.HostKeyPolicy.strict
    if let (name, value) = try first("host keys") {
      if let word = value.text?.string, let named = ConnectionSettings.HostKeyPolicy(rawValue: word) {
        policy = named
      } else if let isChecked = truth(value) {
        policy = isChecked ? .strict : .acceptNew
      } else {
        throw fault(name, "takes strict or accept-new")
      }
    }
    var words: [String] = []
    for name in ConnectionSettings.variableNames.first(where: { $0.meaning == "ssh options" })?.names ?? [] {
      guard let value = try scope.value(of: name), value != .null else { continue }
      words += try self.words(of: value, name)
    }
    var options: [String] = []
    var index = 0
    while index < words.count {
      let isPair = words[index] == "-o" && index + 1 < words.count
      let option =
        isPair ? words[index + 1] : words[index].hasPrefix("-o") ? String(words[index].dropFirst(2)) : ""
      if let setting = hostKeySetting(option) {
        if ["no", "off", "accept-new"].contains(setting) { policy = .acceptNew }
      } else {
        options += isPair ? [words[index], words[index + 1]] : [words[index]]
      }
      index += isPair ? 2 : 1
    }
    return (policy, options)
  }

  private func hostKeySetting(_ option: String) -> String? {
    let parts = option.split(maxSplits: 1) { $0 == "=" || $0 == " " }
    guard parts.count == 2, parts[0].lowercased() == "stricthostkeychecking" else { return nil }
    return parts[1].lowercased()
  }

  /// A list of words, or text that is split as a shell would.
  private func words(of value: Value, _ name: String) throws(EvaluationFault) -> [String] {
    if case .list(let items) = value {
      let words = items.compactMap { $0.text?.string }
      guard words.count == items.count else { throw fault(name, "takes text or a list of words") }
      return words
    }
    guard let text = value.text?.string else { throw fault(name, "takes text or a list of words") }
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in text {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "\"" || character == "'" {
        (quote, word) = (character, word ?? "")
      } else if character.isWhitespace {
        if let done = word { words.append(done) }
        word = nil
      } else {
        word = (word ?? "") + String(character)
      }
    }
    guard quote == nil else { throw fault(name, "has a quote that is never closed") }
    return words + (word.map { [$0] } ?? [])
  }

  private func fault(_ name: String, _ message: String, hint: String? = nil) -> EvaluationFault {
    let origin = (scope as? LayeredScope)?.origins(of: name).last
    return .diagnostic(
      Diagnostic(
        .inventory, "'\(name)' of the host '\(host)' \(message)", at: origin?.variable.position, hint: hint))
  }
}
