extension Filter {
  static let encodings: [Filter] = [
    Filter("to_json", "indent sort_keys ensure_ascii", "As JSON, on one line.", toJSON),
    Filter("to_nice_json", "indent sort_keys ensure_ascii", "As JSON, indented, keys in order.", toNiceJSON),
    Filter(
      "tojson", "indent", "As JSON that is safe in HTML, keys in order.",
      { call throws(EvaluationFault) in
        let writer = JSONText(indent: try call.integer(0), sortsKeys: true, isSafeInHTML: true)
        return .value(.string(writer.text(try call.subject)))
      }),
    Filter("from_json", "", "The value that JSON text says.", fromJSON),
    Filter(
      "to_yaml", "indent width sort_keys default_flow_style", "As YAML.",
      { call throws(EvaluationFault) in try toYAML(call, indent: 2, usesFlow: true) }),
    Filter(
      "to_nice_yaml", "indent width sort_keys", "As YAML, every key and item on a line of its own.",
      { call throws(EvaluationFault) in
        try toYAML(call, indent: 4, usesFlow: false)
      }),
    Filter("from_yaml", "", "The value that YAML text says.", fromYAML),
    Filter(
      "b64encode", "encoding", "In Base64.",
      { call throws(EvaluationFault) in
        try checkUTF8(call)
        return try call.derived { Base64.encoded(Array($0.utf8)) }
      }),
    Filter("b64decode", "encoding", "The text that Base64 says.", fromBase64),
    Filter(
      "hash", "algorithm", "Its digest in hexadecimal: `sha1`, `md5`, `sha256`, `sha512` and others.",
      { call throws(EvaluationFault) in
        try digest(call, try call.string(0) ?? "sha1")
      }),
    Filter("checksum", "", "Its SHA-1 digest.", { call throws(EvaluationFault) in try digest(call, "sha1") }),
    Filter("md5", "", "Its MD5 digest.", { call throws(EvaluationFault) in try digest(call, "md5") }),
    Filter("to_uuid", "namespace", "A UUID (version 5) that is always the same for this text.", toUUID),
    Filter("urlencode", "", "For a URL: a text, or a map as a query.", urlEncoded),
    Filter(
      "urldecode", "", "The text that URL encoding says.",
      { call throws(EvaluationFault) in try call.derived(URLText.decoded) }),
    Filter("urlsplit", "query", "The parts of a URL, or one of them.", urlSplit),
  ]
}

private func toJSON(_ call: Call) throws(EvaluationFault) -> Item {
  let writer = JSONText(
    indent: try call.integer(0), sortsKeys: try call.flag(1), isASCII: try call.flag(2, default: true))
  return .value(.string(writer.text(try call.subject)))
}

private func toNiceJSON(_ call: Call) throws(EvaluationFault) -> Item {
  let writer = JSONText(
    indent: try call.integer(0) ?? 4, sortsKeys: try call.flag(1, default: true),
    isASCII: try call.flag(2, default: true))
  return .value(.string(writer.text(try call.subject)))
}

private func fromJSON(_ call: Call) throws(EvaluationFault) -> Item {
  let text = try call.text
  do throws(Diagnostic) {
    return .value(try JSONReader.read(text.string, named: "the text").derived(from: .string(text)))
  } catch {
    throw call.fault(text.isSecret ? "the secret text is not JSON" : error.message)
  }
}

private func toYAML(_ call: Call, indent: Int, usesFlow: Bool) throws(EvaluationFault) -> Item {
  let indent = try call.integer(0) ?? indent
  guard (1...16).contains(indent) else { throw call.fault("the indent must be from 1 to 16") }
  let flow = call.arguments.count > 3 ? try call.argument(3) : nil
  var writer = YAMLText(
    indent: indent, width: try call.integer(1) ?? 80, sortsKeys: try call.flag(2, default: true),
    usesFlow: flow == .bool(false) ? false : usesFlow)
  return .value(.string(writer.text(try call.subject)))
}

