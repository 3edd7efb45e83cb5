import Glibc
import Runbook

/// `runbook vault`
struct VaultCommand: Command {
  static let name = "vault"
  static let summary = "Create, view, edit, encrypt, decrypt, rekey and compare Ansible vaults."
  static let forms = [
    "create FILE", "view FILE...", "edit FILE", "encrypt FILE...", "decrypt FILE...", "rekey FILE...",
    "encrypt-string [TEXT]", "diff OLD NEW",
  ]
  static let words = """
    Files stay what ansible-vault can read, and are written whole or not at all. The editor is VISUAL or EDITOR; the plain
    text is on memory-backed storage while it runs. 'edit' without a change leaves the file as it is, byte for byte.
    'rekey' changes all of its files or none. 'encrypt-string' reads the standard input where TEXT is not given.
    """
  static let examples = [
    "runbook vault edit vault/host01.yml",
    "runbook vault rekey vault/*.yml --new-vault-password-file new-password",
    "printf %s \"$TOKEN\" | runbook vault encrypt-string --name api_token",
  ]
  static let newPasswordFile = Option(
    "new-vault-password-file", value: "FILE", "The new password of 'rekey'; asked for where not given.")
  static let encryptID = Option("encrypt-vault-id", value: "ID", "The vault id to encrypt with.")
  static let stringName = Option("name", short: "n", value: "NAME", "The variable of 'encrypt-string'.")
  static let options: [Option] = [
    .project, .askVaultPassword, .vaultPasswordFile, .vaultID, newPasswordFile, encryptID, stringName,
  ]
  static let operands = 1...Int.max

  private static let verbs = [
    "create", "view", "edit", "encrypt", "decrypt", "rekey", "encrypt-string", "diff",
  ]

  static func run(_ invocation: Invocation) async throws(Diagnostics) -> ExitStatus {
    let verb = invocation.operand(0) ?? ""
    let operands = Array(invocation.arguments.operands.dropFirst())
    do throws(Diagnostic) {
      guard verbs.contains(verb) else { throw .noVerb(verb, verbs) }
      try check(operands.count, verb)
      let work = try VaultWork(invocation)
      switch verb {
      case "create": try await work.create(operands[0])
      case "view": try work.view(operands)
      case "edit": try await work.edit(operands[0])
      case "encrypt": try work.encrypt(operands)
      case "decrypt": try work.decrypt(operands)
      case "rekey": try work.rekey(operands)
      case "encrypt-string": try work.encryptString(operands.first)
      default: return try work.diff(operands[0], operands[1])
      }
      return .done
    } catch {
      throw .one(error)
    }
  }

  private static func check(_ count: Int, _ verb: String) throws(Diagnostic) {
    let wanted: ClosedRange<Int> =
      switch verb {
      case "create", "edit": 1...1
      case "encrypt-string": 0...1
      case "diff": 2...2
      default: 1...Int.max
      }
    guard !wanted.contains(count) else { return }
    let form = forms.first { $0 == verb || $0.hasPrefix(verb + " ") } ?? verb
    throw Diagnostic(
      .usage, "'runbook vault \(verb)' does not take \(count) words", hint: "runbook vault \(form)")
  }
}

extension Diagnostic {
  fileprivate static func noVerb(_ verb: String, _ verbs: [String]) -> Diagnostic {
    Diagnostic(
      .usage, "there is no 'runbook vault \(verb)'",
      hint: nearestName(to: verb, among: verbs).map { "did you mean '\($0)'?" }
        ?? "one of \(verbs.joined(separator: ", "))")
  }
}
