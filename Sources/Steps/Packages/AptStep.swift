public import Runbook

/// Makes sure that Debian packages are there, or gone.
public struct AptStep: StepKind {
  public static let key = "apt"
  public static let summary = """
    Debian packages: installed, at their newest version, removed, or purged. It never asks, keeps changed \
    configuration files, waits for another package tool to end, and finishes what an interrupted dpkg left. \
    A package that is not in the index makes it refresh the index once.
    """
  public static let shorthand: String? = "packages"
  public static let example = """
    - apt: { packages: [jq, curl, git], refresh: 1h }
    - apt: { packages: [docker-ce=5:28.1.*], hold: true }
    - apt: { packages: [nginx], state: purged, autoremove: true }
    - apt: { upgrade: full, refresh: 1h }
    """

  public enum Presence: String, CaseIterable, Choice { case present, latest, absent, purged }
  public enum Upgrade: String, CaseIterable, Choice { case none, safe, full }

  let packages: [PackageName]
  let presence: Presence
  let hold: Bool?
  let refresh: Duration?
  let upgrade: Upgrade
  let autoremove: Bool
  let deb: AbsolutePath?
  let recommends: Bool
  let allowsDowngrade: Bool
  let release: String?
  let lockWait: Duration

  public init(_ parameters: inout Parameters) {
    packages = parameters.value(
      "packages", "Names, each with an optional `=version` (a `*` at its end matches any).", default: [])
    presence = parameters.value(
      "state", "`latest` also upgrades them; `purged` removes their configuration too.", default: .present)
    hold = parameters.optional(
      "hold", "Keep upgrades away from them, or let them in; left as it is where not given.")
    refresh = parameters.optional(
      "refresh",
      "Refresh the index before installing or upgrading where it is older; alone, keep it that fresh."
    )
    upgrade = parameters.value(
      "upgrade", "Upgrade all packages: `safe` removes none, `full` may.", default: .none)
    autoremove = parameters.value(
      "autoremove", "Remove what was only installed for others and is not needed now.", default: false)
    deb = parameters.optional("deb", "Path on the host of a package file to install.")
    recommends = parameters.value("recommends", "Install recommended packages too.", default: true)
    allowsDowngrade = parameters.value(
      "allow_downgrade", "Let an older version replace a newer one.", default: false)
    release = parameters.optional("release", "Take packages from this release: trixie-backports.")
    lockWait = parameters.value(
      "lock_timeout", "How long to wait for another package tool.", default: AptScript.defaultLockWait)
    if packages.isEmpty, deb == nil, refresh == nil, upgrade == .none, !autoremove {
      parameters.reject("nothing to do: give 'packages', 'deb', 'upgrade', 'refresh' or 'autoremove'")
    }
    if isRemoval, packages.contains(where: { $0.version != nil }) {
      parameters.reject("a version has no meaning with state '\(presence.rawValue)'", at: "packages")
    }
  }

  /// What `package` asks for.
  init(packages: [PackageName], presence: Presence, refresh: Duration?) {
    self.packages = packages
    self.presence = presence
    self.refresh = refresh
    (hold, upgrade, autoremove, deb, recommends) = (nil, .none, false, nil, true)
    (allowsDowngrade, release, lockWait) = (false, nil, AptScript.defaultLockWait)
  }

  var isRemoval: Bool { presence == .absent || presence == .purged }

  public var title: String {
    if !packages.isEmpty {
      let names = packages.map { $0.written }.joined(separator: " ")
      return isRemoval ? "packages \(names) \(presence.rawValue)" : "packages \(names)"
    }
    if let deb { return "package file \(deb)" }
    if upgrade != .none { return "upgrade all packages" }
    return autoremove ? "packages that nothing needs" : "package index"
  }
  public var requires: [String] { ["apt-get"] }
  public var lock: String? { "dpkg" }

  public func outputs(_ observed: AptState, _ results: [ActionResult]) -> ValueMap {
    var versions = ValueMap()
    for (package, state) in zip(packages, observed.packages) {
      versions[package.name] = state.version.map { .string($0) } ?? .null
    }
    return ["versions": .map(versions)]
  }
}

/// `jq` or `jq=1.7*`.
public struct PackageName: ParameterValue, Hashable {
  public var name: String
  public var version: String?

  public static var typeName: String { "package name" }
  public static var placeholder: PackageName { PackageName(name: "none", version: nil) }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> PackageName {
    let text = try String.decode(argument)
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let letters = "abcdefghijklmnopqrstuvwxyz0123456789+-.:_"
    guard let name = parts.first, name.count > 1, name.allSatisfy({ letters.contains($0) }),
      name.first?.isLetter == true || name.first?.isNumber == true, parts.last?.isEmpty == false,
      !text.contains(where: { $0.isWhitespace })
    else {
      throw .invalid(
        Diagnostic(.invalidValue, "'\(text)' is not the name of a package", at: argument.position))
    }
    return PackageName(name: name, version: parts.count == 2 ? parts[1] : nil)
  }
  public var written: String { version.map { "\(name)=\($0)" } ?? name }

  /// Whether an installed version is one that this asks for.
  func accepts(_ installed: String) -> Bool {
    guard let version else { return true }
    return version.hasSuffix("*") ? installed.hasPrefix(version.dropLast()) : installed == version
  }
}