private func fromYAML(_ call: Call) throws(EvaluationFault) -> Item {
  let text = try call.text
  do throws(Diagnostics) {
    let node = try YAMLReader.read(SourceFile(path: "the text", text: text.string))
    return .value((node.map(plainValue) ?? .null).derived(from: .string(text)))
  } catch {
    throw call.fault(
      text.isSecret ? "the secret text is not YAML" : error.all.first?.message ?? "it is not YAML")
  }
}

/// A node without templates.
private func plainValue(_ node: Node) -> Value {
  switch node.content {
  case .scalar(let scalar): scalar.isPlain ? plainScalar(scalar.text) : .string(scalar.text)
  case .sequence(let items): .list(items.map(plainValue))
  case .mapping(let entries): .map(ValueMap(entries.map { ($0.key, plainValue($0.value)) }))
  }
}

private func checkUTF8(_ call: Call) throws(EvaluationFault) {
  let encoding = try call.string(0) ?? "utf-8"
  guard ["utf-8", "utf8", "ascii", "us-ascii"].contains(encoding.lowercased()) else {
    throw call.fault("the encoding '\(encoding)' is not supported, only utf-8")
  }
}

private func fromBase64(_ call: Call) throws(EvaluationFault) -> Item {
  try checkUTF8(call)
  let text = try call.text
  guard let bytes = Base64.decoded(text.string) else { throw call.fault("the text is not Base64") }
  guard let decoded = String(validating: bytes, as: UTF8.self) else {
    throw call.fault("what the text stands for is not UTF-8 text")
  }
  return .value(.string(text.derived(decoded)))
}

private func digest(_ call: Call, _ name: String) throws(EvaluationFault) -> Item {
  guard let algorithm = Digest.Algorithm(rawValue: name.lowercased()) else {
    let known = Digest.Algorithm.allCases.map { "'\($0.rawValue)'" }.joined(separator: ", ")
    throw call.fault("'\(name)' is none of \(known)")
  }
  return try call.derived { Digest.hex(Digest.digest(Array($0.utf8), algorithm)) }
}

private func toUUID(_ call: Call) throws(EvaluationFault) -> Item {
  let namespace = try call.string(0) ?? "361e6d51-faec-444a-9079-341386da8e2e"
  let digits = Array(namespace.utf8.filter { $0 != 0x2d })
  guard digits.count == 32, digits.allSatisfy({ hexDigit($0) != nil }) else {
    throw call.fault("'\(namespace)' is not a UUID")
  }
  let bytes = stride(from: 0, to: 32, by: 2).map {
    (hexDigit(digits[$0]) ?? 0) << 4 | (hexDigit(digits[$0 + 1]) ?? 0)
  }
  return try call.derived { text in
    var uuid = Array(Digest.digest(bytes + Array(text.utf8), .sha1).prefix(16))
    uuid[6] = uuid[6] & 0x0f | 0x50
    uuid[8] = uuid[8] & 0x3f | 0x80
    let hex = Array(Digest.hex(uuid))
    return [hex[0..<8], hex[8..<12], hex[12..<16], hex[16..<20], hex[20..<32]].map { String($0) }.joined(
      separator: "-")
  }
}

private func urlEncoded(_ call: Call) throws(EvaluationFault) -> Item {
  let value = try call.subject
  guard case .map(let map) = value else { return try call.derived { URLText.encoded($0, keeps: "/") } }
  let pairs = map.map { key, value in
    "\(URLText.queryEncoded(key))=\(URLText.queryEncoded(PythonText.string(value).string))"
  }
  return .value(Value.string(pairs.joined(separator: "&")).derived(from: value))
}

private func urlSplit(_ call: Call) throws(EvaluationFault) -> Item {
  let text = try call.text
  let parts = URLText.split(text.string)
  let marked = Value.map(parts).derived(from: .string(text))
  guard let name = try call.string(0) else { return .value(marked) }
  guard let part = marked[name] else {
    throw call.fault(
      "a URL has no part '\(name)'",
      hint: nearestName(to: name, among: parts.keys).map { "did you mean '\($0)'?" })
  }
  return .value(part)
}
