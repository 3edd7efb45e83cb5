import Runbook
import Support
import Testing

/// A keyring whose every secret is the text turned round.
private struct MirrorKeyring: VaultDecrypting {
  func decrypt(_ text: String, at position: SourcePosition) throws(Diagnostic) -> String {
    String(text.reversed())
  }
}

/// Fixed values, and names that are not known yet.
struct PartlyKnownScope: Scope {
  var values: ValueMap
  var pending: [String: String] = [:]

  func value(of name: String) throws(EvaluationFault) -> Value? {
    if let reason = pending[name] { throw .pending(reason) }
    return values[name]
  }
  var names: [String] { values.keys + pending.keys }
}

/// The only step of a runbook.
func onlyStep(_ marked: MarkedText, project: String = "/nowhere") throws -> StepSpec {
  let document = try RunbookReader(registry: SampleKinds.registry, projectFolder: project).read(marked.file)
  guard case .step(let spec) = document.items.first, document.items.count == 1 else { throw WrongItem() }
  return spec
}

func decoded(
  _ text: String, _ values: ValueMap = [:], pending: [String: String] = [:], folders: [String]? = nil
) throws -> DecodedStep {
  var spec = try onlyStep(MarkedText("hosts: all\nsteps:\n" + text))
  if let folders { spec.folders = folders }
  return try decoded(spec, PartlyKnownScope(values: values, pending: pending))
}

private func decoded(_ spec: StepSpec, _ scope: any Scope) throws -> DecodedStep {
  let environment = TemplateEnvironment(folders: spec.folders, keyring: MirrorKeyring())
  return StepDecoder.decode(
    spec: spec, kind: try #require(SampleKinds.registry[spec.kind]),
    evaluator: NodeEvaluator(scope: scope, environment: environment),
    context: DecodingContext(host: "h", scope: scope, folders: spec.folders, environment: environment))
}

@Suite struct StepDecoderTests {
  @Test func aStepIsDecodedWithItsVariables() throws {
    let step = try decoded("  - directory: { path: \"/srv/{{ name }}\", mode: 0750 }", ["name": "app"])
    #expect(step.faults == [] && step.pending == [])
    #expect(step.step?.title == "directory /srv/app" && step.title == "directory /srv/app")
    #expect(step.step?.queries == [.status("/srv/app")] && step.step?.isObservable == true)
  }

  @Test func aNativeListGoesToAParameterAsAList() throws {
    let step = try decoded("  - apt: { packages: \"{{ names }}\" }", ["names": ["jq", "git"]])
    #expect(step.title == "packages jq, git" && step.step?.isObservable == false)
  }

  @Test func aBareValueGoesToTheShorthand() throws {
    #expect(try decoded("  - directory: /srv").title == "directory /srv")
    let fault = try decoded("  - directory: [/a, /b]").faults.first
    #expect(fault?.message == "expected text, found a list")
  }

