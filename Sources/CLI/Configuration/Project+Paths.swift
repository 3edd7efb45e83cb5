import Glibc
import Runbook

extension Project {
  /// A path as the journal keeps it: below the project's root where it is there, else absolute, so that a resume
  /// from any folder finds it.
  func kept(_ path: String) -> String {
    guard let absolute = Self.absolute(path), let root = Self.absolute(folder) else { return path }
    return absolute.hasPrefix(root + "/") ? String(absolute.dropFirst(root.count + 1)) : absolute
  }

  /// The path again that `kept` gave.
  static func found(_ path: String, in root: String) -> String { LocalFile.join(root, path) }

  private static func absolute(_ path: String) -> String? {
    guard let resolved = realpath(path, nil) else { return nil }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
