import Glibc
import Runbook
import Testing

@Suite struct VaultTests {
  static let salt = (0..<32).map { UInt8($0) }
  static let known = """
    $ANSIBLE_VAULT;1.1;AES256
    30303031303230333034303530363037303830393061306230633064306530663130313131323133
    3134313531363137313831393161316231633164316531660a373861343331386566306537323163
    66333135323033306361633163386566336230313566333834383336313965346464623831626464
    3165333566376239360a386664313461353839663566396130393066613636373763616139613765
    32653730343265393835626338356363346264633430396630386264643837306666

    """
  /// Made by ansible-vault of ansible-core 2.19.14, password `test password`.
  static let foreign = """
    $ANSIBLE_VAULT;1.2;AES256;prod
    30303362396433333537653538363863646433386532333132366631326532373563346261633363
    6465386532663530396332373939616665633533316532630a616534613534633839643062613530
    36333130613636306236313932323133316530316337643863326637383966316663376663353338
    6535633963653930630a383661323239363632313031366136623264643139663635643265313937
    64356235306161326335383839386464306166343366303239343138656231646437613530613237
    3166643132383430363938343666316261643139626561353561

    """

  private func keyring(_ password: String, id: String? = nil) -> VaultKeyring {
    VaultKeyring([.init(id: id, .fixed(password))])
  }

  private var place: SourcePosition {
    SourcePosition(file: SourceFile(path: "vault/all.yml", text: ""), line: 3, column: 5)
  }

  @Test func encryptsToTheVeryBytesOfTheFormat() {
    let envelope = VaultEnvelope(
      encrypting: Array("DB_PASSWORD=s3cr3t\n".utf8), password: Array("correct horse".utf8), salt: Self.salt)
    #expect(envelope.text == Self.known)
  }

  @Test func decryptsWhatAnsibleEncryptedWhateverTheLabel() throws {
    let text = try keyring("test password", id: "dev").decrypt(Self.foreign, at: place)
    #expect(text == "db_password: \"s3cr3t ü\"\nport: 5432\n")
  }

  @Test func blanksAndLineEndsBetweenDigitsDoNotMatter() throws {
    let lines = Self.known.split(separator: "\n").map { "\($0)  \r\n" }.joined()
    #expect(try keyring("correct horse").decrypt("\u{FEFF}" + lines, at: place) == "DB_PASSWORD=s3cr3t\n")
  }

  @Test func aWrongPasswordNamesThePlaceAndWhereThePasswordCameFrom() throws {
    let fault = try #require(throws: Diagnostic.self) {
      try keyring("wrong", id: "dev").decrypt(Self.foreign, at: place)
    }
    #expect(
      fault.message
        == "this vault-encrypted text (vault id 'prod') cannot be decrypted: wrong password, or damaged")
    #expect(fault.position == place)
    #expect(fault.notes == ["tried: vault id 'dev' from given by the caller"])
  }

  @Test(arguments: [
    (
      known.replacing("1.1;", with: "1.0;"),
      "vault format 1.0 (AES) is not supported: it is older than Ansible 1.5"
    ),
    (String(known.dropLast(2)), "this vault-encrypted text is damaged: its body has an odd number of digits"),
    (
      known.replacing("3030", with: "30x0"),
      "this vault-encrypted text is damaged: its body has a character that is no hexadecimal digit"
    ),
    (known.replacing("\n", with: " "), "the lines of this vault-encrypted value are joined into one"),
    ("plain", "this is not vault-encrypted: it does not begin with '$ANSIBLE_VAULT'"),
  ]) func damageIsNamed(_ text: String, _ message: String) throws {
    let fault = try #require(throws: Diagnostic.self) {
      try keyring("correct horse").decrypt(text, at: place)
    }
    #expect(fault.message == message)
  }

  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = "/tmp/runbook-vault-\(UInt64.random(in: 0 ... .max))"
    try LocalFile.makeFolder(folder, mode: 0o700)
    let result = Result { try body(folder) }
    for name in try LocalFile.list(folder) { try LocalFile.remove("\(folder)/\(name)") }
    rmdir(folder)
    try result.get()
  }

  @Test func passwordFilesLoseTheirLineEnds() throws {
    try withFolder { folder in
      let path = "\(folder)/password"
      for text in ["a b", "a b\n", "a b\r\n"] {
        try LocalFile.write(Array(text.utf8), to: path)
        #expect(try VaultPasswordSource.file(path).password() == Array("a b".utf8))
      }
      try LocalFile.write(Array(" \n".utf8), to: path)
      #expect(throws: Diagnostic.self) { try VaultPasswordSource.file(path).password() }
    }
  }

  @Test func aScriptThatLostItsBitIsNotThePassword() throws {
    try withFolder { folder in
      let path = "\(folder)/password"
      try LocalFile.write(Array("#!/bin/sh\necho x\n".utf8), to: path)
      let fault = try #require(throws: Diagnostic.self) { try VaultPasswordSource.file(path).password() }
      #expect(fault.message == "the vault password file '\(path)' is a script, and it is not executable")
    }
  }

  @Test func anInlineValueIsSecretUnderItsKey() throws {
    let lines = Self.known.split(separator: "\n").map { "  \($0)\n" }.joined()
    let node = try #require(try YAMLReader.read(SourceFile(path: "x.yml", text: "token: !vault |\n\(lines)")))
    var evaluator = NodeEvaluator(scope: ValueScope([:]), keyring: keyring("correct horse"), folders: [])
    let secret = Text(secret: "DB_PASSWORD=s3cr3t\n", label: "token")
    #expect(try evaluator.value(node) == .map(["token": .string(secret)]))
  }
}