  @Test func allFaultsOfAStepAreFoundInOneGo() throws {
    let step = try decoded("  - directory: { paht: /srv, mode: 99 }")
    #expect(step.step == nil)
    #expect(
      Set(step.faults.map { $0.message }) == [
        "'path' is missing", "'99' is not a mode", "unknown parameter 'paht' of 'directory'",
      ])
    #expect(step.faults.compactMap { $0.hint }.contains("did you mean 'path'?"))
  }

  @Test func aWordOfHabitIsAnsweredWithWhatItIsCalledHere() throws {
    let fault = try decoded("  - apt: { name: jq }").faults.first { $0.code == .unknownName }
    #expect(
      fault?.message == "unknown parameter 'name' of 'apt'" && fault?.hint == "did you mean 'packages'?")
  }

  @Test func whatWaitsIsNamedAndKeepsTheStepBack() throws {
    let step = try decoded(
      "  - directory: \"{{ head.output }}\"", pending: ["head": "what step 'head' gives"])
    #expect(step.step == nil && step.faults == [] && step.pending == ["what step 'head' gives"])
    #expect(step.title == "directory")
  }

  @Test func aNameThatWaitsStandsAsWritten() throws {
    let step = try decoded(
      "  - { name: \"for {{ x }}\", directory: /srv }", pending: ["x": "the facts of h"])
    #expect(step.step != nil && step.title == "for {{ x }}" && step.pending == [])
    #expect(try decoded("  - { name: \"for {{ x }}\", directory: /srv }", ["x": "me"]).title == "for me")
  }

  @Test func anUndefinedNameIsAFaultWhereItStands() throws {
    let marked = MarkedText("hosts: all\nsteps:\n  - directory: \"①/srv/{{ nmae }}\"")
    let step = try decoded(try onlyStep(marked), PartlyKnownScope(values: ["name": "x"]))
    #expect(step.step == nil && step.faults.map { $0.code } == [.undefined])
    #expect(step.faults.first?.position?.line == 3 && step.faults.first?.hint?.contains("name") == true)
  }

  @Test func surroundingsAreEvaluatedAndPartOfTheFingerprint() throws {
    let text = "  - { command: x, become_user: \"{{ who }}\", environment: { A: \"{{ who }}\" } }"
    let step = try decoded(text, ["who": "app"])
    #expect(step.become.user == "app" && step.environment.map { $0.value } == ["app"])
    #expect(step.fingerprintMaterial != (try decoded(text, ["who": "other"])).fingerprintMaterial)
  }

  @Test func theFingerprintIsThatOfTheValuesNotOfTheirPlaces() throws {
    let one = try decoded("  - directory: { path: /srv, mode: \"0755\" }")
    let moved = try decoded(
      "\n\n  - directory:\n      mode: \"{{ m }}\"\n      path: \"{{ p }}\"", ["m": "0755", "p": "/srv"])
    let other = try decoded("  - directory: { path: /srv, mode: \"0700\" }")
    #expect(one.fingerprintMaterial == moved.fingerprintMaterial)
    #expect(one.fingerprintMaterial != other.fingerprintMaterial)
    #expect(one.material.map { $0.name } == ["", "mode", "path"])
  }

  @Test func valuesThatRunTogetherDifferInTheFingerprint() throws {
    let one = try decoded("  - apt: { packages: [ab, c] }")
    let other = try decoded("  - apt: { packages: [a, bc] }")
    #expect(one.fingerprintMaterial != other.fingerprintMaterial)
  }

  @Test func conditionsOfAParameterAreEvaluated() throws {
    #expect(try decoded("  - assert: [x > 1, true]", ["x": .int(2)]).title == "assert x > 1 and true")
    #expect(try decoded("  - assert: x > 1", pending: ["x": "later"]).pending == ["later"])
    #expect(try decoded("  - assert: y > 1").faults.map { $0.code } == [.undefined])
  }

  @Test func aLocalFileIsFoundInTheFoldersOfTheStepAndReadForTheFingerprint() throws {
    let folder = try SampleFolder(["files/motd": "hello\n", "plain": "there\n"])
    let first = try decoded("  - file: { path: /m, source: motd }", folders: [folder.path])
    #expect(first.faults == [] && first.material.map { $0.name } == ["", "path", "source", "file motd"])
    #expect(
      try decoded("  - file: { path: /m, source: plain }", folders: ["/gone", folder.path]).faults == [])
    let fault = try decoded("  - file: { path: /m, source: nothing }", folders: [folder.path]).faults.first
    #expect(fault?.message == "there is no local file 'nothing'" && fault?.code == .missing)
    #expect(fault?.notes == ["looked for '\(folder.path)/nothing', '\(folder.path)/files/nothing'"])
  }

  @Test func aTemplateIsRenderedWithTheStepsVariables() throws {
    let folder = try SampleFolder([
      "templates/a.j2": "x={{ x }}\n", "bad.j2": "one\n{{ nope }}\n", "syntax.j2": "{% if %}",
    ])
    let step = try decoded("  - template: { path: /m, source: a.j2 }", ["x": .int(5)], folders: [folder.path])
    #expect(step.title == "template /m: x=5\n")
    let undefined = try decoded("  - template: { path: /m, source: bad.j2 }", folders: [folder.path]).faults
      .first
    #expect(undefined?.code == .undefined && undefined?.position?.file.path == "\(folder.path)/bad.j2")
    #expect(undefined?.position?.line == 2 && undefined?.notes.last == "it is used at test.yml:3:35")
    #expect(
      try decoded("  - template: { path: /m, source: syntax.j2 }", folders: [folder.path]).faults.count == 1)
  }

  @Test func anOutputIsReadFromTheAnswers() throws {
    let step = try #require(try decoded("  - directory: /srv").step)
    var answers = FactAnswers([.status("/srv"): .status(nil)])
    #expect(try step.plan(answers)?.kind == .create)
    answers[.status("/srv")] = .status(FileStatus(kind: .directory, mode: 0o755))
    #expect(try step.plan(answers) == nil)
    #expect(try step.outputs(answers, []) == ["path": "/srv"])
  }
}

@Suite struct LoopItemsTests {
  private func items(_ loop: String, _ values: ValueMap = [:]) throws -> [LoopItem]? {
    let spec = try onlyStep(MarkedText("hosts: all\nsteps:\n  - { directory: /srv, for_each: \(loop) }"))
    return try LoopItems.evaluate(spec, in: PartlyKnownScope(values: values), keyring: MirrorKeyring())
  }

  @Test func aListAMapANumberAndNothingAreLoopedOver() throws {
    #expect(try items("[a, b]")?.map { $0.value } == ["a", "b"])
    #expect(
      try items("\"{{ list }}\"", ["list": [.int(1), .int(2)]])?.map { $0.value } == [.int(1), .int(2)])
    #expect(
      try items("{ x: 1, y: 2 }")?.map { $0.value } == [
        ["key": "x", "value": .int(1)], ["key": "y", "value": .int(2)],
      ])
    #expect(try items("3")?.map { $0.index } == [0, 1, 2])
    #expect(try items("[]")?.isEmpty == true)
    #expect(
      try LoopItems.evaluate(
        try onlyStep(MarkedText("hosts: all\nsteps: [{ directory: /srv }]")), in: ValueScope([:]),
        keyring: MirrorKeyring())
        == nil)
  }

  @Test func aBareNameIsAnsweredWithHowToWriteIt() throws {
    let fault = #expect(throws: EvaluationFault.self) { try items("env_files") }
    guard case .diagnostic(let diagnostic) = fault else { throw WrongItem() }
    #expect(diagnostic.message == "'for_each' wants a list, a map or a number, this is the text 'env_files'")
    #expect(diagnostic.hint == "write for_each: \"{{ env_files }}\" for a variable, or '[env_files]'")
  }

  @Test func anItemIsToldFromOthersByWhatNamesIt() throws {
    #expect(
      try items("[{ name: a }, { path: /b }, c, 4, [x]]")?.map { $0.identity } == ["a", "/b", "c", "4", "4"])
    #expect(try items("{ x: { name: n } }")?.map { $0.identity } == ["x"])
  }
}
