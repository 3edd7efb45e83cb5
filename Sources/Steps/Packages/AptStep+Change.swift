public import Runbook

extension AptStep {
  public func change(from observed: AptState) throws(Diagnostic) -> Change? {
    isRemoval ? removal(from: observed) : installation(from: observed)
  }

  private func removal(from observed: AptState) -> Change? {
    let gone = zip(packages, observed.packages).filter { _, state in
      state.version != nil || state.isBroken || presence == .purged && state.hasLeftovers
    }
    let names = gone.map { $0.0.name }
    let unneeded = autoremove ? observed.unneeded : []
    guard !names.isEmpty || !unneeded.isEmpty else { return nil }
    var words: [String] = []
    var lines = ["set -eu", AptScript.preamble(lockWait: lockWait), "mend_dpkg"]
    if !names.isEmpty {
      let verb = presence == .purged ? "purge" : "remove"
      words.append("\(verb) \(names.joined(separator: " "))")
      let held = gone.filter { $0.1.isHeld }.map { $0.0.name }
      if !held.isEmpty, hold == false { lines.append("apt-mark unhold " + shellLine(held)) }
      lines.append("apt_get \(verb) \(autoremove ? "--autoremove " : "")" + shellLine(names))
    }
    if !unneeded.isEmpty {
      words.append("remove \(unneeded.joined(separator: " ")), which nothing needs")
    }
    if autoremove { lines.append("apt_get autoremove") }
    return .remove(Text(words.joined(separator: "; ")), .script(Text(lines.joined(separator: "\n"))))
  }

  private func installation(from observed: AptState) -> Change? {
    let wanted = zip(packages, observed.packages).filter { isMissing($0, $1, in: observed) }
    let held =
      hold == nil ? [] : zip(packages, observed.packages).filter { $1.isHeld != hold }.map { $0.0.name }
    let isStale =
      refresh.map { limit in observed.indexAge.map { $0 > max(60, limit.wholeSeconds) } ?? true } ?? false
    let seesVersions = presence == .latest || upgrade != .none
    let needsFile = deb != nil && observed.isFileInstalled != true
    let unneeded = autoremove ? observed.unneeded : []
    let refreshesAlone = packages.isEmpty && deb == nil && !autoremove
    let installs = !wanted.isEmpty || needsFile || !observed.upgradable.isEmpty
    let refreshes = isStale && (installs || seesVersions || refreshesAlone)
    guard installs || refreshes || !held.isEmpty || !unneeded.isEmpty else { return nil }

    var words: [String] = []
    if !wanted.isEmpty { words.append("install " + wanted.map { describe($0, $1) }.joined(separator: " ")) }
    if let deb, needsFile { words.append("install \(deb)") }
    if !observed.upgradable.isEmpty { words.append("upgrade " + observed.upgradable.joined(separator: " ")) }
    if !held.isEmpty { words.append("\(hold == true ? "hold" : "release") " + held.joined(separator: " ")) }
    if !unneeded.isEmpty { words.append("remove \(unneeded.joined(separator: " ")), which nothing needs") }
    if refreshes, wanted.isEmpty { words.append("refresh the package index") }
    let names = (presence == .latest && refreshes ? packages : wanted.map { $0.0 }).map { $0.written }
    let script = installScript(
      names: names, held: held, refreshes: refreshes, needsFile: needsFile,
      upgrades: refreshes || !observed.upgradable.isEmpty)
    let isNew = wanted.contains { $1.version == nil } || needsFile
    return Change(isNew ? .create : .modify, Text(words.joined(separator: "; ")), [.script(Text(script))])
  }

  private func isMissing(_ package: PackageName, _ state: PackageState, in observed: AptState) -> Bool {
    if state.isBroken { return true }
    guard let version = state.version else {
      return !observed.provided.contains(package.name) || package.version != nil
    }
    return !package.accepts(version) || presence == .latest && observed.outdated.contains(package.name)
  }

  private func describe(_ package: PackageName, _ state: PackageState) -> String {
    guard let version = state.version, !state.isBroken else { return package.written }
    return "\(package.written) (now \(version))"
  }

  private func installScript(
    names: [String], held: [String], refreshes: Bool, needsFile: Bool, upgrades: Bool
  ) -> String {
    var lines = ["set -eu", AptScript.preamble(lockWait: lockWait), "mend_dpkg"]
    if refreshes { lines.append("refresh_index\nnote_refresh\nrefreshed=yes") }
    var options = recommends ? [] : ["--no-install-recommends"]
    if allowsDowngrade { options.append("--allow-downgrades") }
    if hold != nil { options.append("--allow-change-held-packages") }
    if let release { options += ["-t", release] }
    if !names.isEmpty {
      lines.append("require_known " + shellLine(names))
      lines.append("apt_get install " + shellLine(options + ["--"] + names))
    }
    if let deb, needsFile {
      lines.append(
        "[ -e \(shellWord(deb.string)) ] || { echo 'there is no' \(shellWord(deb.string)) >&2; exit 66; }"
      )
      lines.append("apt_get install " + shellLine(options + ["--", deb.string]))
    }
    if upgrades {
      switch upgrade {
      case .none: break
      case .safe: lines.append("apt_get upgrade --with-new-pkgs")
      case .full: lines.append("apt_get dist-upgrade")
      }
    }
    if autoremove { lines.append("apt_get autoremove") }
    if !held.isEmpty { lines.append("apt-mark \(hold == true ? "hold" : "unhold") " + shellLine(held)) }
    return lines.joined(separator: "\n")
  }
}
