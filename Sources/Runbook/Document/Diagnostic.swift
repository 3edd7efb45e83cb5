/// The one error a person sees: what is the case, where, and what to do about it.
public struct Diagnostic: Error, Sendable, Equatable {
  /// What sort of fault it is; decides the exit code and is shown in brackets.
  public enum Code: String, Sendable, CaseIterable {
    /// Wrong input; nothing was touched.
    case usage, syntax, unknownName = "unknown-name", invalidValue = "invalid-value", undefined, cycle
    case missing, template, vault, inventory, stalePlan = "stale-plan"
    /// A host could not be used.
    case unreachable, refused
    /// A step failed on a host.
    case conflict, failed, timedOut = "timed-out", notConverged = "did-not-converge", unreadable
    case wentAway = "went-away", missingCommand = "missing-command"
    case locked, interrupted
  }

  public var code: Code
  /// Lower case, no full stop, names in single quotes.
  public var message: String
  public var position: SourcePosition?
  /// More about the state of the world, a line or a few each.
  public var notes: [String]
  /// Something to type or to change, only where we are sure.
  public var hint: String?

  public init(
    _ code: Code, _ message: String, at position: SourcePosition? = nil, notes: [String] = [],
    hint: String? = nil
  ) {
    self.code = code
    self.message = message
    self.position = position
    self.notes = notes
    self.hint = hint
  }

  /// The same fault with a position, where it had none.
  public func located(at position: SourcePosition?) -> Diagnostic {
    guard self.position == nil else { return self }
    var copy = self
    copy.position = position
    return copy
  }

  /// The same fault with one more note.
  public func noting(_ note: String) -> Diagnostic {
    var copy = self
    copy.notes.append(note)
    return copy
  }
}

/// Several faults found together, in the order of their positions.
public struct Diagnostics: Error, Sendable, Equatable {
  public var all: [Diagnostic]

  public init(_ all: [Diagnostic]) { self.all = all }

  public static func one(_ diagnostic: Diagnostic) -> Diagnostics { Diagnostics([diagnostic]) }
}
