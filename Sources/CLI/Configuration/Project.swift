import Runbook

/// A project as a command sees it: its folder, its settings, its vault passwords, its inventory.
struct Project: Sendable {
  var folder: String
  var configuration: Configuration
  var keyring: VaultKeyring
  /// The keyring that all decryption goes through.
  var secrets: HidingKeyring
  var inventory: Inventory
  /// The inventory's sources, for the journal.
  var sources: [String]
  var extraVariables: ValueMap
  var becomePassword: Text?

  /// Opens the project of a runbook, or of the working folder. Contacts nothing; passwords that were asked for are
  /// asked for here.
  init(_ invocation: Invocation, runbook: String? = nil, inventory: [String]? = nil) throws(Diagnostics) {
    let arguments = invocation.arguments
    do throws(Diagnostic) {
      let start = runbook.map { LocalFile.parent(of: $0) } ?? "."
      folder = if let given = arguments.text(.project) { given } else { try ProjectRoot.find(from: start) }
    } catch {
      throw .one(error)
    }
    configuration = try Configuration(root: folder, arguments: arguments, environment: invocation.environment)
    keyring = try Keyring.make(configuration, invocation)
    secrets = HidingKeyring(keyring: keyring, console: invocation.console)
    extraVariables = try ExtraVariableWords.read(arguments.all(.extraVariables), keyring: secrets)
    invocation.console.hide(.map(extraVariables))
    sources = inventory ?? configuration.all(.inventory)
    do throws(Diagnostic) {
      let usual = LocalFile.join(folder, "inventory")
      if sources.isEmpty, try LocalFile.exists(usual) { sources = [usual] }
      for source in sources where !source.contains(",") {
        guard try LocalFile.exists(source) else {
          throw .noInventory(source, configuration.entry(.inventory))
        }
      }
      if arguments.has(.askBecomePassword) {
        let password = try Prompt(interrupts: invocation.interrupts).password("become password")
        becomePassword = Text(secret: password, label: "become password")
        invocation.console.hide(Text(secret: password, label: "become password"))
      }
    } catch {
      throw .one(error)
    }
    let folders = ProjectFolders(
      root: folder, vault: configuration.text(.vaultFolder), runbook: runbook.map { LocalFile.parent(of: $0) }
    )
    self.inventory = try Inventory.load(sources, project: folders, keyring: secrets)
  }

  /// The same project with the inventory and the extra variables of a run that goes on.
  func reopened(runbook: String, sources: [String], extras: ValueMap) throws(Diagnostics) -> Project {
    var copy = self
    copy.extraVariables = extras
    copy.sources = sources
    let folders = ProjectFolders(
      root: folder, vault: configuration.text(.vaultFolder), runbook: LocalFile.parent(of: runbook))
    copy.inventory = try Inventory.load(sources, project: folders, keyring: secrets)
    return copy
  }

  /// What an earlier run or a saved plan was asked to do, its extra variables included.
  func restored(
    _ arguments: RunArguments, sealed: String?, digests: [String: String]
  ) throws(Diagnostics) -> RunArguments {
    let keyring = keyring
    var copy = arguments
    do throws(Diagnostic) {
      copy.extraVariables = try ExtraVariables.restored(
        sealed: sealed, digests: digests, given: extraVariables, stateFolder: stateFolder
      ) { keyring.sealingPassword() }
    } catch {
      throw .one(error)
    }
    return copy
  }

  var stateFolder: String { configuration.text(.stateFolder) }

  /// Hosts by a pattern of the command line.
  func hosts(_ pattern: String) throws(Diagnostics) -> [InventoryHost] {
    do throws(Diagnostic) {
      return try inventory.hosts(matching: pattern)
    } catch {
      throw .one(error)
    }
  }

  /// The variables of a host as far as they are known without contacting it.
  func scope(of host: InventoryHost, adding layers: [VariableLayer] = []) throws(Diagnostics) -> LayeredScope
  {
    let extra = VariableLayer(.extra, title: "--extra-vars", extraVariables)
    return try LayeredScope.host(
      host, of: inventory, adding: layers + [extra], keyring: secrets, folders: [folder])
  }
}

extension Diagnostic {
  fileprivate static func noInventory(_ path: String, _ entry: Configuration.Entry) -> Diagnostic {
    Diagnostic(
      .missing, "there is no inventory '\(path)' (\(entry.origin))", at: entry.position,
      hint: entry.origin == "--inventory" ? "for a host by its name put a comma behind it: '\(path),'" : nil)
  }
}
