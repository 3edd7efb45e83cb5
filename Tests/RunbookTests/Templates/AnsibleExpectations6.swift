// swift-format-ignore-file
// What ansible-core 2.19.14 with Jinja2 3.1.6 renders, recorded; lines are as long as its texts.

extension AnsibleExpectation {
  static let part6: [AnsibleExpectation] = [
    .init(#"[{{ '{{' }} {{ '}}' }}]"#, #"[{{ }}]"#),
    .init(#"[{% if d.zz is defined and d.zz.q %}a{% else %}b{% endif %}]"#, #"[b]"#),
    .init(#"[{% for i in range(0) %}x{% else %}empty{% endfor %}]"#, #"[empty]"#),
  ]
}
