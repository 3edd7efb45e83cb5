/// One script that answers every query of a host, with one call of each tool for all of them.
///
/// Its output starts with a random word on a line of its own; answers follow as sections, each begun by the
/// byte 0x1e, that word and `;`. So file names, contents and what scripts print may hold anything.
public enum FactScript {
  /// POSIX sh for dash, bash and busybox. It writes nothing on the host.
  public static func text(for queries: [FactQuery]) -> String {
    let subjects = FactSubjects(queries)
    var script = "rb_w=\(FrameMark().word); printf '%s\\n' \"$rb_w\"\n" + functions
    func add(_ call: String, _ words: [String]) {
      if !words.isEmpty { script += call + words.map { " " + shellWord($0) }.joined() + "\n" }
    }
    add("rb_status", subjects.statuses)
    add("rb_digest", subjects.digests)
    for path in subjects.contents { add("rb_content", [path]) }
    add("rb_package", subjects.packages)
    add("rb_user", subjects.users)
    add("rb_group", subjects.groups)
    add("rb_unit", subjects.units)
    add("rb_command", subjects.commands)
    for text in subjects.scripts { add("rb_script", [text]) }
    return script + "rb_s end; :\n"
  }

  /// What the script printed, as answers to the same queries.
  public static func parse(_ output: [UInt8], for queries: [FactQuery]) throws(Diagnostic) -> FactAnswers {
    var sections = try FactSections(output)
    return try FactSubjects(queries).answers(from: &sections)
  }

