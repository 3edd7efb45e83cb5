/// Whose shell a session is.
public enum SessionAccount: Sendable, Hashable {
  /// The login's own.
  case login
  /// Another user, by sudo, su or doas.
  case become(user: String, method: BecomeMethod)
}

public enum BecomeMethod: String, Sendable, CaseIterable { case sudo, su, doas }
