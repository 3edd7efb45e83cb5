extension FactSubjects {
  /// Reads the sections in the order in which the script asks.
  func answers(from sections: inout FactSections) throws(Diagnostic) -> FactAnswers {
    var answers = FactAnswers()
    if !statuses.isEmpty { try readStatuses(&sections, &answers) }
    if !digests.isEmpty { try readDigests(&sections, &answers) }
    for path in contents { answers[.content(path)] = try readContent(path, &sections) }
    if !packages.isEmpty { readPackages(try sections.next("package"), &answers) }
    if !users.isEmpty { try readUsers(&sections, &answers) }
    if !groups.isEmpty {
      let rows = try sections.next("group").lines.map {
        $0.split(separator: ":", omittingEmptySubsequences: false)
      }
      for name in groups {
        let row = rows.first { $0.count > 2 && ($0[0] == name || $0[2] == name) }
        answers[.group(name)] = .group(
          row.flatMap { row in Int(row[2]).map { AccountGroup(name: String(row[0]), groupID: $0) } })
      }
    }
    if !units.isEmpty { readUnits(try sections.next("unit"), &answers) }
    if !commands.isEmpty {
      for (name, answer) in zip(commands, try sections.next("command").lines) {
        answers[.command(name)] = .command(answer == "y")
      }
    }
    for script in scripts {
      let (output, errors) = (try sections.next("output"), try sections.next("errors"))
      guard errors.head.count == 2, let status = Int(errors.head[1]) else { continue }
      answers[.script(script)] = .script(
        ScriptOutput(status: status, output: output.text, errors: errors.text))
    }
    return answers
  }

  private func readStatuses(_ sections: inout FactSections, _ answers: inout FactAnswers) throws(Diagnostic) {
    var rest = try sections.next("status").body[...]
    let marks = try sections.next("marks")
    for path in statuses {
      let mark = try sections.next("link", "there", "absent", "hidden")
      var found = FileStatus(record: &rest, path)
      if mark.head == ["link"], found != nil {
        let target = mark.body.last == UInt8(ascii: "\n") ? mark.body.dropLast() : mark.body[...]
        found?.target = String(decoding: target, as: UTF8.self)
      }
      switch (found, mark.head.first) {
      case (let found?, _): answers[.status(path)] = .status(found)
      case (nil, "absent"): answers[.status(path)] = .status(nil)
      case (nil, "hidden"): answers[.status(path)] = .hidden(path)
      case (nil, _):
        let why =
          marks.head.last == "none" ? "no stat on this host" : "'\(path)' changed while it was looked at"
        answers[.status(path)] = .unreadable(why)
      }
    }
  }

  private func readDigests(_ sections: inout FactSections, _ answers: inout FactAnswers) throws(Diagnostic) {
    let marks = try sections.next("digest").lines
    // A name with a backslash or a line end makes coreutils begin the line with a backslash.
    let sums = try sections.next("sums").lines.compactMap { line -> String? in
      let sum = line.drop { $0 == "\\" }.prefix(64)
      return sum.count == 64 && sum.allSatisfy { $0.isHexDigit && !$0.isUppercase } ? String(sum) : nil
    }
    let isWhole = sums.count == marks.count { $0 == "file" }
    var next = sums.makeIterator()
    for (path, mark) in zip(digests, marks) {
      switch mark {
      case "file":
        let sum = next.next()
        answers[.digest(path)] = isWhole ? .digest(sum) : .unreadable("SHA-256 of '\(path)' could not be had")
      case "hidden": answers[.digest(path)] = .hidden(path)
      default: answers[.digest(path)] = .digest(nil)
      }
    }
  }

  private func readContent(_ path: String, _ sections: inout FactSections) throws(Diagnostic) -> FactAnswer {
    let section = try sections.next("content")
    guard !sections.skip("broken") else { return .unreadable("'\(path)' cannot be read") }
    switch section.head.last {
    case "file" where section.body.count > 4 << 20: return .unreadable("'\(path)' is larger than 4 MiB")
    case "file": return .content(section.body)
    case "hidden": return .hidden(path)
    default: return .content(nil)
    }
  }

  private func readUsers(_ sections: inout FactSections, _ answers: inout FactAnswers) throws(Diagnostic) {
    let rows = try sections.next("user").lines.map {
      $0.split(separator: ":", omittingEmptySubsequences: false)
    }
    for name in users {
      let groups = try sections.next("groups").text.split(whereSeparator: \.isWhitespace).map { String($0) }
      guard let row = rows.first(where: { $0.count > 6 && ($0[0] == name || $0[2] == name) }),
        let userID = Int(row[2]), let groupID = Int(row[3])
      else {
        answers[.user(name)] = .user(nil)
        continue
      }
      answers[.user(name)] = .user(
        Account(
          name: String(row[0]), userID: userID, groupID: groupID, group: groups.first ?? String(row[3]),
          comment: String(row[4]), home: String(row[5]), shell: String(row[6]),
          groups: groups.dropFirst().sorted()))
    }
  }

  private func readPackages(_ section: FactSections.Section, _ answers: inout FactAnswers) {
    let rows = section.lines.map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
    for name in packages {
      guard section.head.last == "yes" else {
        answers[.package(name)] = .unreadable("no dpkg on this host")
        continue
      }
      let found = rows.filter { $0.count == 4 && ($0[0] == name || "\($0[0]):\($0[1])" == name) }
        .map { PackageState(abbreviation: Array($0[2]), version: String($0[3])) }
      // The same package may be there for several architectures.
      answers[.package(name)] = .package(found.first { $0.version != nil } ?? found.first ?? PackageState())
    }
  }

  private func readUnits(_ section: FactSections.Section, _ answers: inout FactAnswers) {
    let blocks = section.text.split(separator: "\n\n").map { block in
      Dictionary(
        block.split(separator: "\n").compactMap { line -> (Substring, String)? in
          let words = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
          return words.count == 2 ? (words[0], String(words[1])) : nil
        }, uniquingKeysWith: { first, _ in first })
    }
    for (index, name) in units.enumerated() {
      guard section.head.last == "yes" else {
        answers[.unit(name)] = .unreadable("no systemctl on this host")
        continue
      }
      guard blocks.count == units.count, let load = blocks[index]["LoadState"] else {
        let said = section.lines.first.map { ": \($0)" } ?? ""
        answers[.unit(name)] = .unreadable("systemctl does not answer\(said)")
        continue
      }
      let block = blocks[index]
      answers[.unit(name)] = .unit(
        UnitState(
          load: load, active: block["ActiveState"] ?? "", sub: block["SubState"] ?? "",
          file: block["UnitFileState"] ?? "", needsReload: block["NeedDaemonReload"] == "yes"))
    }
  }
}

