public import Runbook

/// Restarts the host.
public struct RebootStep: StepKind {
  public static let key = "reboot"
  public static let summary = """
    Restarts the host and goes on once it is back, which is told by its boot id. With `if_required`, only \
    where the system asks for it (`/run/reboot-required`).
    """
  public static let example = """
    - reboot: { if_required: true }
    - reboot: { timeout: 15m }
    """

  let isConditional: Bool
  let timeout: Duration

  public init(_ parameters: inout Parameters) {
    isConditional = parameters.value("if_required", "Only where the system asks for it.", default: false)
    timeout = parameters.value("timeout", "How long it may take to come back.", default: .seconds(600))
  }

  public var title: String { "reboot" }

  public var probe: Probe<Bool> {
    isConditional
      ? Probe<FileStatus?>.status(of: "/run/reboot-required").map { $0 != nil } : Probe([]) { _ in true }
  }

  public func change(from mustRestart: Bool) throws(Diagnostic) -> Change? {
    mustRestart ? .run("restart the host", .reboot(timeout: timeout)) : nil
  }
}
