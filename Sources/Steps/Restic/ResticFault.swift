import Runbook

/// Why a look into a repository gave nothing.
enum ResticFault: Sendable, Hashable {
  case noRepository, noBucket, wrongPassword, refused, unreachable, locked, other

  /// By the status where restic's version has one for the cause, by its words where it has none.
  init(_ output: ScriptOutput) {
    let words = output.errors.lowercased()
    func says(_ parts: String...) -> Bool { parts.contains { words.contains($0) } }
    switch output.status {
    case 12: self = .wrongPassword
    case 11: self = .locked
    case 124, 143: self = .unreachable
    case _ where says("wrong password or no key found", "no key found"): self = .wrongPassword
    case _
    where says(
      "access denied", "accessdenied", "access key id you provided", "signature we calculated",
      "invalidaccesskeyid", "signaturedoesnotmatch", "unauthorized", "permission denied", "403 forbidden"):
      self = .refused
    case _ where says("bucket does not exist", "nosuchbucket", "bucket not found", "no such bucket"):
      self = .noBucket
    case _
    where says(
      "dial tcp", "connection refused", "no such host", "i/o timeout", "connection reset",
      "network is unreachable", "tls handshake", "x509:", "could not resolve hostname"):
      self = .unreachable
    case 10: self = .noRepository
    case _ where says("already locked", "unable to create lock"): self = .locked
    case _
    where says(
      "is there a repository at the following location", "unable to open config file",
      "repository does not exist"):
      self = .noRepository
    default: self = .other
    }
  }

  /// What a person reads.
  func diagnostic(_ access: ResticAccess, _ output: ScriptOutput) -> Diagnostic {
    let place = access.repository.description
    let notes = output.errors.split(separator: "\n").suffix(4).map(String.init)
    switch self {
    case .noRepository:
      return Diagnostic(
        .missing, "there is no restic repository at '\(place)'", notes: notes,
        hint: "check the path, or make one by the step 'restic_repository'")
    case .noBucket:
      return Diagnostic(
        .missing, "the bucket of '\(place)' does not exist", notes: notes,
        hint: "check its name and its region, or make the bucket first")
    case .wrongPassword:
      return Diagnostic(
        .refused, "the password does not open the repository '\(place)'", notes: notes,
        hint: "no restore is possible without the password that the repository was made with")
    case .refused:
      return Diagnostic(
        .refused, "the storage of '\(place)' refuses the keys", notes: notes,
        hint: "check the keys under 'environment', and what they may read")
    case .unreachable:
      return Diagnostic(.unreachable, "the storage of '\(place)' cannot be reached", notes: notes)
    case .locked:
      return Diagnostic(
        .locked, "the repository '\(place)' is locked", notes: notes,
        hint: "where that program is gone for sure, run: restic unlock")
    case .other:
      return Diagnostic(.unreadable, "restic cannot look into '\(place)'", notes: notes)
    }
  }
}
