public import Runbook

/// Makes sure that a swap file is in use, now and after a restart, or gone.
public struct SwapStep: StepKind {
  public static let key = "swap"
  public static let summary = "A swap file with its line in /etc/fstab. A file of another size is made anew."
  public static let shorthand: String? = "size"
  public static let example = """
    - swap: 2G
    - swap: { path: /swap.old, state: absent }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let path: AbsolutePath
  let size: ByteSize?
  let presence: Presence
  let activates: Bool

  public init(_ parameters: inout Parameters) {
    path = parameters.value("path", "The file.", default: AbsolutePath("/swapfile") ?? .placeholder)
    size = parameters.optional("size", "Its size: `512M`, `2G`.")
    presence = parameters.value("state", "Whether it shall be there.", default: .present)
    activates = parameters.value("activate", "Use it now.", default: true)
    if presence == .present, size == nil { parameters.reject("'size' is missing") }
  }

  public var title: String { "swap file \(path)" }
  public var requires: [String] { ["mkswap"] }
  public var lock: String? { "fstab" }

  /// The file, /etc/fstab, and whether it is in use.
  public struct State: Sendable, Hashable {
    public var file: FileStatus?
    public var table: [UInt8]?
    public var isActive: Bool
  }

  public var probe: Probe<State> {
    let script = Probe<ScriptOutput>.script("[ ! -e /proc/swaps ] || cut -d ' ' -f 1 /proc/swaps")
    return Probe<FileStatus?>.status(of: path.string).and(Probe<[UInt8]?>.content(of: "/etc/fstab")).and(
      script
    ).map {
      [path] files, output in
      State(
        file: files.0, table: files.1,
        isActive: output.output.split(separator: "\n").contains { $0 == FileTable.escaped(path.string) })
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    var table = FileTable(observed.table)
    let (name, before, file) = (FileTable.escaped(path.string), table.text, shellWord(path.string))
    let wanted = presence == .present ? "\(name) none swap sw 0 0" : nil
    table.set(wanted) { $0.count > 2 && $0[0] == name && $0[2] == "swap" }
    let size = size?.bytes ?? 0
    let isWrong = presence == .present && (observed.file.map { $0.size != size || $0.mode != 0o600 } ?? true)
    var (lines, words) = (["set -eu"], [String]())
    if observed.isActive, presence == .absent || isWrong { lines.append("swapoff -- \(file)") }
    if presence == .absent, observed.file != nil { lines.append("rm -f -- \(file)") }
    if isWrong {
      lines.append(
        """
        rm -f -- \(file).new
        (umask 077 && : >\(file).new)
        if command -v chattr >/dev/null; then chattr +C \(file).new 2>/dev/null || :; fi
        dd if=/dev/zero of=\(file).new bs=1048576 count=\(size / 1_048_576) 2>/dev/null
        mkswap -- \(file).new >/dev/null
        mv -f -- \(file).new \(file)
        """)
      words.append("\(self.size?.written ?? "") in \(path)")
    }
    let starts = presence == .present && activates && (!observed.isActive || isWrong)
    if starts { lines.append("swapon -- \(file)") }
    if starts, !isWrong { words.append("use \(path)") }
    var actions: [Action] = lines.count > 1 ? [.script(Text(lines.joined(separator: "\n")))] : []
    if table.text != before {
      actions.append(.write(FileWrite(path: "/etc/fstab", content: .text(Text(table.text)), mode: 0o644)))
      words.append(presence == .present ? "in /etc/fstab" : "out of /etc/fstab")
    }
    guard !actions.isEmpty else { return nil }
    if presence == .absent { return Change(.remove, Text("swap file \(path)"), actions) }
    return Change(
      observed.file == nil ? .create : .modify, Text("swap: \(words.joined(separator: ", "))"), actions)
  }
}

/// A size in whole mebibytes: `512M`, `2G`.
public struct ByteSize: ParameterValue, Hashable {
  public let bytes: Int

  public static var typeName: String { "size" }
  public static var placeholder: ByteSize { ByteSize(bytes: 0) }
  public static func decode(_ argument: Argument) throws(ParameterFault) -> ByteSize {
    let text = try String.decode(argument)
    let units: [(String, Int)] = [("GiB", 1 << 30), ("MiB", 1 << 20), ("G", 1 << 30), ("M", 1 << 20)]
    for (suffix, factor) in units where text.hasSuffix(suffix) {
      if let number = Int(text.dropLast(suffix.count)), number > 0, number < 1 << 20 {
        return ByteSize(bytes: number * factor)
      }
    }
    throw .invalid(
      Diagnostic(
        .invalidValue, "'\(text)' is not a size", at: argument.position, hint: "write it like 512M or 2G"))
  }
  public var written: String { bytes % (1 << 30) == 0 ? "\(bytes >> 30)G" : "\(bytes >> 20)M" }
}
