/// A key of the language itself, as the manual, the JSON Schema and the reader know it.
public struct CommonKey: Sendable {
  public let name: String
  /// What it takes, in the manual's words.
  public let type: String
  public let words: String

  init(_ name: String, _ type: String, _ words: String) {
    self.name = name
    self.type = type
    self.words = words
  }

  /// What every step takes beside its kind.
  public static let step: [CommonKey] = [
    CommonKey(
      "id", "name", "What `needs`, `notify` and the journal call it; letters, digits, `-`, `_` and `.`."),
    CommonKey("name", "text", "What people read; may hold expressions."),
    CommonKey("when", "condition or list", "Runs only where all hold."),
    CommonKey("needs", "list of ids", "`id`, `id@host`, `id@group` or a phase; `[]` starts at once."),
    CommonKey("hosts", "host pattern", "Narrows the hosts of the runbook and the phase."),
    CommonKey("run_once", "true or false", "Runs on the first of its hosts only; all others wait for it."),
    CommonKey(
      "for_each", "list, map or number", "Runs once for each item: `item`, or `item.key` and `item.value`."),
    CommonKey("loop_label", "text", "What the plan calls an item."),
    CommonKey("loop_var", "name", "The name of the item in place of `item`."),
    CommonKey("register", "name", "The variable that holds what the step gives."),
    CommonKey("retry", "number or map", "`retry: 5`, or `retry: { attempts: 5, delay: 10s }`; tries in all."),
    CommonKey("until", "condition", "Tries again until it holds; `result` is what the step gave."),
    CommonKey("timeout", "duration", "Past it the step is ended and has failed."),
    CommonKey("notify", "list of handlers", "Handlers that run, once, where the step changed something."),
    CommonKey(
      "tags", "list of names", "What `--tags` and `--skip-tags` choose by; `always` and `never` are special."),
    CommonKey("become", "true or false", "Whether the step runs as another user."),
    CommonKey("become_user", "user name", "Which user; root where not given."),
    CommonKey("become_method", "`sudo`, `su`, `doas`", "How to become that user."),
    CommonKey("environment", "map of text", "Environment variables of its commands."),
    CommonKey("allow_failure", "true or false", "Whether the run goes on as if it had succeeded."),
    CommonKey(
      "on_interrupt", "`rerun`, `fail`, `ask`",
      "What resume does where it was under way and cannot be looked at."),
    CommonKey("delegate", "`control`", "Runs on the control machine, for the host."),
    CommonKey("changed_when", "condition", "Whether what it did counts as a change."),
    CommonKey("failed_when", "condition", "Whether it failed, in place of its status."),
    CommonKey("vars", "map", "Variables for this step."),
  ]

  /// What a phase takes.
  public static let phase: [CommonKey] = [
    CommonKey("phase", "text", "The heading."),
    CommonKey("id", "name", "What `needs` calls the phase, beside its heading."),
    CommonKey("steps", "list of steps", "Its steps; they may hold further phases."),
    CommonKey(
      "needs", "list of ids", "What must be done before any of its steps; without it, what stands before it."),
    CommonKey("when", "condition or list", "Holds for each of its steps."),
    CommonKey("hosts", "host pattern", "Narrows the hosts of all its steps."),
    CommonKey("run_once", "true or false", "Every step runs on the first of its hosts only."),
    CommonKey("become", "true or false", "For all its steps that do not say otherwise."),
    CommonKey("become_user", "user name", "For all its steps that do not say otherwise."),
    CommonKey("become_method", "`sudo`, `su`, `doas`", "For all its steps that do not say otherwise."),
    CommonKey("environment", "map of text", "For all its steps; their own adds to it."),
    CommonKey("tags", "list of names", "Added to those of its steps."),
    CommonKey("vars", "map", "Variables for its steps."),
    CommonKey(
      "secrets", "list of steps", "Run first; what they hold is removed after the phase, whatever happens."),
    CommonKey("verify", "list of steps", "Run once its steps are done; they assert."),
    CommonKey(
      "rescue", "list of steps", "Run on a host where one of its steps failed, which then counts as mended."),
    CommonKey("always", "list of steps", "Run at the end, whatever happened."),
    CommonKey("handlers", "list of steps", "Run at the end of the phase, where notified."),
  ]

  /// What an `include:` takes.
  public static let include: [CommonKey] = [
    CommonKey(
      "include", "path of a file", "A list of steps, relative to this file, the runbook or the project."),
    CommonKey("id", "name", "What `needs` calls all its steps; their own ids become `id/step`."),
    CommonKey("name", "text", "Makes it a heading, as a phase is."),
    CommonKey("vars", "map", "Variables for its steps."),
    CommonKey(
      "needs", "list of ids", "What must be done before any of its steps; without it, what stands before it."),
    CommonKey("when", "condition or list", "Holds for each of its steps."),
    CommonKey("hosts", "host pattern", "Narrows the hosts of all its steps."),
    CommonKey("run_once", "true or false", "Every step runs on the first of its hosts only."),
    CommonKey("become", "true or false", "For all its steps that do not say otherwise."),
    CommonKey("become_user", "user name", "For all its steps that do not say otherwise."),
    CommonKey("become_method", "`sudo`, `su`, `doas`", "For all its steps that do not say otherwise."),
    CommonKey("environment", "map of text", "For all its steps; their own adds to it."),
    CommonKey("tags", "list of names", "Added to those of its steps."),
  ]

  /// What a runbook takes at its top.
  public static let runbook: [CommonKey] = [
    CommonKey("name", "text", "What people read; the file's name where not given."),
    CommonKey("hosts", "host pattern", "The hosts that it is about. Required."),
    CommonKey("become", "true or false", "For all steps that do not say otherwise."),
    CommonKey("become_user", "user name", "For all steps that do not say otherwise."),
    CommonKey("become_method", "`sudo`, `su`, `doas`", "For all steps that do not say otherwise."),
    CommonKey("environment", "map of text", "For all steps; their own adds to it."),
    CommonKey("tags", "list of names", "Added to those of all steps."),
    CommonKey("vars", "map", "Variables for the whole runbook."),
    CommonKey("vars_files", "list of paths", "Files of variables, relative to the runbook."),
    CommonKey("steps", "list of steps", "What shall be so, in order. Required."),
    CommonKey("handlers", "list of steps", "Run once at the end, where notified."),
  ]

  /// What an included file takes where it is a map and not a list of steps.
  public static let part: [CommonKey] = [
    CommonKey("name", "text", "For the reader of the file only."),
    CommonKey("vars", "map", "Variables for its steps, under those of the `include`."),
    CommonKey("steps", "list of steps", "Its steps. Required."),
    CommonKey("handlers", "list of steps", "Handlers that it brings along."),
  ]
}
