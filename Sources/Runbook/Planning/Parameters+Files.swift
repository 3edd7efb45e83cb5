import Glibc

/// A file of the control machine that a step uses.
public struct LocalFileReference: Sendable, Hashable {
  /// The path that it was found at.
  public var path: String
  public var bytes: [UInt8]
  /// SHA-256 in lower-case hex.
  public var digest: String
  /// The permission bits.
  public var mode: Int

  public init(path: String, bytes: [UInt8], digest: String, mode: Int) {
    self.path = path
    self.bytes = bytes
    self.digest = digest
    self.mode = mode
  }
}

/// A condition that a parameter holds, evaluated.
public struct Condition: Sendable, Hashable {
  /// As written.
  public var text: String
  public var holds: Bool
  public var position: SourcePosition

  public init(text: String, holds: Bool, position: SourcePosition) {
    self.text = text
    self.holds = holds
    self.position = position
  }
}

extension Parameters {
  /// The path of a file of the control machine, looked for in the step's folders and in `files` below them. Its
  /// bytes and digest are read, and become part of the step's fingerprint. nil where it is not given, not there, or
  /// not known yet; the last two are noted.
  public mutating func localFile(_ name: String, _ words: String) -> LocalFileReference? {
    guard let argument = argument(name, type: "path of a local file", words) else { return nil }
    return read(argument, below: "files")
  }

  /// The path of a template of the control machine, looked for in the step's folders and in `templates` below
  /// them; the text that it gives with the step's variables. nil as with `localFile`.
  public mutating func renderedTemplate(_ name: String, _ words: String) -> Text? {
    guard let argument = argument(name, type: "path of a local template", words),
      let file = read(argument, below: "templates")
    else { return nil }
    guard let text = String(validating: file.bytes, as: UTF8.self) else {
      reject(Diagnostic(.template, "'\(file.path)' is not UTF-8 text", at: argument.position))
      return nil
    }
    let source = SourceFile(path: file.path, text: text)
    let used = "it is used at \(argument.position)"
    do throws(EvaluationFault) {
      let start = SourcePosition(file: source, line: 1, column: 1)
      let template: Template
      do throws(Diagnostic) { template = try Template(source.text, at: start, style: .file) } catch {
        throw .diagnostic(error)
      }
      return try template.render(in: context.scope, context.environment)
    } catch {
      switch error {
      case .pending(let reason): wait(for: reason)
      case .diagnostic(let fault):
        reject(fault.position == nil ? fault.located(at: argument.position) : fault.noting(used))
      }
      return nil
    }
  }

  /// A condition or a list of them, each evaluated with the step's variables. Empty where none is given, or where
  /// one is not known yet.
  public mutating func conditions(_ name: String, _ words: String) -> [Condition] {
    guard let argument = argument(name, type: "condition or list of conditions", words) else { return [] }
    let arguments: [Argument]
    if case .list(let items) = argument.content { arguments = items } else { arguments = [argument] }
    return arguments.compactMap { condition($0) }
  }

  private mutating func condition(_ argument: Argument) -> Condition? {
    if case .native(.bool(let bool)) = argument.content {
      return Condition(text: bool.written, holds: bool, position: argument.position)
    }
    let words: Text? = decode(argument)
    guard let words else { return nil }
    do throws(EvaluationFault) {
      let node = Node(.scalar(Node.Scalar(text: words.string, isPlain: true)), at: argument.position)
      let holds = try Conditions.hold([node], in: context.scope, context.environment)
      return Condition(text: words.description, holds: holds, position: argument.position)
    } catch {
      switch error {
      case .pending(let reason): wait(for: reason)
      case .diagnostic(let fault): reject(fault.located(at: argument.position))
      }
      return nil
    }
  }

  /// Finds and reads a file of the control machine.
  private mutating func read(_ argument: Argument, below subfolder: String) -> LocalFileReference? {
    let written: String? = decode(argument)
    guard let written, !isDescribing else { return nil }
    let folders = context.folders.isEmpty ? ["."] : context.folders
    let places =
      written.hasPrefix("/")
      ? [written]
      : folders.flatMap { [LocalPath.join($0, written), LocalPath.join($0, "\(subfolder)/\(written)")] }
    do throws(Diagnostic) {
      for place in places where try LocalFile.kind(place) == .file {
        let bytes = try LocalFile.read(place)
        let digest = Digest.hex(Digest.sha256(bytes))
        localFiles.append((written, digest))
        return LocalFileReference(path: place, bytes: bytes, digest: digest, mode: try permissions(of: place))
      }
      throw Diagnostic(
        .missing, "there is no local file '\(written)'",
        notes: ["looked for \(places.map { "'\($0)'" }.joined(separator: ", "))"])
    } catch {
      reject(error.located(at: argument.position))
      return nil
    }
  }

  private func permissions(of path: String) throws(Diagnostic) -> Int {
    var status = stat()
    guard stat(path, &status) == 0 else {
      throw Diagnostic(
        .unreadable, "cannot look at '\(path)': \(String(cString: strerror(errno)).lowercased())")
    }
    return Int(status.st_mode & 0o7777)
  }
}