extension FactAnswer {
  fileprivate static func hidden(_ path: String) -> FactAnswer { .unreadable("'\(path)' may not be read") }
}

extension FileStatus {
  /// Takes one record of `stat` off the front where it is that of this path: mode in hexadecimal, user,
  /// group, size, time, their names, and the path as it was given, whatever bytes that holds.
  fileprivate init?(record rest: inout ArraySlice<UInt8>, _ path: String) {
    var fields: [String] = []
    var tail = rest
    while fields.count < 7 {
      guard let blank = tail.firstIndex(of: UInt8(ascii: " ")) else { return nil }
      fields.append(String(decoding: tail[..<blank], as: UTF8.self))
      tail = tail[(blank + 1)...]
    }
    let name = Array(path.utf8) + [UInt8(ascii: "\n")]
    guard tail.starts(with: name), let mode = Int(fields[0], radix: 16), let userID = Int(fields[1]),
      let groupID = Int(fields[2]), let size = Int(fields[3]), let modified = Int(fields[4])
    else { return nil }
    let kind: Kind =
      switch mode & 0o170000 {
      case 0o100000: .file
      case 0o040000: .directory
      case 0o120000: .link
      default: .other
      }
    // Numbers stand in where the host knows no name.
    let owner = fields[5] == "UNKNOWN" ? fields[1] : fields[5]
    let group = fields[6] == "UNKNOWN" ? fields[2] : fields[6]
    self.init(
      kind: kind, mode: mode & 0o7777, owner: owner, group: group, userID: userID, groupID: groupID,
      size: size,
      modified: modified)
    rest = tail.dropFirst(name.count)
  }
}

extension PackageState {
  /// dpkg's three letters: what is wanted, what is, and whether it must be installed again.
  fileprivate init(abbreviation: [Character], version: String) {
    let (wanted, state) = (abbreviation.first ?? "u", abbreviation.count > 1 ? abbreviation[1] : "n")
    self.init(
      // Waiting triggers (W, t) are of a package that is there.
      version: "iWt".contains(state) ? version : nil, isHeld: wanted == "h",
      isBroken: "HUF".contains(state) || (abbreviation.count > 2 && abbreviation[2] == "R"),
      hasLeftovers: state == "c")
  }
}
