/// Actions that can travel together, or one that needs the control machine.
enum ActionBatch: Sendable {
  /// Places in the change's list of actions, and their scripts.
  case scripts([(action: Int, text: String)])
  case control(Int)
}

extension ActionScript {
  /// Cuts a list of actions so that as much as possible travels together, in order.
  func batches(_ actions: [Action]) -> [ActionBatch] {
    var (batches, current): ([ActionBatch], [(action: Int, text: String)]) = ([], [])
    func flush() {
      if !current.isEmpty { batches.append(.scripts(current)) }
      current = []
    }
    for (index, action) in actions.enumerated() {
      guard let text = text(of: action), !action.isLarge else {
        flush()
        batches.append(.control(index))
        continue
      }
      // The bytes of an upload travel by themselves, before the script that puts them in their place.
      if case .upload = action {
        flush()
        batches.append(.control(index))
      }
      current.append((index, text))
      if mayAcceptFailure(of: action) { flush() }
    }
    flush()
    return batches
  }
}

extension Action {
  /// More than travels well inside of a script.
  var isLarge: Bool {
    guard case .write(let write) = self else { return false }
    return write.content.bytes.count > 1 << 20
  }

  /// Whether it does anything to a host.
  var touchesHost: Bool {
    switch self {
    case .run, .script, .command, .write, .upload, .reboot, .fetch: true
    case .ask, .show, .sleep: false
    }
  }
}

extension Change {
  /// Whether anything is done to a host; a message or a question is not counted as a change.
  public var touchesHost: Bool { actions.contains { $0.touchesHost } }
}