  /// `rb_gone PATH` is true where nothing is there, false where it could not be seen: a folder above it may
  /// not be searched. It asks the shell alone, not the words of an error.
  private static let functions = #"""
    rb_s() { printf '\036%s;%s\n' "$rb_w" "$*"; }
    rb_gone() { rb_d=$1; while [ "$rb_d" != / ]; do rb_d=${rb_d%/*}; [ -n "$rb_d" ] || rb_d=/
    if [ -d "$rb_d" ]; then [ -x "$rb_d" ]; return; fi; done; }
    rb_absent() { if rb_gone "$1"; then echo absent; else echo hidden; fi; }
    rb_status() { rb_s status; rb_f='%f %u %g %s %Y %U %G %n'
    if command -v stat >/dev/null; then stat -c "$rb_f" -- "$@" 2>/dev/null; rb_r=$?; else rb_r=none; fi
    rb_s marks "$rb_r"; for rb_p; do
    if [ -L "$rb_p" ]; then rb_s link; readlink -- "$rb_p" 2>/dev/null || readlink "$rb_p"
    elif [ "$rb_r" != 0 ] && [ ! -e "$rb_p" ]; then rb_s "$(rb_absent "$rb_p")"; else rb_s there; fi; done; }
    rb_digest() { rb_s digest; rb_n=$#; while [ $rb_n -gt 0 ]; do rb_n=$((rb_n - 1)); rb_p=$1; shift
    if [ ! -e "$rb_p" ]; then rb_absent "$rb_p"; elif [ ! -f "$rb_p" ]; then echo other
    elif [ ! -r "$rb_p" ]; then echo hidden; else echo file; set -- "$@" "$rb_p"; fi; done
    rb_s sums; [ $# -gt 0 ] || return; if command -v sha256sum >/dev/null; then sha256sum -- "$@" 2>/dev/null
    else openssl dgst -sha256 -r "$@" 2>/dev/null; fi; }
    rb_content() { if [ ! -e "$1" ]; then rb_s content "$(rb_absent "$1")"
    elif [ ! -f "$1" ]; then rb_s content other; elif [ ! -r "$1" ]; then rb_s content hidden
    else rb_s content file; head -c 4194305 <"$1" || rb_s broken; fi; }
    rb_package() { if command -v dpkg-query >/dev/null; then rb_s package yes
    dpkg-query -W -f='${Package}\t${Architecture}\t${db:Status-Abbrev}\t${Version}\n' "$@" 2>/dev/null
    else rb_s package no; fi; }
    rb_table() { rb_t=$1; shift; if command -v getent >/dev/null; then getent "$rb_t" "$@"
    else cat "/etc/$rb_t"; fi; }
    rb_user() { rb_s user; rb_table passwd "$@"; for rb_p; do rb_s groups; id -Gn "$rb_p" 2>/dev/null; done; }
    rb_group() { rb_s group; rb_table group "$@"; }
    rb_unit() { if command -v systemctl >/dev/null; then rb_s unit yes
    systemctl show -p LoadState,ActiveState,SubState,UnitFileState,NeedDaemonReload -- "$@" 2>&1
    else rb_s unit no; fi; }
    rb_command() { rb_s command; for rb_p; do
    if command -v "$rb_p" >/dev/null 2>&1; then echo y; else echo n; fi; done; }
    rb_script() { rb_s output; { rb_e=$(exec 2>&1 >&3 3>&-; eval "$1"); rb_r=$?; } 3>&1
    rb_s errors "$rb_r"; printf '%s' "$rb_e"; }

    """#
}

/// What the queries ask about, by kind, each once and in order.
struct FactSubjects {
  var statuses: [String] = []
  var digests: [String] = []
  var contents: [String] = []
  var packages: [String] = []
  var users: [String] = []
  var groups: [String] = []
  var units: [String] = []
  var commands: [String] = []
  var scripts: [String] = []

  init(_ queries: [FactQuery]) {
    var seen: Set<FactQuery> = []
    for query in queries where seen.insert(query).inserted {
      switch query {
      case .status(let path): statuses.append(path)
      case .digest(let path): digests.append(path)
      case .content(let path): contents.append(path)
      case .package(let name): packages.append(name)
      case .user(let name): users.append(name)
      case .group(let name): groups.append(name)
      case .unit(let name): units.append(name)
      case .command(let name): commands.append(name)
      case .script(let text): scripts.append(text)
      }
    }
  }
}

/// The sections of a fact script's output, taken in order.
struct FactSections {
  struct Section {
    /// The words of its first line.
    var head: [String]
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var lines: [Substring] { text.split(separator: "\n") }
  }

  private var sections: [Section] = []
  var all: [Section] { sections }
  private var position = 0

  init(_ output: [UInt8]) throws(Diagnostic) {
    guard let end = output.firstIndex(of: UInt8(ascii: "\n")) else { throw .noAnswer }
    let mark = [FrameMark.lead] + output[..<end] + [UInt8(ascii: ";")]
    var starts: [Int] = []
    var index = end + 1
    while let lead = output[index...].firstIndex(of: FrameMark.lead) {
      index = lead + 1
      if output[lead...].starts(with: mark) { starts.append(lead) }
    }
    for (number, start) in starts.enumerated() {
      let next = number + 1 < starts.count ? starts[number + 1] : output.count
      let piece = output[(start + mark.count)..<next]
      let line = piece.firstIndex(of: UInt8(ascii: "\n")) ?? piece.endIndex
      let head = String(decoding: piece[..<line], as: UTF8.self).split(separator: " ").map { String($0) }
      sections.append(Section(head: head, body: Array(piece[min(line + 1, piece.endIndex)...])))
    }
    guard sections.last?.head == ["end"] else { throw .cutShort }
  }

  /// The next section, which must be one of these.
  mutating func next(_ names: String...) throws(Diagnostic) -> Section {
    guard position < sections.count, let name = sections[position].head.first, names.contains(name) else {
      throw .misplaced(names[0])
    }
    defer { position += 1 }
    return sections[position]
  }

  /// Passes over the next section where it has this name.
  mutating func skip(_ name: String) -> Bool {
    guard position < sections.count, sections[position].head.first == name else { return false }
    position += 1
    return true
  }
}

extension Diagnostic {
  fileprivate static var noAnswer: Diagnostic { Diagnostic(.unreadable, "the host printed no facts") }
  fileprivate static var cutShort: Diagnostic {
    Diagnostic(.unreadable, "the host's facts end in the middle")
  }
  fileprivate static func misplaced(_ name: String) -> Diagnostic {
    Diagnostic(.unreadable, "the host's facts have no '\(name)' where it belongs")
  }
}
