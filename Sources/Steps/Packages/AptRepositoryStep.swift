public import Runbook

/// Makes sure that apt knows a repository, signed by a key that was checked, or that it does not.
public struct AptRepositoryStep: StepKind {
  public static let key = "apt_repository"
  public static let summary = """
    A repository in deb822 form, `/etc/apt/sources.list.d/NAME.sources`. Its key comes from a URL, and then \
    its fingerprint must be the one given, or from the runbook. The source takes its place only after its \
    index was fetched, so that a repository that cannot be used never breaks apt.
    """
  public static let example = """
    - apt_repository:
        name: docker
        uris: https://download.docker.com/linux/debian
        suites: trixie
        components: stable
        key_url: https://download.docker.com/linux/debian/gpg
        fingerprint: 9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88
        replaces: [/etc/apt/sources.list.d/docker.list]
    - apt_repository: { name: docker, state: absent }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let name: String
  let presence: Presence
  let uris: [String]
  let suites: [String]
  let components: [String]
  let architectures: [String]
  let types: [String]
  let keyText: String?
  let keyURL: String?
  let fingerprints: [Fingerprint]
  let isTrusted: Bool
  let options: Pairs<String>
  let replaces: [AbsolutePath]
  let lockWait: Duration

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "Names its files: letters, digits, `-`, `_` and `.`.")
    presence = parameters.value("state", "Whether apt shall know it.", default: .present)
    uris = parameters.value("uris", "Where it is.", default: [])
    suites = parameters.value("suites", "Suites: a codename; one that ends in `/` is a folder.", default: [])
    components = parameters.value("components", "Components; none where the suite is a folder.", default: [])
    architectures = parameters.value(
      "architectures", "Only these; the host's own where not given.", default: [])
    types = parameters.value("types", "`deb`, `deb-src`.", default: ["deb"])
    keyText = parameters.optional("key", "The signing key itself, armoured.")
    keyURL = parameters.optional("key_url", "Where the host gets the signing key, armoured or binary.")
    fingerprints = parameters.value(
      "fingerprint", "Every key at `key_url` must be one; `any` takes what an https URL serves.", default: [])
    isTrusted = parameters.value(
      "trusted", "Take it without a signature. Only for a repository on the host itself.", default: false)
    options = parameters.value("options", "More deb822 fields.", default: Pairs([]))
    replaces = parameters.value("replaces", "Files that described it before, to be removed.", default: [])
    lockWait = parameters.value(
      "lock_timeout", "How long to wait for another package tool.", default: AptScript.defaultLockWait)
    check(&parameters)
  }

  private func check(_ parameters: inout Parameters) {
    let isSound = name.utf8.allSatisfy { byte in
      Character(UnicodeScalar(byte)).isLetter || Character(UnicodeScalar(byte)).isNumber
        || "-_.".utf8.contains(byte)
    }
    if name.isEmpty || name.hasPrefix(".") || !isSound {
      parameters.reject(
        "'\(name)' cannot name a source: apt takes letters, digits, '-', '_' and '.'", at: "name")
    }
    guard presence == .present else { return }
    if uris.isEmpty { parameters.reject("'uris' is missing") }
    if suites.isEmpty { parameters.reject("'suites' is missing") }
    if keyURL != nil, fingerprints.isEmpty {
      parameters.reject(
        "a key from a URL must be checked: 'fingerprint' is missing", at: "key_url",
        hint: "take the fingerprint from the vendor's documentation, not from the key")
    }
    if takesAnyKey, fingerprints.count > 1 || keyURL?.hasPrefix("https://") == false {
      parameters.reject("'any' stands alone, and only for a key from an https URL", at: "fingerprint")
    }
    if keyText == nil, keyURL == nil, !isTrusted {
      parameters.reject("no signing key: give 'key_url' and 'fingerprint', or 'key'")
    }
    if keyText != nil, keyURL != nil {
      parameters.reject("'key' and 'key_url' exclude each other", at: "key")
    }
    if let keyText, !keyText.contains("-----BEGIN PGP PUBLIC KEY BLOCK-----") {
      parameters.reject("this is not an armoured public key", at: "key")
    }
    let fields =
      uris + suites + components + architectures + types + options.all.flatMap { [$0.key, $0.value] }
    if fields.contains(where: { $0.contains(where: { $0.isNewline }) }) {
      parameters.reject("a field of a source is one line")
    }
  }

  var takesAnyKey: Bool { fingerprints.contains(.any) }
  var sourcePath: String { "/etc/apt/sources.list.d/\(name).sources" }
  var keyPath: String { "/etc/apt/keyrings/\(name).gpg" }

  public var title: String { "apt repository \(name)" }
  public var requires: [String] { ["apt-get"] }
  public var lock: String? { "dpkg" }
}

/// The forty hex digits of a version 4 key, spaces and case aside; or `any`.
public struct Fingerprint: ParameterValue, Hashable {
  public let digits: String
  static let any = Fingerprint(digits: "any")

  public static var typeName: String { "fingerprint" }
  public static var placeholder: Fingerprint { Fingerprint(digits: "") }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> Fingerprint {
    let text = try String.decode(argument)
    if text == "any" { return any }
    let digits = text.filter { !$0.isWhitespace && $0 != ":" }.uppercased()
    guard digits.count == 40, digits.allSatisfy({ $0.isHexDigit }) else {
      throw .invalid(
        Diagnostic(
          .invalidValue, "'\(text)' is not a fingerprint: it has forty hex digits", at: argument.position))
    }
    return Fingerprint(digits: digits)
  }
  public var written: String { digits }
}
