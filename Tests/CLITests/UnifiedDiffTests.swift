import Runbook
import Testing

@Suite struct UnifiedDiffTests {
  private func text(_ before: String, _ after: Text) -> [String] {
    UnifiedDiff(before: before, after: after).lines.map {
      switch $0 {
      case .hunk(let header): header
      case .same(let line): " " + line
      case .removed(let line): "-" + line
      case .added(let line): "+" + line
      case .noNewline: "\\"
      }
    }
  }

  @Test func equalTextsHaveNoLines() {
    #expect(text("a\nb\n", "a\nb\n").isEmpty)
    #expect(text("", "").isEmpty)
  }

  @Test func aNewFileIsAllAdded() {
    #expect(text("", "a\nb\n") == ["@@ -0,0 +1,2 @@", "+a", "+b"])
  }

  @Test func anEmptiedFileIsAllRemoved() {
    #expect(text("a\nb\n", "") == ["@@ -1,2 +0,0 @@", "-a", "-b"])
  }

  @Test func threeLinesStandAroundAChange() {
    let before = (1...9).map { "\($0)\n" }.joined()
    let after = before.replacing("5\n", with: "five\n")
    #expect(
      text(before, Text(after)) == ["@@ -2,7 +2,7 @@", " 2", " 3", " 4", "-5", "+five", " 6", " 7", " 8"])
  }

  @Test func changesFarApartAreHunksOfTheirOwn() {
    let before = (1...20).map { "\($0)\n" }.joined()
    let after = before.replacing("\n3\n", with: "\nthree\n").replacing("18\n", with: "")
    let headers = text(before, Text(after)).filter { $0.hasPrefix("@@") }
    #expect(headers == ["@@ -1,6 +1,6 @@", "@@ -15,6 +15,5 @@"])
  }

  @Test func aMissingLineEndAtTheEndIsADifference() {
    #expect(text("a", "a\n") == ["@@ -1 +1 @@", "-a", "\\", "+a"])
    #expect(text("a\nb\n", "a\nb") == ["@@ -1,2 +1,2 @@", " a", "-b", "+b", "\\"])
  }

  @Test func carriageReturnsArePartOfALine() {
    #expect(text("a\r\n", "a\n") == ["@@ -1 +1 @@", "-a\r", "+a"])
  }

  @Test func secretsAreHiddenOnBothSides() {
    let after = "A=1\nPASSWORD=\(Text(secret: "new-one", label: "db_password"))\n" as Text
    let lines = text("A=1\nPASSWORD=old-one\n", after)
    #expect(lines == ["@@ -1,2 +1,2 @@", " A=1", "-PASSWORD=‹hidden›", "+PASSWORD=‹db_password›"])
  }

  @Test func whatGivesWayToASecretIsHiddenUnderAnotherKeyToo() {
    let after = "A=2\nNEW_KEY=\(Text(secret: "new-one", label: "pw"))\n" as Text
    let lines = text("A=1\nOLD_KEY=old-one\nold-two\n", after)
    #expect(
      lines == [
        "@@ -1,3 +1,2 @@", "-A=1", "-OLD_KEY=‹hidden›", "-‹hidden›", "+A=2", "+NEW_KEY=‹pw›",
      ])
  }

  @Test func anUnchangedSecretLineIsHiddenToo() {
    let after = "PASSWORD=\(Text(secret: "same", label: "pw"))\nB=2\n" as Text
    #expect(text("PASSWORD=same\nB=1\n", after).contains(" PASSWORD=‹pw›"))
    #expect(!text("PASSWORD=same\nB=1\n", after).joined().contains("same"))
  }

  @Test func aSecretOfSeveralLinesIsNotShown() {
    let after = "key: \(Text(secret: "one\ntwo\nthree", label: "key"))\nend\n" as Text
    let shown = text("key: old\nend\n", after).joined(separator: "\n")
    for part in ["one", "two", "three", "old"] { #expect(!shown.contains(part)) }
  }

  @Test func aSecretOfManyLinesHidesOnlyItsOwn() {
    let after =
      "a=1\nkey=\(Text(secret: "one\ntwo", label: "key"))\nb=\(Text(secret: "x", label: "b"))!\n" as Text
    #expect(text("", after).dropFirst() == ["+a=1", "+key=‹key›", "+‹key›", "+b=‹b›!"])
  }

  @Test(arguments: [0, 1, 7, 99]) func applyingTheScriptGivesTheOtherText(seed: Int) {
    var generator = Seeded(state: UInt64(seed) &* 2_654_435_761 &+ 1)
    for _ in 0..<50 {
      let a = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
        String(Int.random(in: 0...4, using: &generator))
      }
      let b = (0..<Int.random(in: 0...30, using: &generator)).map { _ in
        String(Int.random(in: 0...4, using: &generator))
      }
      let lines = UnifiedDiff(
        before: a.map { $0 + "\n" }.joined(), after: Text(b.map { $0 + "\n" }.joined()), context: 1_000
      ).lines
      let left: [String] = lines.compactMap {
        switch $0 {
        case .same(let line), .removed(let line): line
        default: nil
        }
      }
      let right: [String] = lines.compactMap {
        switch $0 {
        case .same(let line), .added(let line): line
        default: nil
        }
      }
      if a != b {
        #expect(left == a)
        #expect(right == b)
      }
    }
  }

  @Test func tenThousandLinesAreComparedInAMoment() {
    let before = (0..<10_000).map { "line \($0)\n" }.joined()
    let after = (0..<10_000).map { $0 % 50 == 0 ? "other \($0)\n" : "line \($0)\n" }.joined()
    var count = 0
    let took = ContinuousClock().measure {
      count = UnifiedDiff(before: before, after: Text(after)).lines.count {
        if case .added = $0 { true } else { false }
      }
      _ = UnifiedDiff(before: before, after: Text(before.uppercased()))
    }
    #expect(count == 200)
    #expect(took < .seconds(60))
  }
}

/// A small generator that gives the same numbers in every run.
private struct Seeded: RandomNumberGenerator {
  var state: UInt64
  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state ^ (state >> 29)
  }
}
