public import Runbook

/// Checks that a repository is whole.
public struct ResticCheckStep: StepKind {
  public static let key = "restic_check"
  public static let summary = """
    Checks a repository's structure and, with `read_data`, a part of its data. It changes nothing; as it \
    takes time, it is done when the step's turn comes, every time.
    """
  public static let example = """
    - restic_check: { repository: /srv/backups, password: "{{ vault_restic_password }}", read_data: 5% }
    """

  let access: ResticAccess
  let readData: String?

  public init(_ parameters: inout Parameters) {
    access = ResticAccess(&parameters)
    readData = parameters.optional("read_data", "How much to read: `5%`, `1/10`, `500M`, `100%` for all.")
  }

  public var title: String { "restic check of \(access.repository)" }
  public var requires: [String] { ["restic"] }

  public func change(from observed: Void) throws(Diagnostic) -> Change? {
    let part = readData.map { " --read-data-subset=\(shellWord($0))" } ?? ""
    let script =
      access.working + """
        r check\(part) >"$work/report" && exit
        status=$?
        grep -i 'error\\|damaged\\|missing\\|unexpected' "$work/report" | head -n 8 >&2
        exit "$status"
        """
    return .run("check the repository \(access.repository)", .script(script))
  }
}
