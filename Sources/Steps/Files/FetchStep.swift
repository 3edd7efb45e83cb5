public import Runbook

/// Makes sure that a file of the host is on the control machine.
public struct FetchStep: StepKind {
  public static let key = "fetch"
  public static let summary = """
    A file of the host, copied to the control machine with mode 0600; one that is there with the same bytes \
    is left alone. A relative `to` counts from the runbook's project; use `inventory_hostname` in it where \
    several hosts are concerned. Outputs: `to`, `sha256`.
    """
  public static let example = """
    - fetch: { path: /etc/ssh/ssh_host_ed25519_key.pub, to: "fetched/{{ inventory_hostname }}.pub" }
    """

  let path: AbsolutePath
  let to: String
  /// SHA-256 of what is on the control machine; nil where nothing is.
  let local: String?

  public init(_ parameters: inout Parameters) {
    path = parameters.required("path", "Absolute path of a file on the host.")
    let written: String = parameters.required("to", "Path on the control machine.")
    to = LocalFile.join(parameters.context.folders.last ?? ".", written)
    do throws(Diagnostic) {
      local = try Self.digest(of: to)
    } catch {
      local = nil
      parameters.reject(error)
    }
  }

  public var title: String { "fetch \(path)" }
  public var probe: Probe<String?> { .digest(of: path.string) }
  /// What is on the control machine was read before the file came; the transfer itself compares the bytes.
  public var isVerified: Bool { false }

  public func change(from digest: String?) throws(Diagnostic) -> Change? {
    guard let digest else { throw Diagnostic(.conflict, "there is no file '\(path)' to fetch") }
    guard digest != local else { return nil }
    let words: Text = "fetch \(path) to \(to)"
    return local == nil
      ? .create(words, .fetch(from: path.string, to: to)) : .modify(words, .fetch(from: path.string, to: to))
  }

  public func outputs(_ observed: String?, _ results: [ActionResult]) -> ValueMap {
    ["to": .string(to), "sha256": .string(observed ?? "")]
  }

  private static func digest(of path: String) throws(Diagnostic) -> String? {
    guard try LocalFile.kind(path) == .file else { return nil }
    return Digest.hex(Digest.sha256(try LocalFile.read(path)))
  }
}
