public import Runbook

/// Makes sure that a user is there as described, or gone.
public struct UserStep: StepKind {
  public static let key = "user"
  public static let summary = """
    A user of the host. What is not given is left as it is. The password is a hash (as `mkpasswd` makes one) \
    and travels by standard input only.
    """
  public static let shorthand: String? = "name"
  public static let example = """
    - user: { name: app, system: true, home: /srv/app, shell: /usr/sbin/nologin }
    - user: { name: ada, groups: [docker, sudo], shell: /bin/bash }
    - user: { name: old, state: absent, remove_home: true }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }
  public enum PasswordUpdate: String, CaseIterable, Choice {
    case always
    case onCreate = "on_create"
  }

  let name: String
  let presence: Presence
  let userID: Int?
  let group: String?
  let groups: [String]?
  let appends: Bool
  let shell: String?
  let home: AbsolutePath?
  let createsHome: Bool?
  let comment: String?
  let isSystem: Bool
  let password: Text?
  let passwordUpdate: PasswordUpdate
  let removesHome: Bool

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "The login name.")
    presence = parameters.value("state", "Whether it shall be there.", default: .present)
    userID = parameters.optional("uid", "Its number.")
    group = parameters.optional(
      "group", "Its primary group, which must exist; a new user gets one of its own.")
    groups = parameters.optional("groups", "Further groups, which must exist.")
    appends = parameters.value("append", "Keep it in groups that are not listed.", default: true)
    shell = parameters.optional("shell", "Its login shell.")
    home = parameters.optional("home", "Its home directory; what is in an old one is not moved.")
    createsHome = parameters.optional(
      "create_home", "Make the home of a new user; so it is unless `system` is set.")
    comment = parameters.optional("comment", "Its full name, or what it is for.")
    isSystem = parameters.value("system", "A new user gets a number of the system's range.", default: false)
    password = parameters.optional("password", "The hash of its password.")
    passwordUpdate = parameters.value(
      "update_password", "Whether an existing user's password is changed.", default: .always)
    removesHome = parameters.value(
      "remove_home", "With `state: absent`, remove its home and mail too.", default: false)
    parameters.checkAccountName(name, at: "name")
    if name == "root", presence == .absent {
      parameters.reject("the user 'root' cannot be removed", at: "state")
    }
    if let password, !Self.isHash(password.string) {
      parameters.reject(
        "this is not a password hash", at: "password", hint: "make one with: mkpasswd -m yescrypt")
    }
    if (comment ?? "").contains(where: { $0 == ":" || $0.isNewline }) {
      parameters.reject("a comment has no colon and is one line", at: "comment")
    }
  }

  private static func isHash(_ text: String) -> Bool {
    text == "*" || text == "!"
      || text.hasPrefix("$") && !text.contains(where: { $0 == ":" || $0.isWhitespace })
  }

  public var title: String { presence == .absent ? "user \(name) absent" : "user \(name)" }
  public var requires: [String] { [presence == .absent ? "userdel" : "useradd"] }
  public var lock: String? { "accounts" }

  /// The account, and the digest of its password's hash where that matters; the hash itself stays on the
  /// host.
  public var probe: Probe<(Account?, String?)> {
    let account = Probe<Account?>.user(name)
    guard password != nil, presence == .present else { return account.map { ($0, nil) } }
    let script = """
      entry=$(getent shadow -- \(shellWord(name))) || { [ $? -eq 2 ] && exit 0; exit 1; }
      entry=${entry#*:}
      printf %s "${entry%%:*}" | sha256sum | cut -c 1-64
      """
    return account.and(Probe<ScriptOutput>.script(script)).map { (answer) throws(Diagnostic) in
      guard answer.1.status == 0 else { throw .unreadableShadow(answer.1.errors) }
      return (answer.0, answer.1.output.split(separator: "\n").first.map(String.init))
    }
  }

  public func outputs(_ observed: (Account?, String?), _ results: [ActionResult]) -> ValueMap {
    guard let account = observed.0 else { return [:] }
    return [
      "uid": .int(account.userID), "gid": .int(account.groupID), "group": .string(account.group),
      "home": .string(account.home), "shell": .string(account.shell),
      "groups": .list(account.groups.map { .string($0) }),
    ]
  }

  public func change(from observed: (Account?, String?)) throws(Diagnostic) -> Change? {
    let (account, digest) = observed
    if presence == .absent {
      guard account != nil else { return nil }
      return .remove(
        "user \(name)\(removesHome ? " and its home" : "")",
        .run(["userdel"] + (removesHome ? ["--remove"] : []) + ["--", name]))
    }
    guard let account else {
      return .create("user \(name)", .script(commands([creation], password: password)))
    }
    let (options, words) = differences(from: account)
    let setsPassword =
      passwordUpdate == .always
      && password.map { Digest.hex(Digest.sha256(Array($0.string.utf8))) != digest } == true
    guard !options.isEmpty || setsPassword else { return nil }
    var lines: [String] = []
    if !options.isEmpty { lines.append(shellLine(["usermod"] + options + ["--", name])) }
    let summary = (words + (setsPassword ? ["its password"] : [])).joined(separator: ", ")
    return .modify(
      "user \(name): \(summary)", .script(commands(lines, password: setsPassword ? password : nil)))
  }

  private var creation: String {
    var argv = ["useradd"]
    if let userID { argv += ["--uid", String(userID)] }
    if let group { argv += ["--gid", group] }
    if let groups, !groups.isEmpty { argv += ["--groups", groups.joined(separator: ",")] }
    if let shell { argv += ["--shell", shell] }
    if let home { argv += ["--home-dir", home.string] }
    if let comment { argv += ["--comment", comment] }
    if isSystem { argv.append("--system") }
    argv.append(createsHome ?? !isSystem ? "--create-home" : "--no-create-home")
    return shellLine(argv + ["--", name])
  }

  private func differences(from account: Account) -> (options: [String], words: [String]) {
    var (options, words) = ([String](), [String]())
    func note(_ option: String, _ value: String, _ word: String) {
      options += [option, value]
      words.append(word)
    }
    if let userID, userID != account.userID {
      note("--uid", String(userID), "uid \(account.userID) to \(userID)")
    }
    if let group, group != account.group, group != String(account.groupID) {
      note("--gid", group, "group \(account.group) to \(group)")
    }
    if let shell, shell != account.shell { note("--shell", shell, "shell \(account.shell) to \(shell)") }
    if let home, home.string != account.home {
      note("--home", home.string, "home \(account.home) to \(home)")
    }
    if let comment, comment != account.comment { note("--comment", comment, "comment '\(comment)'") }
    guard let groups else { return (options, words) }
    let (wanted, present) = (Set(groups).subtracting([account.group]), Set(account.groups))
    let final = appends ? wanted.union(present) : wanted
    guard final != present else { return (options, words) }
    let added = final.subtracting(present).sorted().map { "+\($0)" }
    let removed = present.subtracting(final).sorted().map { "-\($0)" }
    note(
      "--groups", final.sorted().joined(separator: ","), "groups \((added + removed).joined(separator: " "))")
    return (options, words)
  }

  private func commands(_ lines: [String], password: Text?) -> Text {
    var script = Text((["set -eu"] + lines).joined(separator: "\n"))
    if let password {
      script.append("\nchpasswd -e <<'end of password'\n\(name):\(password)\nend of password")
    }
    return script
  }
}

extension Parameters {
  /// A name that useradd and groupadd take.
  mutating func checkAccountName(_ name: String, at parameter: String) {
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-.$"
    if name.isEmpty || name.hasPrefix("-") || name.count > 32 || !name.allSatisfy({ letters.contains($0) }) {
      reject("'\(name)' is not the name of an account", at: parameter)
    }
  }
}

extension Diagnostic {
  fileprivate static func unreadableShadow(_ errors: String) -> Diagnostic {
    Diagnostic(
      .unreadable, "the password database cannot be read",
      notes: errors.split(separator: "\n").suffix(3).map(String.init), hint: "give the step 'become: true'")
  }
}
