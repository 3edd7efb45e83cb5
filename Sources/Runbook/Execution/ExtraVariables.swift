/// `-e`, as journals and saved plans keep it: never in the clear, since a password may be in it.
public struct ExtraVariables: Sendable {
  /// nil where there are none, or no vault password to seal them with.
  public let sealed: String?
  /// The keyed digest of each, by name.
  public let digests: [String: String]

  init(_ input: EngineInput, _ key: ProjectKey) {
    let extras = input.arguments.extraVariables
    sealed = extras.isEmpty ? nil : ValueSeal(password: input.journalPassword).vaulted(.map(extras))
    digests = Dictionary(
      uniqueKeysWithValues: extras.map { ($0.key, ExtraVariables.digest($0.key, $0.value, key)) })
  }

  private static func digest(_ name: String, _ value: Value, _ key: ProjectKey) -> String {
    key.fingerprint("\(name)=\(value.json(revealing: true))")
  }

  /// The extra variables of an earlier run or of a saved plan: those that were sealed, with those given again. Throws
  /// where one is missing, or is not what it was.
  public static func restored(
    sealed: String?, digests: [String: String], given: ValueMap, stateFolder: String,
    password: @escaping @Sendable () -> [UInt8]?
  ) throws(Diagnostic) -> ValueMap {
    var values = ValueMap()
    if let sealed, case .map(let kept)? = try ValueSeal(password: password).open(sealed) { values = kept }
    for (name, value) in given { values[name] = value }
    let key = try ProjectKey.load(stateFolder: stateFolder)
    for (name, digest) in digests.sorted(by: { $0.key < $1.key }) {
      guard let value = values[name] else {
        throw Diagnostic(
          .missing, "the run was given '-e \(name)=…', which is not kept without a vault password",
          hint: "give it again")
      }
      guard Self.digest(name, value, key) == digest else {
        throw Diagnostic(
          .stalePlan, "'-e \(name)' is not what the run was given", hint: "leave it out, or start a new run")
      }
    }
    return values
  }
}
