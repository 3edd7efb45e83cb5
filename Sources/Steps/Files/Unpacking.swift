import Runbook

/// How packed files are unpacked, by what every server has or a step can require.
enum Unpacking: String, CaseIterable, Choice {
  case none, gzip, bzip2, xz, zstd, tar, zip

  /// Commands that it cannot do without.
  var requires: [String] {
    switch self {
    case .none: []
    case .gzip: ["gzip"]
    case .bzip2: ["bzip2"]
    case .xz: ["xz"]
    case .zstd: ["zstd"]
    case .tar: ["tar"]
    case .zip: ["unzip"]
    }
  }

  /// Whether it may hold more than one file.
  var isArchive: Bool { self == .tar || self == .zip }

  /// By a file's name; nil where that does not say.
  init?(name: String) {
    let lower = name.lowercased()
    let tars = [".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz", ".tar.zst"]
    if tars.contains(where: lower.hasSuffix) {
      self = .tar
    } else if lower.hasSuffix(".zip") {
      self = .zip
    } else {
      return nil
    }
  }

  /// Shell text that prints what one packed file holds, or one member of an archive.
  func toOutput(_ file: String, member: String?) -> String {
    switch self {
    case .none: "cat -- \(file)"
    case .gzip, .bzip2, .xz, .zstd: "\(rawValue) -dc < \(file)"
    case .tar: "\(Self.untarred(file)) | tar -xOf - -- \(shellWord(member ?? ""))"
    case .zip: "unzip -p -- \(file) \(shellWord(member ?? ""))"
    }
  }

  /// Shell text that unpacks an archive into a folder that is there; `strip` folders are taken off each path.
  func toFolder(_ file: String, _ folder: String, strip: Int) -> String {
    guard self == .zip else {
      let stripping = strip > 0 ? " --strip-components=\(strip)" : ""
      return "\(Self.untarred(file)) | tar -xf - -C \(folder)\(stripping)"
    }
    let descend = Array(
      repeating: """
        set -- "$in"/*
        if [ $# -ne 1 ] || ! [ -d "$1" ]; then
        echo 'strip: the archive has more than one folder at its top' >&2; exit 1
        fi
        in=$1
        """, count: strip
    ).joined(separator: "\n")
    return """
      mkdir -- \(folder).zip && unzip -q -o \(file) -d \(folder).zip || exit 1
      in=\(folder).zip
      \(descend)
      cp -R -p -- "$in"/. \(folder)
      """
  }

  /// A tar's own bytes, whatever they are packed with: told by its first bytes, as not every tar does so
  /// itself.
  private static func untarred(_ file: String) -> String {
    """
    case $(od -An -tx1 -N6 < \(file) | tr -d ' \\n') in
    1f8b*) gzip -dc < \(file) ;;
    425a68*) bzip2 -dc < \(file) ;;
    fd377a585a00) xz -dc < \(file) ;;
    28b52ffd*) zstd -dc < \(file) ;;
    *) cat -- \(file) ;;
    esac
    """
  }
}
