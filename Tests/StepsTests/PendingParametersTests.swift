import Runbook
import Steps
import Testing

/// Parameters that wait for what an earlier step or the host's facts give.
@Suite struct PendingParametersTests {
  @Test func stepThatWaitsForItsPackagesHasNoFault() {
    let position = SourcePosition(file: SourceFile(path: "a.yml", text: ""), line: 1, column: 1)
    let waiting = Argument(.pending("the facts of host01"), at: position)
    var parameters = Parameters(
      [Argument.Entry(key: "packages", keyPosition: position, value: waiting)], at: position, in: .empty)
    _ = AptStep(&parameters)
    parameters.finish(kind: AptStep.key)
    #expect(parameters.faults == [])
    #expect(parameters.pending == ["the facts of host01"])
  }
}
