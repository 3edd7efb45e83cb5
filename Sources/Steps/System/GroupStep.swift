public import Runbook

/// Makes sure that a group is there, or gone.
public struct GroupStep: StepKind {
  public static let key = "group"
  public static let summary = "A group of the host."
  public static let shorthand: String? = "name"
  public static let example = """
    - group: app
    - group: { name: media, gid: 1500 }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let name: String
  let groupID: Int?
  let isSystem: Bool
  let presence: Presence

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "Its name.")
    groupID = parameters.optional("gid", "Its number.")
    isSystem = parameters.value("system", "A new group gets a number of the system's range.", default: false)
    presence = parameters.value("state", "Whether it shall be there.", default: .present)
    parameters.checkAccountName(name, at: "name")
  }

  public var title: String { presence == .absent ? "group \(name) absent" : "group \(name)" }
  public var requires: [String] { [presence == .absent ? "groupdel" : "groupadd"] }
  public var lock: String? { "accounts" }
  public var probe: Probe<AccountGroup?> { .group(name) }

  public func change(from observed: AccountGroup?) throws(Diagnostic) -> Change? {
    guard let observed else {
      guard presence == .present else { return nil }
      let number = groupID.map { ["--gid", String($0)] } ?? []
      return .create(
        "group \(name)", .run(["groupadd"] + number + (isSystem ? ["--system"] : []) + ["--", name]))
    }
    if presence == .absent { return .remove("group \(name)", .run(["groupdel", "--", name])) }
    guard let groupID, groupID != observed.groupID else { return nil }
    return .modify(
      "group \(name): gid \(observed.groupID) to \(groupID)",
      .run(["groupmod", "--gid", String(groupID), "--", name]))
  }

  public func outputs(_ observed: AccountGroup?, _ results: [ActionResult]) -> ValueMap {
    observed.map { ["gid": .int($0.groupID)] } ?? [:]
  }
}
