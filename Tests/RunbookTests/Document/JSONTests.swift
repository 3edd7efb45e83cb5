import Runbook
import Support
import Testing

@Suite struct JSONTests {
  @Test func valuesAreWrittenInTheirOrder() {
    let value = Value.map([
      "b": .list([.int(1), .float(1.5), .null]), "a": .map([:]), "c": .bool(true), "d": .list([]),
    ])
    #expect(value.json() == #"{"b":[1,1.5,null],"a":{},"c":true,"d":[]}"#)
    #expect(
      value.json(pretty: true) == """
        {
          "b": [
            1,
            1.5,
            null
          ],
          "a": {},
          "c": true,
          "d": []
        }
        """)
  }

  @Test func secretsAreShownByTheirLabels() {
    let value = Value.map(["p": .string(Text("x=") + Text(secret: "hunter2", label: "pw"))])
    #expect(value.json() == #"{"p":"x=‹pw›"}"#)
    #expect(value.json(revealing: true) == #"{"p":"x=hunter2"}"#)
  }

  @Test func whatIsWrittenIsReadBack() throws {
    let hard = "quote\" slash\\ tab\t nul\0 del\u{7F} 😨 \u{2028} é\r\n"
    let value = Value.map([
      "k\"": .list([.string(hard), .int(.max), .int(.min), .float(-1.5e300), .bool(false)])
    ])
    #expect(try JSONReader.read(value.json()) == value)
    #expect(try JSONReader.read(value.json(pretty: true)) == value)
  }

  @Test(arguments: [
    ("\"\\ud83d\\ude28\"", Value.string("😨")), ("\"\\u00e9\\/\\b\"", .string("é/\u{8}")), ("-0", .int(0)),
    ("1e3", .float(1000)), ("1E-2", .float(0.01)), ("9223372036854775808", .float(9.223372036854775808e18)),
    (" [ ] ", .list([])), ("{\"a\":1,\"a\":2}", .map(["a": .int(2)])),
  ])
  func textIsReadByTheStandard(_ text: String, _ expected: Value) throws {
    #expect(try JSONReader.read(text) == expected)
  }

  @Test(arguments: [
    ("①", "the JSON text ends too early"), ("{①a: 1}", "a key in double quotes is missing"),
    ("[1,①]", "this starts no JSON value"), ("{\"a\":1,①}", "a key in double quotes is missing"),
    ("0①1", "a number cannot start with 0"), ("1.①", "a digit is missing"),
    ("①+1", "this starts no JSON value"),
    ("①NaN", "this starts no JSON value"), ("①'a'", "this starts no JSON value"),
    ("1 ①2", "text after the end of the JSON value"),
    ("[1\n①2]", "a ',' or ']' is missing"), ("①\"abc", "this string is never closed"),
    ("\"\\①x\"", "an unknown escape in a string"), ("\"\\u①d800\"", "half of a surrogate pair in a string"),
    ("\"\\u①d800\\u0041\"", "half of a surrogate pair in a string"),
    ("\"\\u①dc00\"", "half of a surrogate pair in a string"),
    ("\"\\u00①g0\"", "'\\u' takes four hexadecimal digits"), ("\"a①\n\"", "a control character in a string"),
    ("①tru", "this starts no JSON value"),
  ])
  func faultStandsWhereItIs(_ marked: String, _ message: String) throws {
    let text = MarkedText(marked, path: "JSON")
    let fault = try #require(throws: Diagnostic.self) { try JSONReader.read(text.text) }
    #expect(fault.message == message)
    #expect(fault.position == text["①"])
  }

  @Test func nestingHasABound() throws {
    let deep = String(repeating: "[", count: 100_000)
    let fault = try #require(throws: Diagnostic.self) { try JSONReader.read(deep) }
    #expect(fault.message == "nested more than 200 deep")
  }
}
