public import Runbook

/// Makes sure that a restic repository is there and that the password opens it.
public struct ResticRepositoryStep: StepKind {
  public static let key = "restic_repository"
  public static let summary = """
    A restic repository that the password opens. `initialised` makes one where the storage answers and there \
    is none; `present` never makes one. A wrong password, keys that are refused, a bucket that is not there \
    and a storage that cannot be reached are each an error of their own: a bucket is never made.
    """
  public static let example = """
    - restic_repository:
        repository: "s3:https://s3.example.org/backups/host01"
        password: "{{ vault_restic_password }}"
        environment: { AWS_ACCESS_KEY_ID: "{{ vault_key_id }}", AWS_SECRET_ACCESS_KEY: "{{ vault_key }}" }
    - restic_repository: { repository: /srv/backups, password: "{{ vault_restic_password }}", state: present }
    """

  public enum Wanted: String, CaseIterable, Choice { case initialised, present }

  let access: ResticAccess
  let wanted: Wanted

  public init(_ parameters: inout Parameters) {
    access = ResticAccess(&parameters)
    wanted = parameters.value("state", "Whether one is made where there is none.", default: .initialised)
  }

  public var title: String { "restic repository \(access.repository)" }
  public var requires: [String] { ["restic"] }

  public var probe: Probe<ResticAnswer?> {
    let script = access.looking + "look cat config >/dev/null"
    return Probe<ScriptOutput>.script(script.string).map { output in
      output.status == 0 ? nil : ResticAnswer(fault: ResticFault(output), output: output)
    }
  }

  public func change(from observed: ResticAnswer?) throws(Diagnostic) -> Change? {
    guard let observed else { return nil }
    guard observed.fault == .noRepository, wanted == .initialised else { throw observed.diagnostic(access) }
    return .create(
      "restic repository \(access.repository)", .script(access.prelude + "restic init >/dev/null"))
  }
}
