import Glibc
import Runbook

/// Finds the project that a runbook or the working folder belongs to.
enum ProjectRoot {
  /// The first folder upward that holds `runbook.yml`; else the first that holds `inventory`; else the start.
  static func find(from start: String) throws(Diagnostic) -> String {
    let folders = try ancestors(of: start)
    for folder in folders where try LocalFile.kind(LocalFile.join(folder, "runbook.yml")) == .file {
      return folder
    }
    for folder in folders where try LocalFile.exists(LocalFile.join(folder, "inventory")) { return folder }
    return start
  }

  /// The start, then each folder above it. Relative paths stay relative as long as they can, for they are shown.
  private static func ancestors(of start: String) throws(Diagnostic) -> [String] {
    guard let resolved = realpath(start, nil) else {
      throw Diagnostic(.missing, "there is no folder '\(start)'")
    }
    defer { free(resolved) }
    var absolute = String(cString: resolved)
    var folders = [start]
    while absolute != "/" {
      absolute = LocalFile.parent(of: absolute)
      folders.append(shown(absolute))
    }
    return folders
  }

  /// A path below the working folder as a person would type it.
  static func shown(_ absolute: String) -> String {
    guard let working = getcwd(nil, 0) else { return absolute }
    defer { free(working) }
    let folder = String(cString: working)
    if absolute == folder { return "." }
    return absolute.hasPrefix(folder + "/") ? String(absolute.dropFirst(folder.count + 1)) : absolute
  }
}
