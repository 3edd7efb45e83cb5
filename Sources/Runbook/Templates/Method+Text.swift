extension Method {
  static let ofText: [String: Method] = [
    "upper": plain { $0.uppercased() }, "lower": plain { $0.lowercased() },
    "casefold": plain { $0.lowercased() },
    "title": plain(titleCased), "capitalize": plain(capitalized), "swapcase": plain(swapped),
    "encode": Method("encoding") { call in call.input },
    "strip": strip(left: true, right: true), "lstrip": strip(left: true, right: false),
    "rstrip": strip(left: false, right: true),
    "split": Method("sep maxsplit") { call throws(EvaluationFault) in
      try parts(call, split(try call.text.string, at: try call.string(0), most: try call.integer(1) ?? -1))
    },
    "rsplit": Method("sep maxsplit") { call throws(EvaluationFault) in
      try parts(
        call, splitFromRight(try call.text.string, at: try call.string(0), most: try call.integer(1) ?? -1))
    },
    "splitlines": Method("keepends") { call throws(EvaluationFault) in
      try parts(call, lines(try call.text.string, keepingEnds: try call.flag(0)))
    },
    "partition": Method("sep") { call throws(EvaluationFault) in
      let (text, separator) = (try call.text.string, try needed(call, "the separator"))
      let halves = split(text, at: separator, most: 1)
      return try parts(call, halves.count == 2 ? [halves[0], separator, halves[1]] : [text, "", ""])
    },
    "rpartition": Method("sep") { call throws(EvaluationFault) in
      let (text, separator) = (try call.text.string, try needed(call, "the separator"))
      let halves = splitFromRight(text, at: separator, most: 1)
      return try parts(call, halves.count == 2 ? [halves[0], separator, halves[1]] : ["", "", text])
    },
    "join": Method("items") { call throws(EvaluationFault) in
      var (result, separator) = (Text(""), try call.text)
      for (index, item) in try call.items(of: try call.required(0, "the list")).enumerated() {
        guard case .string(let text) = item else {
          throw call.fault("expected text, found \(item.typeName)", hint: "use | join")
        }
        result.append((index > 0 ? separator : "") + text)
      }
      return .value(.string(result))
    },
    "replace": Method("old new count") { call throws(EvaluationFault) in
      guard let old = try call.string(0), let new = try call.string(1) else {
        throw call.fault("it needs the old text and the new")
      }
      let count = try call.integer(2)
      return try call.derived { replaced($0, old, by: new, count: count) }
    },
    "format": Method("* **") { call throws(EvaluationFault) in
      .value(.string(try BraceFormat.apply(try call.text.string, call)))
    },
    "startswith": affix { $0.starts(with: $1) },
    "endswith": affix { $0.reversed().starts(with: $1.reversed()) },
    "find": Method("sub") { call throws(EvaluationFault) in .value(.int(try place(call) ?? -1)) },
    "index": Method("sub") { call throws(EvaluationFault) in
      guard let place = try place(call) else { throw call.fault("the text does not have it") }
      return .value(.int(place))
    },
    "rfind": Method("sub") { call throws(EvaluationFault) in
      let parts = splitFromRight(try call.text.string, at: try needed(call, "the text"), most: 1)
      return .value(.int(parts.count == 2 ? parts[0].unicodeScalars.count : -1))
    },
    "count": Method("sub") { call throws(EvaluationFault) in
      .value(.int(split(try call.text.string, at: try needed(call, "the text")).count - 1))
    },
    "ljust": pad(left: false, right: true), "rjust": pad(left: true, right: false),
    "center": pad(left: true, right: true),
    "zfill": Method("width") { call throws(EvaluationFault) in
      let width = try call.integer(0) ?? 0
      return try call.derived { text in
        let sign = text.prefix { $0 == "-" || $0 == "+" }.prefix(1)
        return sign
          + padded(
            String(text.dropFirst(sign.count)), to: width - sign.count, with: "0", left: true, right: false)
      }
    },
    "removeprefix": Method("prefix") { call throws(EvaluationFault) in
      let prefix = try needed(call, "the prefix")
      return try call.derived {
        $0.utf8.starts(with: prefix.utf8)
          ? String(decoding: $0.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : $0
      }
    },
    "removesuffix": Method("suffix") { call throws(EvaluationFault) in
      let suffix = try needed(call, "the suffix")
      return try call.derived {
        $0.utf8.reversed().starts(with: suffix.utf8.reversed())
          ? String(decoding: $0.utf8.dropLast(suffix.utf8.count), as: UTF8.self) : $0
      }
    },
    "isdigit": every { $0.properties.numericType == .decimal || $0.properties.numericType == .digit },
    "isnumeric": every { $0.properties.numericType != nil },
    "isdecimal": every { $0.properties.numericType == .decimal },
    "isalpha": every { $0.properties.isAlphabetic },
    "isalnum": every { $0.properties.isAlphabetic || $0.properties.numericType != nil },
    "isspace": every(isBlank),
    "isupper": Method { call throws(EvaluationFault) in
      let text = try call.text.string
      return .value(.bool(text == text.uppercased() && text != text.lowercased()))
    },
    "islower": Method { call throws(EvaluationFault) in
      let text = try call.text.string
      return .value(.bool(text == text.lowercased() && text != text.uppercased()))
    },
  ]

  private static func plain(_ operation: @escaping @Sendable (String) -> String) -> Method {
    Method { call throws(EvaluationFault) in try call.derived(operation) }
  }

  private static func strip(left: Bool, right: Bool) -> Method {
    Method("chars") { call throws(EvaluationFault) in
      let characters = try call.string(0)
      return try call.derived { stripped($0, of: characters, left: left, right: right) }
    }
  }

  private static func pad(left: Bool, right: Bool) -> Method {
    Method("width fillchar") { call throws(EvaluationFault) in
      let (width, filler) = (try call.integer(0) ?? 0, try call.string(1) ?? " ")
      return try call.derived { padded($0, to: width, with: filler, left: left, right: right) }
    }
  }

  private static func every(_ holds: @escaping @Sendable (UnicodeScalar) -> Bool) -> Method {
    Method { call throws(EvaluationFault) in
      let scalars = try call.text.string.unicodeScalars
      return .value(.bool(!scalars.isEmpty && scalars.allSatisfy(holds)))
    }
  }

  private static func affix(_ holds: @escaping @Sendable ([UInt8], [UInt8]) -> Bool) -> Method {
    Method("affix") { call throws(EvaluationFault) in
      let wanted = try call.required(0, "the text")
      let texts: [Value] = if case .list(let list) = wanted { list } else { [wanted] }
      let bytes = Array(try call.text.string.utf8)
      return .value(.bool(texts.contains { holds(bytes, Array(PythonText.string($0).string.utf8)) }))
    }
  }
}

private func parts(_ call: Call, _ parts: [String]) throws(EvaluationFault) -> Item {
  let text = try call.text
  return .list(parts.map { .string(text.derived($0)) })
}

private func needed(_ call: Call, _ what: String) throws(EvaluationFault) -> String {
  guard let text = try call.string(0), !text.isEmpty else { throw call.fault("\(what) is missing") }
  return text
}

/// Where the text of the first argument is, in code points.
private func place(_ call: Call) throws(EvaluationFault) -> Int? {
  let parts = split(try call.text.string, at: try needed(call, "the text"), most: 1)
  return parts.count == 2 ? parts[0].unicodeScalars.count : nil
}

private func swapped(_ text: String) -> String {
  text.unicodeScalars.map {
    $0.properties.isUppercase ? $0.properties.lowercaseMapping : $0.properties.uppercaseMapping
  }
  .joined()
}
