/// How a host is reached: what the inventory's connection variables say once they are evaluated.
public struct ConnectionSettings: Sendable {
  public enum Transport: String, Sendable { case ssh, local }
  /// `strict`: only hosts that known_hosts has; `accept-new`: a first sight is believed.
  public enum HostKeyPolicy: String, Sendable { case strict, acceptNew = "accept-new" }

  /// The host's name in the inventory.
  public var host: String
  public var transport: Transport
  /// What ssh connects to; the inventory's name where nothing else is said.
  public var address: String
  public var port: Int?
  public var user: String?
  public var privateKeyFile: String?
  /// By SSH_ASKPASS.
  public var password: Text?
  public var hostKeys: HostKeyPolicy
  /// More options for ssh, as argv words (`-o`, `ProxyJump=bastion`).
  public var sshOptions: [String]
  public var become: BecomeSettings
  public var connectTimeout: Duration

  public init(host: String, transport: Transport = .ssh, address: String? = nil) {
    self.host = host
    self.transport = transport
    self.address = address ?? host
    hostKeys = .strict
    sshOptions = []
    become = BecomeSettings()
    connectTimeout = .seconds(15)
  }
}

/// Whether and how steps of a host become another user where they do not say so themselves.
public struct BecomeSettings: Sendable {
  public var isOn: Bool
  public var user: String
  public var method: String
  public var password: Text?

  public init(isOn: Bool = false, user: String = "root", method: String = "sudo", password: Text? = nil) {
    self.isOn = isOn
    self.user = user
    self.method = method
    self.password = password
  }
}
