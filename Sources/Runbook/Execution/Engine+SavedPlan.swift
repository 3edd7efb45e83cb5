extension Engine {
  /// What a scan found, to be kept in a file and applied later.
  public func savedPlan(of scanned: ScannedRun) -> SavedPlan {
    let context = RunContext(
      input, run: "plan", key: scanned.key, journal: nil, history: nil, connections: scanned.connections)
    let extras = ExtraVariables(input, scanned.key)
    var entries: [SavedPlan.Entry] = []
    let scans = Dictionary(uniqueKeysWithValues: scanned.scans.map { ($0.scan.host, $0.scan) })
    for node in input.graph.nodes {
      guard let known = scans[node.reference.host]?.known[node.index] else { continue }
      entries += known.saved(node, context)
    }
    return SavedPlan(
      name: input.document.name, time: now(), arguments: input.arguments, sealedExtras: extras.sealed,
      extraDigests: extras.digests, entries: entries)
  }

  /// Applies what a saved plan says. Throws, having done nothing, where that is no longer what would be done.
  public func apply(_ scanned: ScannedRun, as saved: SavedPlan) async throws(Diagnostic) -> RunSummary {
    let moved = saved.differences(to: savedPlan(of: scanned))
    guard moved.isEmpty else {
      await scanned.close()
      throw Diagnostic(
        .stalePlan, "the saved plan no longer holds: nothing was done", notes: moved, hint: "make a new plan")
    }
    return try await apply(scanned)
  }
}

extension ScanHost.Known {
  fileprivate func saved(_ node: GraphNode, _ context: RunContext) -> [SavedPlan.Entry] {
    func entry(_ verdict: String, _ words: String) -> [SavedPlan.Entry] {
      let key = StepKey(id: node.reference.id, host: node.reference.host)
      let digest = context.key.fingerprint("\(verdict):\(words)")
      return [SavedPlan.Entry(key: key, title: node.plainTitle.description, verdict: verdict, digest: digest)]
    }
    switch evaluation {
    case .skipped(let why): return entry("skipped", why)
    case .pending(let why): return entry("later", why)
    case .failed(let fault): return entry("failed", fault.message)
    case .steps(let steps):
      return zip(steps, standings).map { step, standing in
        let (verdict, bytes) = standing.saved
        let digest = context.key.fingerprint(
          step.decoded.fingerprintMaterial + Array("\n\(verdict)\n".utf8) + bytes)
        return SavedPlan.Entry(
          key: context.key(of: node, step), title: step.decoded.title.description, verdict: verdict,
          digest: digest)
      }
    }
  }
}

extension Standing {
  fileprivate var saved: (verdict: String, bytes: [UInt8]) {
    switch self {
    case .ok, .recalled: ("ok", [])
    case .change(let change): (change.kind.rawValue, change.canonicalBytes)
    case .later(let why): ("later", Array(why.utf8))
    case .lacksCommand(let command): ("later", Array(command.utf8))
    case .failed(let fault, _): ("failed", Array(fault.message.utf8))
    }
  }
}
