import Runbook
import Support
import Testing

@Suite struct YAMLReaderTests {
  private func read(_ text: String) throws -> Node {
    try #require(try YAMLReader.read(SourceFile(path: "test.yml", text: text)))
  }

  private func scalar(_ node: Node?) throws -> Node.Scalar {
    guard case .scalar(let scalar) = try #require(node).content else {
      throw Diagnostic(.syntax, "not a scalar")
    }
    return scalar
  }

  @Test func positionsCoverWhatIsWritten() throws {
    let marked = MarkedText(
      "①name: ②Say hello # to all\nlist:\n  - ③\"quoted ü\"\n  - ④{ a: 1 }\n  - ⑤b: |\n      text\n")
    let node = try #require(try YAMLReader.read(marked.file))
    guard case .sequence(let items)? = node["list"]?.content else { throw Diagnostic(.syntax, "no list") }
    #expect(node.position == marked["①"])
    #expect(node.position.length == 4)
    #expect(node["name"]?.position == marked["②"])
    #expect(node["name"]?.position.length == 9)
    #expect(items[0].position == marked["③"])
    #expect(items[0].position.length == 10)
    #expect(items[1].position == marked["④"])
    #expect(items[1].position.length == 8)
    #expect(items[2].position == marked["⑤"])
    #expect(items[2]["b"]?.position.length == 1)
  }

  @Test func scalarOverSeveralLinesIsUnderlinedToItsFirstEnd() throws {
    let node = try read("a: one two\n  three\nb: 1\n")
    #expect(try scalar(node["a"]).text == "one two three")
    #expect(node["a"]?.position.length == 7)
  }

  @Test func plainAndQuotedScalarsAreToldApart() throws {
    let node = try read("a: no\nb: 'no'\nc: \"no\"\nd: |\n  no\ne: !!str no\nf: ! no\n")
    let plain = try ["a", "b", "c", "d", "e", "f"].map { try scalar(node[$0]).isPlain }
    #expect(plain == [true, false, false, false, false, false])
  }

  @Test func blockScalarsKeepAndFoldAsYAMLSays() throws {
    let node = try read(
      "a: |\n  one\n\n  two\n\nb: >-\n  one\n  two\n\n  three\nc: |+\n  x\n\nd: |2\n    y\n")
    #expect(try scalar(node["a"]).text == "one\n\ntwo\n")
    #expect(try scalar(node["b"]).text == "one two\nthree")
    #expect(try scalar(node["c"]).text == "x\n\n")
    #expect(try scalar(node["d"]).text == "  y\n")
  }

  @Test func byteOrderMarkAndWindowsLineEndsAreNoPartOfTheText() throws {
    let node = try read("\u{FEFF}a: |\r\n  one\r\n  two\r\nb: x\r\n")
    #expect(try scalar(node["a"]).text == "one\ntwo\n")
    #expect(node["b"]?.position.line == 4)
    #expect(node["b"]?.position.file.line(4) == "b: x")
  }

  @Test func emptyDocumentsAreNil() throws {
    for text in ["", "\n", "# only this\n", "---\n", "---\n...\n", "\u{FEFF}"] {
      #expect(try YAMLReader.read(SourceFile(path: "t", text: text)) == nil, "\(text.debugDescription)")
    }
    #expect(try YAMLReader.read(SourceFile(path: "t", text: "''")) != nil)
  }

  @Test func mergeKeysGiveWayToTheMappingsOwn() throws {
    let node = try read(
      """
      base: &base { a: 1, b: 2 }
      more: &more { b: 3, c: 4 }
      one: { <<: *base, b: 9 }
      two: { <<: [*base, *more], d: 5 }
      text: { "<<": 1 }
      """)
    let one = try #require(node["one"])
    #expect(try scalar(one["a"]).text == "1")
    #expect(try scalar(one["b"]).text == "9")
    let two = try #require(node["two"])
    #expect(try ["a", "b", "c", "d"].map { try scalar(two[$0]).text } == ["1", "2", "4", "5"])
    #expect(node["text"]?["<<"] != nil)
  }

  @Test func aliasesStandForTheirAnchors() throws {
    let node = try read("a: &x [1, 2]\nb: *x\nc: &k key\nd: { *k : 1 }\n")
    guard case .sequence(let items)? = node["b"]?.content else { throw Diagnostic(.syntax, "no list") }
    #expect(items.count == 2)
    #expect(node["d"]?["key"] != nil)
  }

  @Test func vaultAndUnsafeStayOnTheirNodes() throws {
    let node = try read(
      "a: !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  6162\nb: !unsafe '{{ x }}'\nc: !unsafe [x]\nd: !vault-encrypted x\n"
    )
    #expect(node["a"]?.tag == "!vault")
    #expect(try scalar(node["a"]).text == "$ANSIBLE_VAULT;1.1;AES256\n6162\n")
    #expect(node["b"]?.tag == "!unsafe")
    #expect(node["c"]?.tag == "!unsafe")
    #expect(node["d"]?.tag == "!vault")
  }

  @Test func keysStayAsTheyAreWritten() throws {
    let node = try read("yes: 1\n0644: 2\n'a b': 3\n")
    guard case .mapping(let entries) = node.content else { throw Diagnostic(.syntax, "no map") }
    #expect(entries.map { $0.key } == ["yes", "0644", "a b"])
  }

  @Test func aThousandStepsAreReadInTime() throws {
    var text = ""
    for number in 0..<1000 {
      text += "- id: step-\(number)\n  name: \"Deploy {{ item.path }}\"\n  when: x is defined\n"
      text += "  template: { source: \"a.j2\", path: \"/srv/{{ x }}\", mode: \"0600\" }\n  tags: [a, b]\n"
    }
    let file = SourceFile(path: "t", text: text)
    let clock = ContinuousClock()
    var best = Duration.seconds(100)
    for _ in 0..<5 { best = min(best, try clock.measure { _ = try YAMLReader.read(file) }) }
    // The budget is 20 ms for an optimised build; this one is not, and the machine is shared.
    #expect(best < .milliseconds(500))
  }
}
