import Runbook
import Testing

@Suite struct TemplateTests {
  @Test(arguments: AnsibleExpectation.all) func rendersAsAnsibleDoes(_ test: AnsibleExpectation) throws {
    let file = SourceFile(path: "test.yml", text: test.template)
    let template = try Template(test.template, at: SourcePosition(file: file, line: 1, column: 1))
    do {
      let text = try template.render(in: ValueScope(AnsibleExpectation.variables), TemplateEnvironment())
      #expect(text.string == test.rendered)
    } catch EvaluationFault.diagnostic(let diagnostic) {
      Issue.record("\(diagnostic.message)")
    }
  }
}
