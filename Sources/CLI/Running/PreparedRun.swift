import Runbook
import Steps

/// A runbook that was read and checked, ready to be planned or applied. Nothing has been contacted.
struct PreparedRun: Sendable {
  var project: Project
  var document: RunbookDocument
  var graph: Graph
  var arguments: RunArguments
  var scopes: HostScopes

  /// Every fault that can be found before a host is contacted is thrown here.
  init(
    _ invocation: Invocation, document: RunbookDocument, project: Project, arguments: RunArguments
  ) throws(Diagnostics) {
    self.project = project
    self.arguments = arguments
    self.document = document
    let inventory = project.inventory
    let builder = GraphBuilder { (pattern, position) throws(Diagnostic) in
      try inventory.hosts(matching: pattern, at: position).map { $0.name }
    }
    graph = try builder.build(document, Self.selection(arguments, project))
    let scopes = try HostScopes(project, document, hosts: graph.hosts)
    self.scopes = scopes
    let check = StaticCheck(
      registry: .standard,
      environment: TemplateEnvironment(folders: [project.folder], keyring: project.secrets)
    ) { scopes.scope(of: $0, promises: $1) }
    let faults = check.faults(in: graph)
    if !faults.isEmpty { throw Diagnostics(faults) }
  }

  /// From the command line.
  init(_ invocation: Invocation, runbook: String) throws(Diagnostics) {
    do throws(Diagnostic) {
      guard try LocalFile.kind(runbook) == .file else { throw .noRunbook(runbook) }
    } catch {
      throw .one(error)
    }
    let words = invocation.arguments
    let project = try Project(invocation, runbook: runbook)
    var arguments = RunArguments(
      runbook: project.kept(runbook),
      inventory: project.sources.map { $0.contains(",") ? $0 : project.kept($0) }, limit: words.text(.limit),
      tags: words.words(.tags), skipTags: words.words(.skipTags), startAt: words.text(.startAt))
    arguments.extraVariables = project.extraVariables
    let document = try RunbookReader(registry: .standard, projectFolder: project.folder).read(runbook)
    try self.init(invocation, document: document, project: project, arguments: arguments)
  }

  /// What a run or a saved plan was asked to do, in a project that was opened without an inventory.
  init(_ invocation: Invocation, going arguments: RunArguments, in opened: Project) throws(Diagnostics) {
    let runbook = Project.found(arguments.runbook, in: opened.folder)
    let sources = arguments.inventory.map { $0.contains(",") ? $0 : Project.found($0, in: opened.folder) }
    let project = try opened.reopened(runbook: runbook, sources: sources, extras: arguments.extraVariables)
    let document = try RunbookReader(registry: .standard, projectFolder: project.folder).read(runbook)
    try self.init(invocation, document: document, project: project, arguments: arguments)
  }

  private static func selection(
    _ arguments: RunArguments, _ project: Project
  ) throws(Diagnostics) -> GraphBuilder.Selection {
    let limit: [String]? =
      if let pattern = arguments.limit { try project.hosts(pattern).map { $0.name } } else { nil }
    return GraphBuilder.Selection(
      limit: limit, tags: arguments.tags, skipTags: arguments.skipTags, startAt: arguments.startAt)
  }

  /// All that the engine needs.
  func input(_ invocation: Invocation, observer: RunObserver) -> EngineInput {
    let (scopes, project) = (scopes, project)
    var input = EngineInput(
      document: document, graph: graph, registry: .standard, scope: { scopes.scope($0) },
      machine: { (host) throws(Diagnostic) in try project.machine(host, scopes) },
      control: { project.controlMachine($0) }, keyring: project.secrets, arguments: arguments,
      projectFolder: project.folder, stateFolder: project.stateFolder)
    input.version = VersionCommand.number
    input.become = { (host) throws(Diagnostic) in try project.connection(host, scopes).become }
    input.journalPassword = { project.keyring.sealingPassword() }
    let console = invocation.console
    input.holdsSecret = { console.scrub($0) != $0 }
    input.options.forks = project.configuration.number(.forks)
    input.options.hostStateFolder = project.configuration.text(.hostStateFolder)
    input.options.saysYes = invocation.arguments.has(.yes)
    input.options.asksEachStep = invocation.arguments.has(.step)
    input.events = { observer.receive($0) }
    input.ask = { await observer.ask($0, $1) }
    return input
  }
}

extension Diagnostic {
  static func noRunbook(_ path: String) -> Diagnostic {
    let folder = LocalFile.parent(of: path)
    // A hint is all that the listing is for: a folder that cannot be listed gives none.
    let names = ((try? LocalFile.list(folder)) ?? []).filter { $0.hasSuffix(".yml") || $0.hasSuffix(".yaml") }
    let name = path.split(separator: "/").last.map { String($0) } ?? path
    let nearest = nearestName(to: name, among: names).map { LocalFile.join(folder, $0) }
    return Diagnostic(
      .missing, "there is no runbook '\(path)'", hint: nearest.map { "did you mean '\($0)'?" })
  }
}
