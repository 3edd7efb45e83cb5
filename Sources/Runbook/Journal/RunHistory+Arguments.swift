extension RunHistory {
  /// What the run was asked to do, extra variables included: those given now, then those that the journal keeps
  /// under the vault password. Throws where one was not kept and is not given.
  public func arguments(
    given extras: ValueMap, password: @escaping @Sendable () -> [UInt8]?
  ) throws(Diagnostic) -> RunArguments {
    var arguments = header.arguments
    var all = ValueMap()
    if let sealed = header.sealedExtras, case .map(let kept)? = try ValueSeal(password: password).open(sealed) {
      all = kept
    }
    for (name, value) in extras { all[name] = value }
    let missing = header.extraDigests.keys.filter { all[$0] == nil }.sorted()
    guard missing.isEmpty else { throw .notKept(missing, header.id, isSealed: header.sealedExtras != nil) }
    arguments.extraVariables = all
    return arguments
  }
}

extension Diagnostic {
  fileprivate static func notKept(_ names: [String], _ id: String, isSealed: Bool) -> Diagnostic {
    let list = names.map { "'\($0)'" }.joined(separator: ", ")
    let why = isSealed ? "sealed with another vault password" : "not kept, as there was no vault password to seal it with"
    return Diagnostic(
      .missing, "run \(id) was given \(list) by --extra-vars, \(why)", hint: "give it again: -e \(names[0])=…")
  }
}
