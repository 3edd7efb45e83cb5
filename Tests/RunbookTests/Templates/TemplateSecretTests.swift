import Runbook
import Testing

@Suite struct TemplateSecretTests {
  static let scope = ValueScope([
    "pw": .string(Text(secret: "s3cr3t", label: "pw")), "other": .string(Text(secret: "0th", label: "other")),
    "open": .string("open"),
    "all": .map(["a": .string(Text(secret: "q\"q", label: "a")), "b": .string("clear")]),
  ])

  @Test(arguments: [
    ("x {{ pw }} y {{ open }}", "x ‹pw› y open"),
    ("{{ pw ~ open ~ other }}", "‹pw›open‹other›"),
    ("{{ [open, pw] | join(':') }}", "open:‹pw›"),
    ("{{ pw | b64encode }}-{{ pw | upper }}", "‹pw›-‹pw›"),
    ("{{ (pw ~ open) | hash('sha256') }}", "‹pw›"),
    ("{{ all | to_json }}", "{\"a\": \"‹a›\", \"b\": \"clear\"}"),
    ("{{ all }}", "{'a': '‹a›', 'b': 'clear'}"),
    ("{{ pw[0:2] }}{{ pw.split('3') }}", "‹pw›['‹pw›', '‹pw›', '‹pw›']"),
    ("{{ open | replace('o', pw) }}", "‹pw›"),
    ("{{ '%s/%s' % (open, pw) }}", "open/‹pw›"),
    ("{{ '{}:{}'.format(pw, open) }}", "‹pw›:open"),
    ("{% set x %}a{{ pw }}{% endset %}{{ x }}", "a‹pw›"),
    ("{% macro m(v) %}[{{ v }}]{% endmacro %}{{ m(pw) }}", "[‹pw›]"),
    ("{% for c in pw %}{{ c }}{% endfor %}", "‹pw›‹pw›‹pw›‹pw›‹pw›‹pw›"),
    ("{{ pw | default('x') }}{{ pw if true else open }}", "‹pw›‹pw›"),
    ("{{ {'k': pw} | combine({'l': open}) | dict2items | map(attribute='value') | join }}", "‹pw›open"),
  ]) func marksTravel(_ template: String, _ shown: String) throws {
    let start = SourcePosition(file: SourceFile(path: "t.yml", text: template), line: 1, column: 1)
    let text = try Template(template, at: start).render(in: Self.scope, TemplateEnvironment())
    #expect(text.description == shown)
  }

  @Test func secretsCompareByWhatTheyAre() throws {
    let start = SourcePosition(file: SourceFile(path: "t.yml", text: ""), line: 1, column: 1)
    let expression = try Expression("pw == 's3cr3t' and pw in ['s3cr3t'] and pw is match('s3')", at: start)
    #expect(try expression.isTrue(in: Self.scope, TemplateEnvironment()))
  }
}
