import Glibc
import Runbook
import Support
import Testing

/// A folder with files for one test, removed when it ends.
final class SampleFolder {
  let path: String

  init(_ files: [String: String]) throws {
    path = "/tmp/runbook-language-\(UInt64.random(in: 0 ... .max))"
    for (name, text) in files {
      let place = "\(path)/\(name)"
      try LocalFile.makeFolder(LocalFile.parent(of: place))
      try LocalFile.write(Array(text.utf8), to: place, mode: 0o644)
    }
  }

  deinit {
    remove(path)
  }

  private func remove(_ path: String) {
    do {
      if try LocalFile.kind(path) == .folder {
        for name in try LocalFile.list(path) { remove("\(path)/\(name)") }
        rmdir(path)
      } else {
        try LocalFile.remove(path)
      }
    } catch { Issue.record("cannot remove \(path): \(error)") }
  }
}

@Suite struct IncludeTests {
  private func read(_ files: [String: String]) throws -> (document: RunbookDocument, folder: String) {
    let folder = try SampleFolder(files)
    let reader = RunbookReader(registry: SampleKinds.registry, projectFolder: folder.path)
    return (try reader.read("\(folder.path)/books/site.yml"), folder.path)
  }

  private func faults(_ files: [String: String]) throws -> [Diagnostic] {
    let folder = try SampleFolder(files)
    let reader = RunbookReader(registry: SampleKinds.registry, projectFolder: folder.path)
    do throws(Diagnostics) { _ = try reader.read("\(folder.path)/books/site.yml") } catch {
      return error.all.map { fault in
        var fault = fault
        fault.message = fault.message.replacing(folder.path + "/", with: "")
        fault.notes = fault.notes.map { $0.replacing(folder.path + "/", with: "") }
        return fault
      }
    }
    return []
  }

  private func steps(_ items: [RunbookItem]) -> [StepSpec] {
    items.flatMap { item in
      switch item {
      case .step(let spec): [spec]
      case .phase(let phase): steps(phase.steps)
      }
    }
  }

  @Test func anIncludeIsLookedForBesideTheFileThenTheRunbookThenInTheProject() throws {
    let (document, folder) = try read([
      "books/site.yml": "hosts: all\nsteps:\n  - include: parts/one.yml\n",
      "books/parts/one.yml": "- include: two.yml\n- include: top.yml\n- include: shared/three.yml\n",
      "books/parts/two.yml": "- directory: /two\n",
      "books/top.yml": "- directory: /top\n",
      "shared/three.yml": "- directory: /three\n",
    ])
    #expect(
      steps(document.items).map { $0.position.file.path } == [
        "\(folder)/books/parts/two.yml", "\(folder)/books/top.yml", "\(folder)/shared/three.yml",
      ])
    #expect(document.files.count == 5)
    #expect(steps(document.items)[0].folders == ["\(folder)/books/parts", "\(folder)/books", folder])
  }

  @Test func anIncludeHandsDownItsKeysAndItsID() throws {
    let (document, _) = try read([
      "books/site.yml": """
      hosts: all
      steps:
        - id: docker
          include: part.yml
          vars: { source: distro }
          tags: docker
          when: wanted
          become: true
      """,
      "books/part.yml": """
      vars: { source: docker, extra: 1 }
      steps:
        - { id: package, apt: { packages: [docker] }, tags: pkg, notify: again }
        - { apt: { packages: [compose] }, needs: [package], vars: { own: 1 } }
      handlers:
        - { id: again, command: again }
      """,
    ])
    let specs = steps(document.items)
    #expect(specs.map { $0.id } == ["docker/package", "docker/apt-1"])
    #expect(
      specs[0].tags == ["docker", "pkg"] && specs[0].conditions.count == 1 && specs[0].become.isOn == true)
    #expect(
      specs[1].variables.map { $0.entries.map { $0.key } } == [["source", "extra"], ["source"], ["own"]])
    #expect(specs[1].variables.map { $0.isOfInclude } == [false, true, false])
    #expect(document.handlers.map { $0.id } == ["docker/again"])
    let graph = try GraphBuilder { _, _ in ["h"] }.build(document)
    #expect(graph.nodes.map { $0.needs } == [[], [0], []])
    #expect(graph.nodes[0].notifies == [2])
    #expect(graph.nodes[0].phases.isEmpty)
  }

  @Test func theSameFileMayBeIncludedTwiceUnderTwoIDs() throws {
    let part = "- { id: one, directory: \"/{{ name }}\" }\n- { id: two, directory: /b, needs: [one] }\n"
    let (document, _) = try read([
      "books/site.yml": """
      hosts: all
      steps:
        - { id: a, include: part.yml, vars: { name: a } }
        - { id: b, include: part.yml, vars: { name: b } }
        - { id: end, directory: /end, needs: [a, b/two] }
      """,
      "books/part.yml": part,
    ])
    let graph = try GraphBuilder { _, _ in ["h"] }.build(document)
    #expect(graph.nodes.map { $0.reference.id } == ["a/one", "a/two", "b/one", "b/two", "end"])
    #expect(graph.nodes.map { $0.needs } == [[], [0], [1], [1, 2], [0, 1, 3]])
    let faults = try faults([
      "books/site.yml": "hosts: all\nsteps: [{ include: part.yml }, { include: part.yml }]",
      "books/part.yml": part,
    ])
    #expect(faults.map { $0.message } == ["the id 'one' is given twice", "the id 'two' is given twice"])
    #expect(faults[0].hint == "give each 'include' an 'id' of its own")
  }

  @Test func filesThatIncludeEachOtherAreNamed() throws {
    let faults = try faults([
      "books/site.yml": "hosts: all\nsteps: [{ include: a.yml }]", "books/a.yml": "- include: b.yml",
      "books/b.yml": "- include: a.yml",
    ])
    #expect(
      faults.map { $0.message } == ["the files include each other: books/a.yml → books/b.yml → books/a.yml"])
  }

  @Test func aMissingFileIsNamedWithThePlacesAlsoUnderAConditionThatIsFalse() throws {
    let faults = try faults(["books/site.yml": "hosts: all\nsteps: [{ include: x/gone.yml, when: false }]"])
    #expect(faults.map { $0.message } == ["there is no file 'x/gone.yml' to include"])
    #expect(faults[0].notes == ["looked for 'books/x/gone.yml', 'x/gone.yml'"])
  }

  @Test func faultsOfAllFilesAreToldTogether() throws {
    let faults = try faults([
      "books/site.yml": "hosts: all\nsteps:\n  - include: a.yml\n  - include: b.yml\n  - wrong: 1\n",
      "books/a.yml": "- atp: {}\n", "books/b.yml": "- directory: /b\n  wehn: x\n",
    ])
    #expect(
      faults.map { $0.message } == [
        "unknown step kind 'wrong'", "unknown step kind 'atp'", "unknown key 'wehn' of a step",
      ])
  }

  @Test func aRunbookCannotBeIncluded() throws {
    let faults = try faults([
      "books/site.yml": "hosts: all\nsteps: [{ include: a.yml }]", "books/a.yml": "hosts: all\nsteps: []\n",
    ])
    #expect(faults.map { $0.message } == ["a whole runbook cannot be included"])
  }
}
