public import Runbook

/// Runs a procedure of Komodo, or its backup of its own database.
public struct KomodoProcedureStep: StepKind {
  public static let key = "komodo_procedure"
  public static let summary = """
    Runs a procedure of Komodo and waits until it is complete; the first entry of its log that failed is the error. \
    Without `procedure`, Komodo backs up its own database into the folder that is mounted at its `/backups`. It \
    always runs.
    """
  public static let example = """
    - komodo_procedure:
        url: http://127.0.0.1:9120
        user: admin
        password: "{{ vault_komodo_admin_password }}"
        procedure: Nightly
    - komodo_procedure:
        url: http://127.0.0.1:9120
        user: admin
        password: "{{ vault_komodo_admin_password }}"
        backup: true
    """

  let access: KomodoAccess
  let procedure: String?
  let isBackup: Bool
  let wait: Duration

  public init(_ parameters: inout Parameters) {
    access = KomodoAccess(&parameters)
    procedure = parameters.optional("procedure", "Its name.")
    isBackup = parameters.value(
      "backup", "Back up Komodo's own database, in place of a procedure.", default: false)
    wait = parameters.value("wait", "How long it may take.", default: .seconds(600))
    if (procedure == nil) != isBackup { parameters.reject("give either 'procedure' or 'backup: true'") }
  }

  public var title: String { procedure.map { "Komodo's procedure \($0)" } ?? "backup of Komodo's database" }
  public var requires: [String] { ["curl", "jq"] }
  public var isVerified: Bool { false }
  public var lock: String? { "komodo" }

  public func change(from observed: Void) throws(Diagnostic) -> Change? {
    let text =
      if let procedure {
        access.execution("RunProcedure", .map(["procedure": .string(procedure)]), within: wait)
      } else {
        access.execution("BackupCoreDatabase", .map([:]), within: wait)
      }
    return .run(Text(title), .script(text))
  }
}
