// swift-format-ignore-file
import Runbook
import Testing

/// A template and what Ansible makes of it, with the variables below.
struct AnsibleExpectation: Sendable, CustomTestStringConvertible {
  var template: String
  var rendered: String

  init(_ template: String, _ rendered: String) {
    self.template = template
    self.rendered = rendered
  }

  var testDescription: String { template }

  static let all = part1 + part2 + part3 + part4 + part5 + part6

  static let variables: ValueMap = [
    "ml": .map(["a": .string("l1\u{a}l2\u{a}"), "b": .string("x\u{a}y\u{a}\u{a}z")]),
    "odd": .map(["tab": .string("a\u{9}b"), "e": .string("é"), "hash": .string("a #b"), "dash": .string("- x"), "f": .string("1.5"), "oct": .string("0644"), "bad": .string("089"), "date": .string("2001-01-01"), "dt": .string("2001-12-14t21:59:43.10-05:00"), "colon": .string("a: b"), "url": .string("http://x:80/"), "brace": .string("{x"), "lead": .string(" lead"), "trail": .string("trail "), "q": .string("it's"), "end": .string("x:"), "n": .string("null"), "bang": .string("!t"), "pct": .string("%p"), "at": .string("@a"), "comma": .string("a,b"), "br": .string("["), "time": .string("12:30"), "eq": .string("="), "mrg": .string("<<"), "hex": .string("0x1f"), "exp": .string("1e3"), "exp2": .string("1.0e+5"), "y": .string("y"), "yes": .string("yes"), "qm": .string("?x"), "qm2": .string("? x"), "c2": .string(":x"), "dd": .string("-"), "ddd": .string("---"), "star": .string("*a"), "amp": .string("&a"), "pipe": .string("|"), "tick": .string("`"), "dq": .string("\"q\""), "bs": .string("a\\b"), "us": .string("1_000"), "pt": .string(".5"), "dot": .string("."), "tilde": .string("~"), "emp": .string(""), "ctl": .string("a\u{1}b"), "inf": .string(".inf"), "plus": .string("+1"), "on": .string("On"), "nl": .string("\u{a}"), "sp": .string(" "), "spnl": .string("a \u{a}b"), "nlsp": .string("a\u{a} b")]),
    "long": .map(["a": .string("lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut labore"), "b": .string("it is xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx y: z"), "l": .list([.string("lorem ipsum dolor sit amet consectetur adipiscing elit sed do eiusmod tempor incididunt ut"), .int(1), .int(2)]), "c": .list([.int(0), .int(1), .int(2), .int(3), .int(4), .int(5), .int(6), .int(7), .int(8), .int(9), .int(10), .int(11), .int(12), .int(13), .int(14), .int(15), .int(16), .int(17), .int(18), .int(19), .int(20), .int(21), .int(22), .int(23), .int(24), .int(25), .int(26), .int(27), .int(28), .int(29), .int(30), .int(31), .int(32), .int(33), .int(34), .int(35), .int(36), .int(37), .int(38), .int(39)])]),
    "deep": .map(["a": .list([.list([.int(1), .int(2)]), .list([.map(["b": .int(1), "c": .map(["d": .list([])])])])]), "k": .list([.map(["x": .int(1), "y": .list([.int(1), .int(2)])]), .map(["x": .map([:])])]), "z": .map(["q": .float(1.0), "big": .float(1e+20), "t": .bool(true), "n": .null]), "list": .list([])]),
    "n": .null,
    "l": .list([.int(1), .int(2), .int(3)]),
    "d": .map(["a": .int(1), "b": .map(["c": .string("x")])]),
    "s": .string("hello"),
    "t": .bool(true),
    "f": .float(1.5),
  ]
}
