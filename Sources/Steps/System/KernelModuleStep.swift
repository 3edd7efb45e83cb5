public import Runbook

/// Makes sure that a kernel module is loaded, now and after a restart, or not.
public struct KernelModuleStep: StepKind {
  public static let key = "kernel_module"
  public static let summary = "A kernel module: loaded now, and at boot by a file below /etc/modules-load.d."
  public static let shorthand: String? = "name"
  public static let example = """
    - kernel_module: br_netfilter
    - kernel_module: { name: pcspkr, state: absent }
    """

  public enum Presence: String, CaseIterable, Choice { case present, absent }

  let name: String
  let presence: Presence
  let options: String?
  let loads: Bool
  let persists: Bool

  public init(_ parameters: inout Parameters) {
    name = parameters.required("name", "The module.")
    presence = parameters.value("state", "Whether it shall be loaded.", default: .present)
    options = parameters.optional("options", "What it is loaded with, kept below /etc/modprobe.d.")
    loads = parameters.value("load", "Load or unload it now.", default: true)
    persists = parameters.value("persist", "Load it at boot.", default: true)
    let letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
    if name.isEmpty || name.hasPrefix("-") || !name.allSatisfy({ letters.contains($0) }) {
      parameters.reject("'\(name)' is not the name of a kernel module", at: "name")
    }
  }

  private var bootPath: String { "/etc/modules-load.d/\(name).conf" }
  private var optionsPath: String { "/etc/modprobe.d/\(name).conf" }
  private var bootText: String { "\(name)\n" }
  private var optionsText: String? { options.map { "options \(name) \($0)\n" } }

  public var title: String { "kernel module \(name)" }
  public var requires: [String] { loads ? ["modprobe"] : [] }

  /// What a host says of a module.
  public struct State: Sendable, Hashable {
    public var boot: String?
    public var options: String?
    public var isLoaded: Bool
  }

  public var probe: Probe<State> {
    let folded = name.replacing("-", with: "_")
    let script = """
      if [ -d /sys/module/\(folded) ]; then echo loaded
      elif [ -r "/lib/modules/$(uname -r)/modules.builtin" ] &&
        sed 's|.*/||; s|\\.ko$||; s|-|_|g' "/lib/modules/$(uname -r)/modules.builtin" | grep -qxF -e \(folded)
      then echo loaded
      fi
      """
    let files = Probe<[UInt8]?>.content(of: bootPath).and(Probe<[UInt8]?>.content(of: optionsPath))
    return files.and(Probe<ScriptOutput>.script(loads ? script : ":")).map { files, output in
      State(
        boot: files.0.map { String(decoding: $0, as: UTF8.self) },
        options: files.1.map { String(decoding: $0, as: UTF8.self) }, isLoaded: !output.output.isEmpty)
    }
  }

  public func change(from observed: State) throws(Diagnostic) -> Change? {
    presence == .absent ? removal(from: observed) : installation(from: observed)
  }

  private func installation(from observed: State) -> Change? {
    var (actions, words, diffs) = ([Action](), [String](), [TextDiff]())
    actions.append(.run(["mkdir", "-p", "/etc/modprobe.d", "/etc/modules-load.d"]))
    if let optionsText, observed.options != optionsText {
      actions.append(.write(FileWrite(path: optionsPath, content: .text(Text(optionsText)), mode: 0o644)))
      diffs.append(TextDiff(path: optionsPath, before: observed.options, after: Text(optionsText)))
      words.append("options")
    }
    if persists, observed.boot != bootText {
      actions.append(.write(FileWrite(path: bootPath, content: .text(Text(bootText)), mode: 0o644)))
      words.append("load at boot")
    }
    if loads, !observed.isLoaded {
      actions.append(.run(["modprobe", "--", name]))
      words.append("load")
    }
    guard !words.isEmpty else { return nil }
    let summary = Text("kernel module \(name): \(words.joined(separator: ", "))")
    return Change(loads && !observed.isLoaded ? .create : .modify, summary, diffs: diffs, actions)
  }

  private func removal(from observed: State) -> Change? {
    let files = (observed.boot == nil ? [] : [bootPath]) + (observed.options == nil ? [] : [optionsPath])
    var actions: [Action] = files.isEmpty ? [] : [.run(["rm", "-f", "--"] + files)]
    if loads, observed.isLoaded { actions.append(.run(["modprobe", "-r", "--", name])) }
    return actions.isEmpty ? nil : Change(.remove, "kernel module \(name)", actions)
  }
}
