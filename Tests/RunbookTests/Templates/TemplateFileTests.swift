// swift-format-ignore-file
import Glibc
import Runbook
import Testing

/// Whole files: what Jinja2 3.1.6 renders with the options that Ansible sets.
@Suite struct TemplateFileTests {
  static let files: [(template: String, rendered: String)] = [
    ("a\n\n", "a\n\n"),
    ("a\n", "a\n"),
    ("a", "a"),
    ("opt {% if x %}a{% endif %}\nfoo: other\n", "opt foo: other\n"),
    ("#jinja2: trim_blocks:False, lstrip_blocks:True\nopt {% if x %}a{% endif %}\nfoo: other\n", "opt \nfoo: other\n"),
    ("a\n  {% if y %}\n  b\n  {% endif %}\nc\n", "a\n    b\n  c\n"),
    ("#jinja2: lstrip_blocks:True\na\n  {% if y %}\n  b\n  {% endif %}\nc\n", "a\n  b\nc\n"),
    ("#jinja2: lstrip_blocks:True\na\n  {%+ if y %}\n  b\n  {% endif +%}\nc\n", "a\n    b\n\nc\n"),
    ("a  \n{%- if y %} b {% endif -%}\n\n  c\n", "a b c\n"),
    ("{# c #}\na\n{# d -#}\n  b\n", "a\nb\n"),
    ("x {# c #}\ny\n", "x y\n"),
    ("{{ y }}\nz\n", "True\nz\n"),
    ("{{- y -}}\nz\n", "Truez\n"),
    ("{% raw %}\n{{ a }}\n{% endraw %}\nb\n", "\n{{ a }}\nb\n"),
    ("{%- raw -%}\n {{ a }} \n{%- endraw -%}\nb\n", "{{ a }}b\n"),
    ("#jinja2: lstrip_blocks:True\n  {% raw %}{{ a }}{% endraw %}\nb\n", "{{ a }}b\n"),
    ("{% for i in l %}\n- {{ i }}\n{% endfor %}\nend\n", "- 1\n- 2\nend\n"),
    ("{% for i in l -%}\n- {{ i }}\n{% endfor %}\nend\n", "- 1\n- 2\nend\n"),
    ("{% set a = 1 %}\n{% set b = 2 %}\n{{ a + b }}\n", "3\n"),
    ("{% do l %}\nx\n", "x\n"),
    ("a\r\nb {{ y }}\r\n{% if y %}\r\nc\r\n{% endif %}\r\n", "a\nb True\nc\n"),
    ("{{ 'a\\nb' }} {{ \"q\\t\\x41\\u00e9\" }} {{ 'it\\'s' }} {{ '\\d' }}\n", "a\nb q\tAé it's \\d\n"),
    ("{% macro m(a) %}\n<{{ a }}>\n{% endmacro %}\n{{ m(1) }}{{ m(2) }}\n", "<1>\n<2>\n\n"),
    ("{%if y%}{%for i in l%}{{i}},{%endfor%}{%endif%}\n", "1,2,"),
    ("{{ '}}' }} {{ {'a': {'b': 1}}.a.b }} {{ '%}' }}\n", "}} 1 %}\n"),
    ("{% block x %}in{% endblock %}\n", "in"),
    ("{% filter upper %}\nabc\n{% endfilter %}\n", "ABC\n"),
    ("{% set x %}\nab\n{% endset %}\n[{{ x }}]\n", "[ab\n]\n"),
    ("\n{% if y %}\n\n{% endif %}\n", "\n\n"),
    ("{% if y -%}\n  a\n{%- else -%}\n  b\n{%- endif %}\nz", "az"),
  ]

  static let scope = ValueScope(["x": .bool(false), "y": .bool(true), "l": .list([.int(1), .int(2)])])

  @Test(arguments: files) func keepsAndDropsLineEndsAsAnsibleDoes(_ test: (template: String, rendered: String)) throws {
    #expect(try render(test.template).string == test.rendered)
  }

  private func render(
    _ text: String, in scope: any Scope = scope, _ environment: TemplateEnvironment = TemplateEnvironment()
  ) throws -> Text {
    let start = SourcePosition(file: SourceFile(path: "t.j2", text: text), line: 1, column: 1)
    return try Template(text, at: start, style: .file).render(in: scope, environment)
  }

  @Test func otherMarksComeFromTheFirstLine() throws {
    let text = "#jinja2: variable_start_string:'[%', variable_end_string:'%]'\n{{.Names}} [% l %]\n"
    #expect(try render(text).string == "{{.Names}} [1, 2]\n")
  }

  @Test func unknownOptionsOfTheFirstLineAreFaults() {
    #expect(throws: Diagnostic.self) { try render("#jinja2: trim_block:True\nx") }
  }

  @Test func includesAndImportsFromTheFolders() throws {
    let folder = "/tmp/runbook-templates-\(UInt64.random(in: 0 ... .max))"
    try LocalFile.makeFolder("\(folder)/templates")
    try LocalFile.write(Array("in {{ y }} {{ z | default('-') }}\n".utf8), to: "\(folder)/templates/part.j2")
    try LocalFile.write(Array("{% macro m(a) %}<{{ a }}>{% endmacro %}{% set v = 7 %}".utf8), to: "\(folder)/templates/m.j2")
    try LocalFile.write(Array("text \n".utf8), to: "\(folder)/f.txt")
    let environment = TemplateEnvironment(folders: [folder])
    let text = """
      {% include 'part.j2' %}
      {% for z in l %}{% include 'part.j2' %}{% endfor %}
      {% import 'm.j2' as lib %}{{ lib.m(1) }}{{ lib.v }}{% from 'm.j2' import m as n %}{{ n('x') }}
      {% include 'none.j2' ignore missing %}
      {{ lookup('file', 'f.txt') }}|{{ lookup('template', 'part.j2') }}|{{ lookup('first_found', ['no', 'f.txt']) }}
      """
    let rendered = Result { try render(text, environment) }
    for name in ["templates/part.j2", "templates/m.j2", "f.txt"] { try LocalFile.remove("\(folder)/\(name)") }
    rmdir("\(folder)/templates")
    rmdir(folder)
    #expect(
      try rendered.get().string
        == "in True -\nin True 1\nin True 2\n<1>7<x>\ntext|in True -\n|\(folder)/f.txt")
  }

  private func render(_ text: String, _ environment: TemplateEnvironment) throws -> Text {
    try render(text, in: Self.scope, environment)
  }
}
