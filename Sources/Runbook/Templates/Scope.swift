/// Where a template's names get their values.
public protocol Scope: Sendable {
  /// The value of a variable; nil where there is none. Throws where its own template is at fault, or where it
  /// is not known yet.
  func value(of name: String) throws(EvaluationFault) -> Value?
  /// Every name there is, for "did you mean".
  var names: [String] { get }
  /// The variables behind one key of a table that would be costly to make whole: `hostvars['host01'].x` asks for
  /// `scope(of: "hostvars", key: "host01")`, and that for `x`. nil where `name` is no such table or has no such key.
  func scope(of name: String, key: String) throws(EvaluationFault) -> (any Scope)?
}

extension Scope {
  public func scope(of name: String, key: String) throws(EvaluationFault) -> (any Scope)? { nil }
}

/// Why an expression has no value.
public enum EvaluationFault: Error, Sendable {
  case diagnostic(Diagnostic)
  /// Not known yet, and why: "what step 'docker' gives", "the facts of host01".
  case pending(String)
}

/// A scope of fixed values, over another one where given.
public struct ValueScope: Scope {
  public var values: ValueMap
  public var outer: (any Scope)?

  public init(_ values: ValueMap, over outer: (any Scope)? = nil) {
    self.values = values
    self.outer = outer
  }

  public func value(of name: String) throws(EvaluationFault) -> Value? {
    if let value = values[name] { return value }
    return try outer?.value(of: name)
  }

  public var names: [String] { values.keys + (outer?.names ?? []) }

  public func scope(of name: String, key: String) throws(EvaluationFault) -> (any Scope)? {
    guard values[name] == nil else { return nil }
    return try outer?.scope(of: name, key: key)
  }
}
