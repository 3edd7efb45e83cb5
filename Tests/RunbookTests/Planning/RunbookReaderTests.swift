import Runbook
import Support
import Testing

/// A runbook that cannot be read, and what is said about it. ① marks the place.
struct WrongRunbook: Sendable, CustomTestStringConvertible {
  let text: String
  let message: String
  let hint: String?

  init(_ text: String, _ message: String, hint: String? = nil) {
    self.text = text
    self.message = message
    self.hint = hint
  }

  /// The same below the head of a runbook.
  init(steps: String, _ message: String, hint: String? = nil) {
    self.init("hosts: all\nsteps:\n" + steps, message, hint: hint)
  }

  var testDescription: String { message }
}

private let wrong: [WrongRunbook] = [
  // The top.
  WrongRunbook(
    "①- hosts: all\n  tasks: []", "a runbook is one map, this is a list of plays",
    hint: "write 'hosts:' and 'steps:' at the top, and one 'phase:' for each play"),
  WrongRunbook(
    "①- directory: /srv", "a runbook is a map, this is a list",
    hint: "put 'hosts:' above it and the list under 'steps:'"),
  WrongRunbook("①steps: []", "'hosts' is missing", hint: "write 'hosts: all' to run on every host"),
  WrongRunbook("①hosts: all", "'steps' is missing"),
  WrongRunbook(
    "hosts: all\n①tasks: []\nsteps: []", "unknown key 'tasks' of a runbook", hint: "write 'steps:'"),
  WrongRunbook(
    "hosts: all\n①gather_facts: no\nsteps: []", "unknown key 'gather_facts' of a runbook",
    hint: "leave it out: facts are there when a step uses them"),
  WrongRunbook(
    "hosts: all\n①nam: x\nsteps: []", "unknown key 'nam' of a runbook", hint: "did you mean 'name'?"),
  WrongRunbook("hosts: all\nbecome: ①maybe\nsteps: []", "'become': expected true or false, found text"),
  WrongRunbook(
    "hosts: ①\"{{ target }}\"\nsteps: []", "'hosts' takes no expression: it must be known before the run"),
  WrongRunbook(
    "hosts: all\nsteps: ①{ directory: /srv }", "'steps' is a list, this is a map",
    hint: "put '- ' before each step"),
  WrongRunbook("hosts: all\nvars: ①[a]\nsteps: []", "'vars': expected a map, found a list"),
  // Kinds.
  WrongRunbook(steps: "  - ①atp: { packages: [jq] }", "unknown step kind 'atp'", hint: "did you mean 'apt'?"),
  WrongRunbook(steps: "  - ①copy: { src: a, dest: /b }", "unknown step kind 'copy'", hint: "write 'file:'"),
  WrongRunbook(
    steps: "  - ①ansible.builtin.apt: { name: jq }", "unknown step kind 'ansible.builtin.apt'",
    hint: "write 'apt:'"),
  WrongRunbook(
    steps: "  - name: x\n    ①frobnicate: {}", "unknown step kind 'frobnicate'",
    hint: "'runbook help step' lists the kinds"),
  WrongRunbook(
    steps: "  - ①name: nothing to do", "a step without a step kind",
    hint: "'runbook help step' lists the kinds"),
  WrongRunbook(
    steps: "  - apt: { packages: [jq] }\n    ①directory: /srv",
    "two step kinds in one step: 'apt' and 'directory'", hint: "begin a new step: put '- ' before 'directory'"
  ),
  WrongRunbook(
    steps: "  - apt: ①name=jq", "'apt' takes a map of parameters, this is text",
    hint: "write 'apt: { name: jq }'"),
  WrongRunbook(steps: "  - ①directory /srv", "a step is a map, this is text", hint: "write '- directory: …'"),
  // Keys of a step.
  WrongRunbook(
    steps: "  - directory: /srv\n    ①wehn: true", "unknown key 'wehn' of a step",
    hint: "did you mean 'when'?"),
  WrongRunbook(
    steps: "  - directory: /srv\n    ①with_items: [a]", "unknown key 'with_items' of a step",
    hint: "write 'for_each:'"),
  WrongRunbook(
    steps: "  - directory: /srv\n    ①ignore_errors: true", "unknown key 'ignore_errors' of a step",
    hint: "write 'allow_failure: true'"),
  WrongRunbook(
    steps: "  - directory: /srv\n    ①delegate_to: localhost", "unknown key 'delegate_to' of a step",
    hint: "write 'delegate: control' for a step on the control machine"),
  WrongRunbook(
    steps: "  - directory: /srv\n    delegate: ①localhost", "'localhost' is not a place to delegate to",
    hint: "write 'delegate: control'"),
  WrongRunbook(
    steps: "  - id: ①a b\n    directory: /srv", "'a b' cannot be used as 'id'",
    hint: "use letters, digits, '-', '_' and '.'"),
  WrongRunbook(
    steps: "  - register: ①my-result\n    directory: /srv", "'my-result' cannot be used as 'register'",
    hint: "use letters, digits and '_', not beginning with a digit"),
  WrongRunbook(
    steps: "  - { id: a, directory: /a }\n  - { id: ①a, directory: /b }", "the id 'a' is given twice"),
  WrongRunbook(
    steps: "  - directory: /srv\n    timeout: ①soon", "'timeout': 'soon' is not a duration",
    hint: "write it like 90s, 2m or 1h30m"),
  WrongRunbook(steps: "  - directory: /srv\n    retry: { ①tries: 3 }", "unknown key 'tries' of 'retry'"),
  WrongRunbook(
    steps: "  - directory: /srv\n    retry: ①0", "'retry': 0 tries are none",
    hint: "it counts the tries in all"),
  WrongRunbook(
    steps: "  - directory: /srv\n    on_interrupt: ①rerunn", "'rerunn' is none of 'rerun', 'fail', 'ask'",
    hint: "did you mean 'rerun'?"),
  WrongRunbook(
    steps: "  - directory: /srv\n    become_method: ①pbrun", "'pbrun' is none of 'sudo', 'su', 'doas'"),
  WrongRunbook(
    steps: "  - directory: /srv\n    tags: ①\"{{ t }}\"",
    "'tags' takes no expression: it must be known before the run"),
  // Phases and includes.
  WrongRunbook(steps: "  - ①phase: Empty", "'steps' is missing"),
  WrongRunbook(
    steps: "  - phase: P\n    ①stpes: []\n    steps: []", "unknown key 'stpes' of a phase",
    hint: "did you mean 'steps'?"),
  WrongRunbook(
    steps: "  - ①block:\n      - directory: /srv", "unknown key 'block' of a step",
    hint: "write 'phase: NAME' with 'steps:'"),
  WrongRunbook(
    steps: "  - include: ①\"{{ distro }}.yml\"", "the name of an included file may not be computed",
    hint: "include each file by its name, with a 'when' that chooses"),
  WrongRunbook(steps: "  - include: ①gone.yml", "there is no file 'gone.yml' to include"),
  WrongRunbook(
    steps: "  - ①include_tasks: x.yml", "unknown key 'include_tasks' of a step", hint: "write 'include:'"),
]

