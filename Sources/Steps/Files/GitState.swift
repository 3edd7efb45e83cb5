import Runbook

/// What is at the path of a clone, and what its repository has.
public struct GitState: Sendable, Hashable {
  enum Place: String { case nothing, occupied, clone }

  var place: Place
  var head = ""
  /// nil: not on a branch.
  var branch: String?
  var url = ""
  /// The commit that is asked for; nil where the repository does not have it.
  var wanted: String?
  /// The branch it is on; nil for a tag or a commit.
  var wantedBranch: String?
  /// Tracked files that differ, as `git status` writes them.
  var changes: [String] = []
  /// Commits that no remote branch and no tag holds.
  var ownCommits: [String] = []
  var staleSubmodules: [String] = []

  /// Reads lines of `key value`; nil where they do not say what is there.
  init?(_ output: String) {
    var place: Place?
    var state = GitState(place: .nothing)
    for line in LineList.split(Text(output)).map({ $0.string }) {
      let parts = line.split(separator: " ", maxSplits: 1).map(String.init)
      guard let key = parts.first else { continue }
      let value = parts.count > 1 ? parts[1] : ""
      switch key {
      case "place": place = Place(rawValue: value)
      case "head": state.head = value
      case "branch": state.branch = value.isEmpty ? nil : value
      case "url": state.url = value
      case "wanted": state.wanted = value.isEmpty ? nil : value
      case "wanted-branch": state.wantedBranch = value.isEmpty ? nil : value
      case "change": state.changes.append(value)
      case "commit": state.ownCommits.append(value)
      case "submodule": state.staleSubmodules.append(value)
      default: return nil
      }
    }
    guard let place else { return nil }
    self = state
    self.place = place
  }

  private init(place: Place) { self.place = place }
}
