public import Runbook

/// What apt and dpkg say of a host, as far as a step asked.
public struct AptState: Sendable, Hashable {
  /// In the order of the step's packages.
  public var packages: [PackageState]
  /// Names that an installed package provides.
  public var provided: Set<String> = []
  /// Seconds since the index was refreshed; nil: never.
  public var indexAge: Int?
  /// Packages that `latest` would install or upgrade.
  public var outdated: [String] = []
  /// Packages that an upgrade of all would touch.
  public var upgradable: [String] = []
  /// Packages that nothing needs.
  public var unneeded: [String] = []
  /// Whether the package file is installed in its version; nil where there is no such file yet.
  public var isFileInstalled: Bool?
}

extension AptStep {
  /// Reads dpkg's database, and asks apt what it would do where the step is about versions. Nothing is
  /// locked.
  public var probe: Probe<AptState> {
    let names = packages.map { $0.name }
    return Probe.each(names) { .package($0) }.and(.script(stateScript)).map { (answer) throws(Diagnostic) in
      let (states, output) = answer
      guard output.status == 0 else { throw .simulationFailed(output.errors) }
      var state = AptState(packages: states)
      for line in output.output.split(separator: "\n") {
        let words = line.split(separator: " ", maxSplits: 1).map(String.init)
        guard let what = words.first, let value = words.last, words.count == 2 else { continue }
        switch what {
        case "provides": state.provided.insert(value)
        case "age": state.indexAge = Int(value)
        case "latest" where names.contains(value): state.outdated.append(value)
        case "upgrade": state.upgradable.append(value)
        case "unneeded": state.unneeded.append(value)
        case "file": state.isFileInstalled = value == "installed"
        default: break
        }
      }
      return state
    }
  }

  private var stateScript: String {
    var parts: [String] = []
    if presence == .present || presence == .latest, !packages.isEmpty { parts.append(Self.providesScript) }
    if refresh != nil { parts.append(Self.ageScript) }
    if presence == .latest, !packages.isEmpty {
      let names = packages.map { $0.written } + (release.map { ["-t", $0] } ?? [])
      parts.append("simulate latest Inst install " + shellLine(names))
    }
    switch upgrade {
    case .none: break
    case .safe: parts.append("simulate upgrade Inst upgrade --with-new-pkgs")
    case .full: parts.append("simulate upgrade Inst dist-upgrade")
    }
    if autoremove { parts.append("simulate unneeded Remv autoremove") }
    if let deb { parts.append(Self.fileScript.replacing("PATH", with: shellWord(deb.string))) }
    return parts.isEmpty
      ? ":" : "set -e\n" + (needsSimulation ? Self.simulate + "\n" : "") + parts.joined(separator: "\n")
  }

  private var needsSimulation: Bool {
    presence == .latest && !packages.isEmpty || upgrade != .none || autoremove
  }

  private static let providesScript = #"""
    dpkg-query -W -f '${db:Status-Status} ${Provides}\n' | awk '
      $1 == "installed" {
        $1 = ""; gsub(/\([^)]*\)/, ""); gsub(/,/, " ")
        for (i = 1; i <= NF; i++) print "provides", $i
      }
    ' | sort -u
    """#

  private static let ageScript = """
    for stamp in /var/lib/apt/periodic/update-success-stamp /var/lib/apt/lists; do
      [ ! -e "$stamp" ] || [ -z "$(ls /var/lib/apt/lists/*Release 2>/dev/null)" ] || stat -c %Y "$stamp"
    done | sort -n | tail -n 1 | { read -r newest || exit 0; echo "age $(($(date +%s) - newest))"; }
    """

  // A name that is not in the index is for the change to say; it is then not installed, and so not in the
  // output.
  private static let simulate = """
    simulate() {
      label=$1 verb=$2
      shift 2
      plan=$(apt-get -s -q -o APT::Get::Show-User-Simulation-Note=false "$@") || {
        [ "$label" = latest ] || exit 1
        plan=
      }
      printf '%s\\n' "$plan" | awk -v label="$label" -v verb="$verb" '$1 == verb { print label, $2 }'
    }
    """

  private static let fileScript = """
    if [ -e PATH ]; then
      name=$(dpkg-deb -f PATH Package) version=$(dpkg-deb -f PATH Version)
      there=$(dpkg-query -W -f '${db:Status-Status} ${Version}' "$name" 2>/dev/null) || there=
      if [ "$there" = "installed $version" ]; then echo 'file installed'; else echo 'file other'; fi
    fi
    """
}

extension Diagnostic {
  fileprivate static func simulationFailed(_ errors: String) -> Diagnostic {
    Diagnostic(
      .unreadable, "apt cannot say what it would do",
      notes: errors.split(separator: "\n").suffix(5).map(String.init), hint: nil)
  }
}
