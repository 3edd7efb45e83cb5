import Runbook

/// How a database that is to be restored stands.
public struct DatabaseState: Sendable {
  /// What tells the wanted dump from others.
  var identity: String
  /// nil: there is no such database. Else the dump that it was restored from, empty where it was not.
  var restored: String?
  var tables: Int
}

/// What every restore of a database can be told, and what it makes of the state that it finds.
struct DatabaseRestore: Sendable {
  let keepsOld: Bool
  let onlyIfEmpty: Bool
  let disconnects: Bool
  let allowsEmpty: Bool

  init(_ parameters: inout Parameters) {
    keepsOld = parameters.value("keep_old", "Keep what was there, as `NAME_before_TIME`.", default: true)
    onlyIfEmpty = parameters.value(
      "only_if_empty", "Nothing to do where the database has tables already, whatever they hold.",
      default: false)
    disconnects = parameters.value(
      "disconnect", "End the sessions of a database in use, in place of giving up.", default: false)
    allowsEmpty = parameters.value("allow_empty", "A dump without a table is no error.", default: false)
  }

  /// nil where the dump is in place already, or where there is data that may stay.
  func change(of database: String, from source: DumpSource, _ observed: DatabaseState, by script: Text)
    -> Change?
  {
    guard let restored = observed.restored else {
      return .create("database \(database) from \(source.title)", .script(script))
    }
    if restored == observed.identity { return nil }
    if onlyIfEmpty, observed.tables > 0 { return nil }
    let old =
      switch (observed.tables, keepsOld) {
      case (0, _): "which is empty"
      case (let tables, true): "its \(tables) table\(tables == 1 ? "" : "s") kept as \(database)_before_…"
      case (let tables, false): "in place of its \(tables) table\(tables == 1 ? "" : "s")"
      }
    return .modify("database \(database) from \(source.title), \(old)", .script(script))
  }

  /// What the script printed, or the tables that were found where it had nothing to do.
  func outputs(_ observed: DatabaseState, _ results: [ActionResult]) -> ValueMap {
    var map = printedFields(results, ["tables", "rows", "old"])
    if map["tables"] == nil { map["tables"] = .int(observed.tables) }
    return map
  }
}

extension Diagnostic {
  /// What a server must never be taken to mean: that there is nothing there.
  static func oddAnswer(_ output: ScriptOutput) -> Diagnostic {
    Diagnostic(.unreadable, "the database server gives an odd answer", notes: [output.output])
  }
}
