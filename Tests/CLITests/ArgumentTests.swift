import Runbook
import Testing

@testable import CLI

@Suite struct ArgumentTests {
  private let options: [Option] = [.inventory, .limit, .yes, .forks, .verbose, .tags]

  private func parse(_ words: String...) throws(Diagnostic) -> ParsedArguments {
    try ParsedArguments(words, options: options)
  }

  @Test func optionsStandAnywhereBeforeTwoDashes() throws {
    let arguments = try parse("a", "-y", "b", "--limit", "x", "--", "-y", "--limit")
    #expect(arguments.operands == ["a", "b", "-y", "--limit"])
    #expect(arguments.separator == 2)
    #expect(arguments.text(.limit) == "x")
    #expect(arguments.has(.yes))
  }

  @Test func valuesAreTakenInEveryUsualForm() throws {
    #expect(try parse("--forks=5").text(.forks) == "5")
    #expect(try parse("-f5").text(.forks) == "5")
    #expect(try parse("-f", "5").text(.forks) == "5")
    #expect(try parse("-yvf=5").text(.forks) == "5")
    #expect(try parse("--limit=a=b").text(.limit) == "a=b")
    #expect(try parse("--limit=").text(.limit) == "")
    #expect(try parse("-i", "a", "-i", "b").all(.inventory) == ["a", "b"])
    #expect(try parse("-t", "a, b", "-t", "c").words(.tags) == ["a", "b", "c"])
  }

  @Test func aSingleDashIsAnOperand() throws {
    #expect(try parse("-").operands == ["-"])
  }

  @Test(
    arguments: [
      (["--forsk", "5"], "there is no option '--forsk'", "did you mean '--forks'?"),
      (["-x"], "there is no option '-x'", nil),
      (["--forks"], "option '--forks' needs a value", "--forks N"),
      (["-f"], "option '--forks' needs a value", "--forks N"),
      (["--yes=1"], "option '--yes' takes no value", nil),
      (["-f1", "-f2"], "option '--forks' is given twice", nil),
    ] as [([String], String, String?)])
  func faultsAreNamed(_ words: [String], _ message: String, _ hint: String?) {
    let fault = #expect(throws: Diagnostic.self) { try ParsedArguments(words, options: options) }
    #expect(fault?.message == message)
    #expect(fault?.hint == hint)
    #expect(fault?.code == .usage)
  }

  @Test func everyCodeHasAStatus() {
    let failing = Diagnostic.Code.allCases.filter { ExitStatus($0) == .done || ExitStatus($0) == .pending }
    #expect(failing.isEmpty)
    #expect(ExitStatus(Diagnostics([Diagnostic(.failed, ""), Diagnostic(.unreachable, "")])) == .unreachable)
  }

  @Test func noCommandDeclaresAnOptionTwice() {
    for command in Program.commands {
      let options = command.allOptions
      #expect(Set(options.map { $0.name }).count == options.count, "\(command.name)")
      let letters = options.compactMap { $0.short }
      #expect(Set(letters).count == letters.count, "\(command.name)")
    }
  }

  @Test(arguments: Program.commands.map { $0.name }) func helpOfEveryCommand(_ name: String) throws {
    let command = try #require(Program.commands.first { $0.name == name })
    let page = HelpText.page(command, Palette(isOn: false))
    #expect(page.split(separator: "\n").allSatisfy { $0.count <= 130 })
    try expectGolden(page, "help/\(name).txt")
  }

  @Test func theOverview() throws {
    try expectGolden(HelpText.overview(Program.commands, Palette(isOn: false)), "help/overview.txt")
  }

  @Test func extraVariablesAreSplitAsAShellDoes() throws {
    #expect(
      try ExtraVariableWords.shellWords(#"a=1 b="two words" c='x y'z d=\ e"#) == [
        "a=1", "b=two words", "c=x yz", "d= e",
      ])
    #expect(throws: Diagnostics.self) { try ExtraVariableWords.shellWords("a='1") }
  }

  @Test func extraVariablesOfEveryForm() throws {
    let all = try ExtraVariableWords.read(
      ["a=1 b=x", #"{"c": [1, true], "b": "y"}"#], keyring: EmptyKeyring())
    #expect(all == ["a": .string("1"), "b": .string("y"), "c": .list([.int(1), .bool(true)])])
    #expect(throws: Diagnostics.self) { try ExtraVariableWords.read(["nothing"], keyring: EmptyKeyring()) }
  }
}
