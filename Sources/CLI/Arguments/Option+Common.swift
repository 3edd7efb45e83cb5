extension Option {
  static let help = Option("help", short: "h", "Show the help of this command.")
  static let color = Option("color", value: "WHEN", "Colours: auto, always or never.")
  static let verbose = Option("verbose", short: "v", "Show steps with nothing to do, and what steps print.")
  static let json = Option("json", "Print JSON: one object for a plan, one a line for a run.")

  static let project = Option("project", value: "FOLDER", "The project's root; found upward where not given.")
  static let inventory = Option(
    "inventory", short: "i", value: "PATH", isRepeated: true,
    "An inventory file or folder, or a list of hosts with a comma.")
  static let limit = Option("limit", short: "l", value: "PATTERN", "Only these of the runbook's hosts.")
  static let extraVariables = Option(
    "extra-vars", short: "e", value: "VARS", isRepeated: true,
    "Variables above all others: k=v, @FILE, or JSON.")
  static let forks = Option("forks", short: "f", value: "N", "How many hosts at a time.")
  static let connectTimeout = Option("connect-timeout", value: "SECONDS", "How long a connection may take.")
  static let sshOption = Option(
    "ssh-option", value: "OPTION", isRepeated: true, "An option for every ssh: ProxyJump=bastion.")

  static let askVaultPassword = Option("ask-vault-pass", short: "J", "Ask for the vault password.")
  static let vaultPasswordFile = Option(
    "vault-password-file", value: "FILE", isRepeated: true,
    "A file or a program that gives the vault password.")
  static let vaultID = Option(
    "vault-id", value: "ID@SOURCE", isRepeated: true,
    "A vault password by name; SOURCE is a file, a program or prompt.")
  static let askBecomePassword = Option(
    "ask-become-pass", short: "K", "Ask for the password of sudo, su or doas.")
  static let become = Option(
    "become", short: "b", "Become another user on every host, root where nothing else is said.")

  static let tags = Option(
    "tags", short: "t", value: "TAGS", isRepeated: true, "Only steps with one of these tags.")
  static let skipTags = Option(
    "skip-tags", value: "TAGS", isRepeated: true, "No steps with one of these tags.")
  static let startAt = Option("start-at", value: "STEP", "Leave out what stands before this step.")
  static let listSteps = Option("list-steps", "List the steps, and do nothing.")
  static let listHosts = Option("list-hosts", "List the hosts, and do nothing.")
  static let listTags = Option("list-tags", "List the tags, and do nothing.")
  static let diff = Option("diff", short: "D", "Show the differences of files, also while applying.")
  static let noDiff = Option("no-diff", "Do not show the differences of files.")
  static let save = Option("save", value: "FILE", "Keep the plan, to be applied as it is.")
  static let plan = Option("plan", "Show what would be done, and do nothing.")
  static let yes = Option("yes", short: "y", "Do not ask.")
  static let step = Option("step", "Ask before each step that changes something.")
  static let check = Option("check", short: "C", "Not here: 'runbook plan' shows what would be done.")
  static let trace = Option("trace", value: "FILE", "Write every event with its time to a file, as JSON.")

  /// For commands that reach hosts or read the inventory.
  static let forProject: [Option] = [
    .project, .inventory, .extraVariables, .askVaultPassword, .vaultPasswordFile, .vaultID,
  ]
  /// For commands that reach hosts.
  static let forHosts: [Option] = [.forks, .connectTimeout, .sshOption, .become, .askBecomePassword]
  /// For commands that choose what of a runbook takes part.
  static let forSelection: [Option] = [
    .limit, .tags, .skipTags, .startAt, .listSteps, .listHosts, .listTags,
  ]
  /// For every command.
  static let everywhere: [Option] = [.color, .verbose, .help]
}
