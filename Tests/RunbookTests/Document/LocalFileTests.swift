import Glibc
import Runbook
import Testing

@Suite struct LocalFileTests {
  /// A folder of this test's own, removed at its end.
  private func inFolder(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/runbook-test-XXXXXX".utf8CString)
    let path = try #require(mkdtemp(&template).map { String(cString: $0) })
    defer {
      for name in (try? LocalFile.list(path)) ?? [] where unlink("\(path)/\(name)") != 0 {
        rmdir("\(path)/\(name)")
      }
      rmdir(path)
    }
    try body(path)
  }

  @Test func fileIsWrittenWholeWithItsMode() throws {
    try inFolder { folder in
      let path = "\(folder)/a"
      try LocalFile.write(Array("old".utf8), to: path)
      try LocalFile.write([0, 255, 10], to: path, mode: 0o640)
      var status = stat()
      #expect(lstat(path, &status) == 0)
      #expect(status.st_mode & 0o7777 == 0o640)
      #expect(try LocalFile.read(path) == [0, 255, 10])
      #expect(try LocalFile.list(folder) == ["a"])
    }
  }

  @Test func failedWriteLeavesNothingBehind() throws {
    try inFolder { folder in
      try LocalFile.makeFolder("\(folder)/taken")
      #expect(throws: Diagnostic.self) { try LocalFile.write([1], to: "\(folder)/taken") }
      #expect(throws: Diagnostic.self) { try LocalFile.write([1], to: "\(folder)/none/x") }
      #expect(try LocalFile.list(folder) == ["taken"])
    }
  }

  @Test func missingFileIsNamedAndNotGuessed() throws {
    let fault = try #require(throws: Diagnostic.self) { try LocalFile.read("/nowhere/at all") }
    #expect(fault == Diagnostic(.missing, "cannot read '/nowhere/at all': there is no such file or folder"))
    #expect(try !LocalFile.exists("/nowhere"))
    #expect(try LocalFile.kind("/etc") == .folder)
    #expect(throws: Diagnostic.self) { try LocalFile.read("/etc") }
  }

  @Test func byteThatIsNotUTF8IsPointedAt() throws {
    try inFolder { folder in
      try LocalFile.write(Array("a: ü\nb: x".utf8) + [0xFF, 0x41], to: "\(folder)/a")
      let fault = try #require(throws: Diagnostic.self) {
        try SourceFile.read(path: "\(folder)/a", shownAs: "a")
      }
      #expect(fault.message == "this is not UTF-8 text: byte 0xff")
      #expect(fault.position?.description == "a:2:5")
    }
  }

  @Test func tooLargeAFileIsRefused() throws {
    try inFolder { folder in
      try LocalFile.write([UInt8](repeating: 32, count: 3 << 20), to: "\(folder)/a")
      #expect(throws: Diagnostic.self) { try LocalFile.read("\(folder)/a", limit: 2 << 20) }
    }
  }

  @Test func pathsAreTakenApartAndPutTogether() {
    #expect(LocalFile.parent(of: "/a/b/") == "/a")
    #expect(LocalFile.parent(of: "/a") == "/")
    #expect(LocalFile.parent(of: "a") == ".")
    #expect(LocalFile.join("a", "b") == "a/b")
    #expect(LocalFile.join("a/", "/b") == "/b")
    #expect(LocalFile.join(".", "b") == "b")
  }
}
