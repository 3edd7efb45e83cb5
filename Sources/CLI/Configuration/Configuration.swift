import Glibc
import Runbook

/// The settings that hold, each with where it comes from.
struct Configuration: Sendable {
  struct Entry: Sendable {
    var values: [String]
    /// "runbook.yml:3:1", "RUNBOOK_FORKS", "--forks", "default".
    var origin: String
    var position: SourcePosition?

    /// The origin, for a message that has no position to say it.
    var saying: String { position == nil ? " (\(origin))" : "" }
  }

  /// The project's root.
  let root: String
  private var entries: [Setting: Entry] = [:]

  /// Reads `runbook.yml` of the project, the environment and the options.
  init(
    root: String, arguments: ParsedArguments, environment: [String: String]
  ) throws(Diagnostics) {
    self.root = root
    for setting in Setting.allCases {
      entries[setting] = Entry(values: Self.default(setting, root), origin: "default")
    }
    var faults = try read(LocalFile.join(root, "runbook.yml"))
    for setting in Setting.allCases {
      if let value = environment[setting.variable], !value.isEmpty {
        let values = setting.isList ? value.split(separator: ":").map { String($0) } : [value]
        entries[setting] = Entry(values: values, origin: setting.variable)
      }
      guard let option = setting.option, arguments.has(option) else { continue }
      let values = option.value == nil ? ["true"] : arguments.all(option)
      entries[setting] = Entry(values: values, origin: "--\(option.name)")
    }
    faults += check()
    if !faults.isEmpty { throw Diagnostics(faults) }
  }

  /// Leaves only these sources of a vault password.
  mutating func keepOnly(vaultIDs: [String]) {
    entries[.vaultIDs]?.values = vaultIDs
    entries[.vaultPasswordFile]?.values = []
  }

  func entry(_ setting: Setting) -> Entry { entries[setting] ?? Entry(values: [], origin: "default") }
  func all(_ setting: Setting) -> [String] { entry(setting).values }
  func text(_ setting: Setting) -> String { entry(setting).values.last ?? "" }
  func isOn(_ setting: Setting) -> Bool { ["true", "yes", "on", "1"].contains(text(setting).lowercased()) }
  /// Checked when the configuration was read.
  func number(_ setting: Setting) -> Int { Int(text(setting)) ?? 0 }

  private static func `default`(_ setting: Setting, _ root: String) -> [String] {
    setting.isPath ? setting.fallback.map { LocalFile.join(root, $0) } : setting.fallback
  }

  /// A project without `runbook.yml` has the defaults. Gives the faults of single settings.
  private mutating func read(_ path: String) throws(Diagnostics) -> [Diagnostic] {
    let file: SourceFile
    do throws(Diagnostic) {
      guard try LocalFile.exists(path) else { return [] }
      file = try SourceFile.read(path: path)
    } catch {
      throw .one(error)
    }
    guard let node = try YAMLReader.read(file) else { return [] }
    guard case .mapping(let pairs) = node.content else {
      throw .one(Diagnostic(.invalidValue, "expected a map of settings", at: node.position))
    }
    var faults: [Diagnostic] = []
    for pair in pairs {
      guard let setting = Setting(rawValue: pair.key) else {
        faults.append(.unknownSetting(pair))
        continue
      }
      do throws(Diagnostic) {
        let values = try Self.texts(pair.value, isList: setting.isList)
        entries[setting] = Entry(
          values: setting.isPath ? values.map { LocalFile.join(root, Self.expanded($0)) } : values,
          origin: pair.keyPosition.description, position: pair.value.position)
      } catch {
        faults.append(error)
      }
    }
    return faults
  }

  private static func texts(_ node: Node, isList: Bool) throws(Diagnostic) -> [String] {
    switch node.content {
    case .scalar(let scalar): return [scalar.text]
    case .sequence(let items) where isList:
      var texts: [String] = []
      for item in items { texts += try Self.texts(item, isList: false) }
      return texts
    case .sequence, .mapping:
      throw Diagnostic(.invalidValue, "expected text\(isList ? " or a list of it" : "")", at: node.position)
    }
  }

  /// `~/` is the home folder, as a shell would have it.
  private static func expanded(_ path: String) -> String {
    guard path.hasPrefix("~/"), let home = getenv("HOME") else { return path }
    return LocalFile.join(String(cString: home), String(path.dropFirst(2)))
  }

  private func check() -> [Diagnostic] {
    var faults: [Diagnostic] = []
    for setting in [Setting.forks, .connectTimeout] where !(1...10_000).contains(number(setting)) {
      faults.append(.notANumber(setting, entry(setting)))
    }
    if BecomeMethod(rawValue: text(.becomeMethod)) == nil {
      let entry = entry(.becomeMethod)
      faults.append(
        Diagnostic(
          .invalidValue, "'\(text(.becomeMethod))' is none of 'sudo', 'su', 'doas'\(entry.saying)",
          at: entry.position))
    }
    return faults
  }
}

extension Diagnostic {
  fileprivate static func unknownSetting(_ pair: Node.Entry) -> Diagnostic {
    let names = Setting.allCases.map { $0.rawValue }
    let nearest = nearestName(to: pair.key, among: names)
    return Diagnostic(
      .unknownName, "there is no setting '\(pair.key)'", at: pair.keyPosition,
      hint: nearest.map { "did you mean '\($0)'?" } ?? "'runbook config' lists them")
  }

  fileprivate static func notANumber(_ setting: Setting, _ entry: Configuration.Entry) -> Diagnostic {
    Diagnostic(
      .invalidValue,
      "'\(entry.values.last ?? "")' is not a number from 1 to 10000\(entry.saying)", at: entry.position)
  }
}
