/// The parameters of one step, as its kind's `init` reads them.
///
/// It works in two ways. Decoding: it takes each parameter from what the runbook gives, collects faults and hands
/// out a placeholder in place of what is missing, so that all faults are found in one go. Describing: it notes the
/// name, type, default and words of each parameter for the manual, the JSON Schema and "did you mean".
public struct Parameters {
  /// A parameter as the manual shows it.
  public struct Declaration: Sendable, Hashable {
    public var name: String
    public var type: String
    public var isRequired: Bool
    /// As a person would write it in YAML; nil where there is none.
    public var defaultText: String?
    public var words: String
  }

  /// What the control machine lends to a step that is being decoded.
  public let context: DecodingContext
  /// Where the step's kind stands in the runbook.
  public let position: SourcePosition?
  public private(set) var declarations: [Declaration] = []
  public private(set) var faults: [Diagnostic] = []
  /// Why some parameters are not known yet; the step can only be checked, not used, while there are any.
  public private(set) var pending: [String] = []
  /// Local files whose bytes are part of the step, for its fingerprint: path and SHA-256.
  public var localFiles: [(path: String, digest: String)] = []
  /// Whether this only notes what there is, for the manual.
  let isDescribing: Bool
  private var entries: [Argument.Entry]
  private var positions: [String: SourcePosition] = [:]

  /// Decoding. `entries` are the parameters of the runbook.
  public init(_ entries: [Argument.Entry], at position: SourcePosition?, in context: DecodingContext) {
    self.entries = entries
    self.position = position
    self.context = context
    isDescribing = false
    for entry in entries { positions[entry.key] = entry.value.position }
  }

  /// Describing.
  public init(describing context: DecodingContext) {
    entries = []
    position = nil
    self.context = context
    isDescribing = true
  }

  /// A parameter that must be given.
  public mutating func required<T: ParameterValue>(_ name: String, _ words: String) -> T {
    declare(name, T.self, isRequired: true, defaultText: nil, words)
    guard let argument = take(name) else {
      if !isDescribing {
        faults.append(Diagnostic(.missing, "'\(name)' is missing", at: position))
      }
      return T.placeholder
    }
    return decode(argument) ?? T.placeholder
  }

  /// A parameter that may be left out.
  public mutating func optional<T: ParameterValue>(_ name: String, _ words: String) -> T? {
    declare(name, T.self, isRequired: false, defaultText: nil, words)
    guard let argument = take(name), !argument.isNull else { return nil }
    return decode(argument)
  }

  /// A parameter with a default.
  public mutating func value<T: ParameterValue>(_ name: String, _ words: String, default fallback: T) -> T {
    declare(name, T.self, isRequired: false, defaultText: fallback.written, words)
    guard let argument = take(name) else { return fallback }
    return decode(argument) ?? fallback
  }

  /// Every key that no parameter took, for kinds whose keys are the user's own.
  public mutating func rest() -> [Argument.Entry] {
    defer { entries = [] }
    return entries
  }

  /// A fault of the parameters together, at one of them where that one is given.
  /// Nothing while a parameter is not known yet: what stands in for it says nothing about them together.
  public mutating func reject(_ message: String, at name: String? = nil, hint: String? = nil) {
    guard !isDescribing, pending.isEmpty else { return }
    let place = name.flatMap { positions[$0] } ?? position
    faults.append(Diagnostic(.invalidValue, message, at: place, hint: hint))
  }

  /// Takes over a fault that was found elsewhere.
  public mutating func reject(_ diagnostic: Diagnostic) {
    guard !isDescribing, pending.isEmpty else { return }
    faults.append(diagnostic.located(at: position))
  }

  /// Notes that something is not known yet, and why: the step is planned once it is.
  public mutating func wait(for reason: String) {
    if !pending.contains(reason) { pending.append(reason) }
  }

  /// Whether the runbook gives this parameter.
  public func has(_ name: String) -> Bool { positions[name] != nil }

  /// Where a parameter stands, or the step where it is not given.
  public func position(of name: String) -> SourcePosition? { positions[name] ?? position }

  /// Adds a fault for every key that nothing took. To be called after the kind's `init`.
  public mutating func finish(kind: String) {
    for entry in entries {
      let names = declarations.map { $0.name }
      let nearest = Habits.parameter(for: entry.key, among: names) ?? nearestName(to: entry.key, among: names)
      faults.append(
        Diagnostic(
          .unknownName, "unknown parameter '\(entry.key)' of '\(kind)'", at: entry.keyPosition,
          hint: nearest.map { "did you mean '\($0)'?" }))
    }
    entries = []
  }

  /// Takes a parameter as the runbook gives it, undecoded, for the few kinds that read one in a way of their own;
  /// `type` is how the manual names what it wants.
  public mutating func argument(_ name: String, type: String, _ words: String) -> Argument? {
    declarations.append(
      Declaration(name: name, type: type, isRequired: false, defaultText: nil, words: words))
    return take(name)
  }

  /// Decodes one argument, noting a fault or what it waits for.
  public mutating func decode<T: ParameterValue>(_ argument: Argument) -> T? {
    do throws(ParameterFault) {
      return try T.decode(argument)
    } catch {
      switch error {
      case .invalid(let diagnostic): faults.append(diagnostic.located(at: argument.position))
      case .pending(let reason): wait(for: reason)
      }
      return nil
    }
  }

  private mutating func declare<T: ParameterValue>(
    _ name: String, _ type: T.Type, isRequired: Bool, defaultText: String?, _ words: String
  ) {
    declarations.append(
      Declaration(
        name: name, type: T.typeName, isRequired: isRequired, defaultText: defaultText, words: words))
  }

  private mutating func take(_ name: String) -> Argument? {
    guard let index = entries.firstIndex(where: { $0.key == name }) else { return nil }
    return entries.remove(at: index).value
  }
}

/// Why a parameter has no value.
public enum ParameterFault: Error, Sendable {
  case invalid(Diagnostic)
  case pending(String)
}

/// What the control machine lends to a step that is being decoded: its files, its variables.
public struct DecodingContext: Sendable {
  /// The host's name in the inventory.
  public var host: String
  public var scope: any Scope
  /// Where relative paths of the control machine are looked for, in order.
  public var folders: [String]
  /// What templates of the control machine may use.
  public var environment: TemplateEnvironment

  public init(host: String, scope: any Scope, folders: [String], environment: TemplateEnvironment? = nil) {
    self.host = host
    self.scope = scope
    self.folders = folders
    self.environment = environment ?? TemplateEnvironment(folders: folders)
  }

  /// For manuals and tests: no variables, no files.
  public static var empty: DecodingContext {
    DecodingContext(host: "host", scope: ValueScope([:]), folders: [])
  }
}