@Suite struct RunbookReaderTests {
  private func read(_ text: MarkedText) throws(Diagnostics) -> RunbookDocument {
    try RunbookReader(registry: SampleKinds.registry, projectFolder: "/nowhere").read(text.file)
  }

  @Test(arguments: wrong) func aWrongRunbookIsNamedWhereItIsWrong(_ test: WrongRunbook) throws {
    let marked = MarkedText(test.text)
    let error = #expect(throws: Diagnostics.self) { try read(marked) }
    let faults = error?.all ?? []
    #expect(faults.map { $0.message } == [test.message])
    #expect(faults.first?.position == marked["①"])
    #expect(faults.first?.hint == test.hint)
  }

  @Test func allFaultsAreToldTogetherInTheOrderOfTheirPlaces() throws {
    let marked = MarkedText(
      """
      hosts: all
      ①colour: red
      steps:
        - ②atp: {}
        - directory: /srv
          ③wehn: true
      """)
    let error = #expect(throws: Diagnostics.self) { try read(marked) }
    #expect(error?.all.map { $0.position } == [marked["①"], marked["②"], marked["③"]])
  }

  @Test func everyKeyOfAStepIsRead() throws {
    let document = try read(
      MarkedText(
        """
        hosts: [web, db]
        become: yes
        steps:
          - id: all-keys
            name: "Make {{ item }}"
            directory: /srv
            when: [a, b]
            needs: other@db
            hosts: web
            run_once: true
            for_each: [1, 2]
            loop_label: "{{ n }}"
            loop_var: n
            register: made
            retry: { attempts: 5, delay: 10s }
            until: result.ok
            timeout: 2m
            notify: restart
            tags: "one, two"
            become_user: app
            become_method: su
            environment: { A: b }
            allow_failure: true
            on_interrupt: rerun
            delegate: control
            changed_when: false
            failed_when: result.rc > 1
            vars: { x: 1 }
          - { id: other, directory: /opt }
        handlers:
          - { id: restart, command: restart }
        """))
    #expect(document.hosts == "web,db")
    guard case .step(let spec) = document.items.first else { throw WrongItem() }
    #expect(spec.id == "all-keys" && spec.hasGivenID && spec.kind == "directory")
    #expect(
      spec.conditions.count == 2 && spec.needs?.first?.id == "other" && spec.needs?.first?.hosts == "db")
    #expect(spec.hostPatterns.map { $0.pattern } == ["web"] && spec.runsOnce && spec.loopVariable == "n")
    #expect(spec.register == "made" && spec.retry == RetrySpec(attempts: 5, delay: .seconds(10)))
    #expect(spec.timeout == .seconds(120) && spec.notify.map { $0.name } == ["restart"])
    #expect(spec.tags == ["one", "two"] && spec.become == BecomeSpec(isOn: true, user: "app", method: .su))
    #expect(spec.environment.map { $0.key } == ["A"] && spec.allowsFailure && spec.onInterrupt == .rerun)
    #expect(spec.isDelegated && spec.changedWhen != nil && spec.failedWhen != nil && spec.until != nil)
    #expect(spec.variables.map { $0.entries.map { $0.key } } == [["x"]] && spec.forEach != nil)
    #expect(document.handlers.map { $0.id } == ["restart"])
  }

  @Test func aPhaseHandsItsKeysToItsSteps() throws {
    let document = try read(
      MarkedText(
        """
        hosts: all
        tags: base
        environment: { A: "1", B: "1" }
        steps:
          - phase: Outer
            id: outer
            when: outer
            become: true
            hosts: web
            environment: { B: "2" }
            steps:
              - phase: Inner
                tags: [inner]
                needs: []
                steps:
                  - { directory: /srv, when: own, tags: own, become: false }
            rescue:
              - directory: /tmp/x
        """))
    guard case .phase(let outer) = document.items.first, case .phase(let inner) = outer.steps.first,
      case .step(let step) = inner.steps.first, case .step(let rescue) = outer.rescue.first
    else { throw WrongItem() }
    #expect(outer.id == "outer" && outer.name == "Outer" && inner.needs?.isEmpty == true)
    #expect(step.conditions.count == 2 && step.tags == ["base", "inner", "own"] && step.become.isOn == false)
    #expect(step.environment.map { $0.key } == ["A", "B"] && rescue.become.isOn == true)
    #expect(rescue.tags == ["base"] && rescue.id == "directory-2")
  }

  @Test func untilWithoutRetryTriesThreeTimes() throws {
    let document = try read(MarkedText("hosts: all\nsteps:\n  - { command: x, until: result.ok }"))
    guard case .step(let step) = document.items.first else { throw WrongItem() }
    #expect(step.retry == RetrySpec(attempts: 3, delay: .seconds(5)))
  }
}

struct WrongItem: Error {}
