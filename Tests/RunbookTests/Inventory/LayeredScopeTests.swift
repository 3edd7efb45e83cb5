import Runbook
import Support
import Synchronization
import Testing

@Suite struct LayeredScopeTests {
  private func layer(_ rank: VariableRank, _ yaml: String, path: String = "vars.yml") throws -> VariableLayer
  {
    let file = SourceFile(path: path, text: yaml)
    guard case .mapping(let entries) = try #require(try YAMLReader.read(file)).content else {
      throw Diagnostic(.syntax, "no mapping")
    }
    return VariableLayer(rank, title: path, entries)
  }

  private func scope(_ layers: VariableLayer...) -> LayeredScope {
    LayeredScope(layers, keyring: CapitalKeyring())
  }

  private func fault(_ scope: LayeredScope, _ name: String) -> Diagnostic? {
    do throws(EvaluationFault) {
      _ = try scope.value(of: name)
      return nil
    } catch {
      guard case .diagnostic(let diagnostic) = error else { return nil }
      return diagnostic
    }
  }

  @Test func everyRankWinsOverThoseBeforeIt() throws {
    let ranks = VariableRank.allCases
    for (place, rank) in ranks.enumerated() {
      // In any order of writing.
      let layers = ranks[...place].reversed().map {
        VariableLayer($0, title: "\($0)", ["x": .string("\($0)")])
      }
      #expect(try LayeredScope(layers, keyring: CapitalKeyring()).value(of: "x") == .string("\(rank)"))
    }
  }

  @Test func rankHoldsHoweverScopesAreStacked() throws {
    let base = scope(VariableLayer(.extra, title: "e", ["x": .string("extra"), "z": .int(1)]))
    let upper = base.adding([VariableLayer(.step, title: "s", ["x": .string("step"), "y": .string("step")])])
    #expect(try upper.value(of: "x") == .string("extra"))
    #expect(try upper.value(of: "y") == .string("step"))
    #expect(upper.names == ["x", "y", "z"])
    #expect(try upper.value(of: "none") == nil)
  }

  @Test func laterLayerOfOneRankWins() throws {
    let scope = scope(
      VariableLayer(.varsFiles, title: "a", ["x": .int(1)]),
      VariableLayer(.varsFiles, title: "b", ["x": .int(2)]))
    #expect(try scope.value(of: "x") == .int(2))
    #expect(scope.origins(of: "x").map { $0.title } == ["a", "b"])
  }

  @Test func templateSeesTheHighestDefinitionWhereverItStands() throws {
    let base = scope(
      try layer(
        .groupVars, "url: \"http://{{ domain }}/\"\ndomain: low.lan\nfixed: \"{{ other }}\"\nother: 1"))
    #expect(try base.value(of: "url") == .string("http://low.lan/"))
    let upper = base.adding([try layer(.step, "domain: high.lan")])
    #expect(try upper.value(of: "url") == .string("http://high.lan/"))
    #expect(try upper.value(of: "fixed") == .int(1))
    #expect(try base.value(of: "url") == .string("http://low.lan/"))
  }

  @Test func nameThatOnlyTheUpperScopeHasIsFoundFromBelow() throws {
    let base = scope(try layer(.groupVars, "greeting: \"hello {{ item }}\""))
    #expect(fault(base, "greeting")?.code == .undefined)
    let upper = base.adding([VariableLayer(.loop, title: "loop", ["item": .string("you")])])
    #expect(try upper.value(of: "greeting") == .string("hello you"))
  }

  @Test func variableIsEvaluatedOnce() throws {
    final class CountingKeyring: VaultDecrypting {
      let count = Mutex(0)
      func decrypt(_ text: String, at position: SourcePosition) throws(Diagnostic) -> String {
        count.withLock { $0 += 1 }
        return "secret"
      }
    }
    let keyring = CountingKeyring()
    let base = LayeredScope([try layer(.groupVars, "a: !vault x\nb: \"{{ a }}{{ a }}\"")], keyring: keyring)
    for number in 0..<20 {
      let upper = base.adding([VariableLayer(.loop, title: "loop", ["item": .int(number)])])
      #expect(try upper.value(of: "b")?.isSecret == true)
    }
    #expect(keyring.count.withLock { $0 } == 1)
  }

  @Test func deepStacksStayWhole() throws {
    var scope = scope(VariableLayer(.runbook, title: "r", ["x": .int(-1), "base": .int(7)]))
    for number in 0..<50 {
      scope = scope.adding([
        VariableLayer(.assigned, title: "set", ["x": .int(number), "n\(number)": .int(number)])
      ])
    }
    #expect(try scope.value(of: "x") == .int(49))
    #expect(try scope.value(of: "n0") == .int(0))
    #expect(try scope.value(of: "base") == .int(7))
    #expect(scope.origins(of: "x").count == 51)
  }

  @Test func circleIsPrintedAsOne() throws {
    let marked = MarkedText(
      "a: ①\"{{ b }}\"\nb: ②\"{{ c }}\"\nc: ③\"{{ a }}\"\nd: ④\"{{ a }}\"\n", path: "vars.yml")
    guard case .mapping(let entries) = try #require(try YAMLReader.read(marked.file)).content else { return }
    let scope = scope(VariableLayer(.groupVars, title: "vars.yml", entries))
    let found = try #require(fault(scope, "a"))
    #expect(found.code == .cycle)
    #expect(found.message == "the variable 'a' needs itself: a → b → c → a")
    #expect(found.position == marked["①"])
    #expect(fault(scope, "d")?.message == "the variable 'a' needs itself: a → b → c → a")
    #expect(fault(scope, "b")?.message == "the variable 'b' needs itself: b → c → a → b")
  }

  @Test func variableThatIsItsOwnOnlyDefinitionIsACircle() throws {
    let scope = scope(try layer(.groupVars, "a: \"{{ a }}\""))
    #expect(fault(scope, "a")?.message == "the variable 'a' needs itself: a → a")
  }

  @Test func ownNameMeansWhatTheLowerLayerHas() throws {
    let base = scope(try layer(.groupVars, "path: /srv"), try layer(.hostVars, "path: \"{{ path }}/host\""))
    #expect(try base.value(of: "path") == .string("/srv/host"))
    let upper = base.adding([try layer(.include, "path: \"{{ path }}/part\"")])
    #expect(try upper.value(of: "path") == .string("/srv/host/part"))
    let top = upper.adding([try layer(.groupVarsAll, "path: unused")])
    #expect(try top.value(of: "path") == .string("/srv/host/part"))
  }

  @Test func chainToAnUndefinedNameIsShown() throws {
    let scope = scope(
      try layer(
        .groupVars, "a: \"{{ b }}\"\nb: \"{{ c }}\"\nc: \"{{ missing }}\"\n", path: "group_vars/all.yml"))
    let found = try #require(fault(scope, "a"))
    #expect(found.code == .undefined)
    #expect(found.position?.line == 3)
    #expect(
      found.notes.suffix(2) == [
        "'b' uses 'c' at group_vars/all.yml:2:4", "'a' uses 'b' at group_vars/all.yml:1:4",
      ])
  }

  @Test func whatIsNotKnownYetSaysSo() throws {
    let facts = VariableLayer(.facts, title: "facts", []) { $0 == "facts" ? "the facts of host01" : nil }
    let scope = scope(facts, try layer(.groupVars, "a: \"{{ facts.x }}\"\nb: 1"))
    do throws(EvaluationFault) {
      _ = try scope.value(of: "a")
      Issue.record("it has a value")
    } catch {
      guard case .pending(let reason) = error else { throw error }
      #expect(reason == "the facts of host01")
    }
    #expect(try scope.value(of: "b") == .int(1))
    let known = scope.adding([VariableLayer(.facts, title: "facts", ["facts": .map(["x": .int(5)])])])
    #expect(try known.value(of: "a") == .int(5))
  }

  @Test func higherLayerNeedsNoWaiting() throws {
    let facts = VariableLayer(.facts, title: "facts", []) { _ in "the facts of host01" }
    let scope = scope(
      facts, VariableLayer(.extra, title: "-e", ["x": .int(1)]),
      VariableLayer(.groupVars, title: "g", ["y": .int(1)]))
    #expect(try scope.value(of: "x") == .int(1))
    #expect(throws: EvaluationFault.self) { try scope.value(of: "y") }
  }

  @Test func vaultedValuesAreSecretUnderTheirOwnNames() throws {
    let scope = scope(
      try layer(.groupVars, "pw: !vault abc\nmap: { inner: !vault def }\nurl: \"x:{{ pw }}@y\""))
    #expect(try scope.value(of: "pw") == .string(Text(secret: "ABC", label: "pw")))
    #expect(try scope.value(of: "map")?["inner"]?.text?.description == "‹inner›")
    #expect(try scope.value(of: "url")?.text?.description == "x:‹pw›@y")
  }

  @Test func everyTextOfADecryptedFileIsSecret() throws {
    var entries = try layer(.groupVars, "pw: abc\nport: 25\nlist: [a, { b: c }]")
    entries.variables = entries.variables.map {
      Variable($0.name, $0.definition, at: $0.position, isSecret: true)
    }
    let scope = scope(entries)
    #expect(try scope.value(of: "pw") == .string(Text(secret: "abc", label: "pw")))
    #expect(try scope.value(of: "list")?.json() == #"["‹list›",{"b":"‹list›"}]"#)
  }
}
