import Runbook

/// `runbook init`
struct InitCommand: Command {
  static let name = "init"
  static let summary = "Start a project: inventory, vault, a first runbook, .gitignore."
  static let forms = ["[FOLDER]"]
  static let words = """
    Asks for the first server's name, its address and the login. With --yes, or without a terminal, it takes the answers
    that stand in brackets. Files that are there already stay as they are.
    """
  static let options: [Option] = [.yes]
  static let operands = 0...1

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let folder = invocation.operand(0) ?? "."
    do throws(Diagnostic) {
      let asks = !invocation.arguments.has(.yes) && Prompt.isPossible
      let prompt = Prompt(interrupts: invocation.interrupts)
      func answer(_ question: String, _ fallback: String) throws(Diagnostic) -> String {
        asks ? try prompt.line(question, default: fallback) : fallback
      }
      let name = try answer("name of the first server", "host01")
      let address = try answer("its address", "\(name).example.org")
      let user = try answer("login there", "root")
      for (path, text) in files(name, address, user) {
        let target = LocalFile.join(folder, path)
        if try LocalFile.exists(target) {
          invocation.console.print("kept    \(target)\n")
          continue
        }
        try LocalFile.makeFolder(LocalFile.parent(of: target))
        try LocalFile.write(Array(text.utf8), to: target, mode: 0o644)
        invocation.console.print("made    \(target)\n")
      }
    } catch {
      throw .one(error)
    }
    invocation.console.print("\nnext: runbook plan runbooks/setup.yml\n")
    return .done
  }

  private static func files(_ name: String, _ address: String, _ user: String) -> [(
    path: String, text: String
  )] {
    let quoted = { (text: String) in Value.string(text).json() }
    return [
      (
        "runbook.yml",
        """
        # Settings of this project; 'runbook config' lists all of them.
        inventory: inventory
        # vault_password_file: ~/.config/runbook/vault-password

        """
      ),
      (
        "inventory/hosts.yml",
        """
        all:
          hosts:
            \(quoted(name)):
              ansible_host: \(quoted(address))
              ansible_user: \(quoted(user))
              ansible_become: \(user == "root" ? "false" : "true")

        """
      ),
      ("inventory/group_vars/all.yml", "# Variables of every host: name: value\n"),
      (
        "vault/README.md",
        """
        Secrets of all hosts go to `all.yml`, those of one host or group to a file with its name:

            runbook vault create vault/all.yml

        """
      ),
      (
        "runbooks/setup.yml",
        """
        name: Set up a server
        hosts: all

        steps:
          - id: base-packages
            apt: { packages: [ca-certificates, curl, git, jq], refresh: 1h }

          - id: stacks
            directory: { path: /srv/stacks, mode: "0755" }

        """
      ),
      (".gitignore", ".runbook/\n*.retry\nvault-password\n"),
    ]
  }
}
