/// Actions that are more than a script: those of the control machine, transfers, a restart.
extension StepAttempt {
  /// Does one; what it gave is added to the outcome. Returns why it failed.
  func control(_ action: Action, _ outcome: inout Outcome) async throws(Fault) -> Diagnostic? {
    switch action {
    case .show(let text):
      context.input.events(.message(label, text))
      outcome.results.append(ActionResult(output: text.description))
    case .ask(let text): return await ask(text, &outcome)
    case .sleep(let duration):
      try await wait(duration)
      outcome.results.append(ActionResult())
    case .fetch(let from, let to):
      try await transfer { session throws(MachineFault) in try await session.download(from, to: to) }
      outcome.results.append(ActionResult(output: to))
    case .upload(let upload):
      let temporary = ActionScript.temporaryName(for: upload.path)
      try await transfer { session throws(MachineFault) in
        try await session.upload(upload.source, to: temporary)
      }
    case .write(let write): return try await writeLarge(write, &outcome)
    case .reboot(let timeout): return try await reboot(timeout, &outcome)
    case .run, .script, .command: return nil
    }
    return nil
  }

  private func ask(_ question: Text, _ outcome: inout Outcome) async -> Diagnostic? {
    let isYes: Bool
    if context.input.options.saysYes {
      context.input.events(.message(label, question))
      isYes = true
    } else {
      isYes = await context.input.ask(label, question)
    }
    outcome.results.append(ActionResult(status: isYes ? 0 : 1))
    return isYes
      ? nil : Diagnostic(.failed, "'\(label.title)' was not answered with yes", at: node.spec.position)
  }

  func wait(_ duration: Duration) async throws(Fault) {
    do { try await Task.sleep(for: duration) } catch { throw .machine(.interrupted) }
  }

  private func transfer(
    _ body: (any ShellSession) async throws(MachineFault) -> Void
  ) async throws(Fault) {
    do throws(MachineFault) {
      try await body(try await connection.session(step.channel))
    } catch {
      throw .machine(error)
    }
  }

  /// Bytes that are too many for a script go by way of a file of the control machine, 0600, and a stream.
  private func writeLarge(_ write: FileWrite, _ outcome: inout Outcome) async throws(Fault) -> Diagnostic? {
    let bytes = write.content.bytes
    let name = "runs/\(context.runID)/\(Digest.hex(Digest.random(8))).upload"
    let local = LocalFile.join(context.input.stateFolder, name)
    do throws(Diagnostic) { try LocalFile.write(bytes, to: local) } catch { throw .diagnostic(error) }
    do throws(Fault) {
      let temporary = ActionScript.temporaryName(for: write.path)
      try await transfer { session throws(MachineFault) in try await session.upload(local, to: temporary) }
    } catch {
      try remove(local)
      throw error
    }
    try remove(local)
    return try await single(ActionScript.place(write), .write(write), &outcome)
  }

  private func remove(_ local: String) throws(Fault) {
    do throws(Diagnostic) { try LocalFile.remove(local) } catch { throw .diagnostic(error) }
  }

  /// One script in a round trip of its own.
  private func single(_ text: String, _ action: Action, _ outcome: inout Outcome) async throws(Fault)
    -> Diagnostic?
  {
    let outcomes = try await send([Script(text, timeout: timeout)], actions: [0])
    guard case .finished(let status, let output, let errors)? = outcomes.first else {
      return Diagnostic(.timedOut, "'\(label.title)' took too long", at: node.spec.position)
    }
    let result = ActionResult(
      status: status, output: String(decoding: output, as: UTF8.self),
      errors: String(decoding: errors, as: UTF8.self))
    outcome.results.append(result)
    guard status != 0 else { return nil }
    return Diagnostic(
      .failed, "'\(label.title)' failed with status \(status)", at: node.spec.position,
      notes: ["on \(node.reference.host): \(action.shown)"] + result.errors.lastLines(12))
  }

  private static let bootID = "cat /proc/sys/kernel/random/boot_id"

  /// Restarts the host and waits until it is back: until it names another boot than before.
  private func reboot(_ timeout: Duration, _ outcome: inout Outcome) async throws(Fault) -> Diagnostic? {
    if step.channel.isDelegated {
      return Diagnostic(.failed, "the control machine is not restarted by a run", at: node.spec.position)
    }
    let before = try await bootID()
    // In the background, so that the script ends before the session does.
    let restart = "(sleep 1; reboot || shutdown -r now || systemctl reboot) >/dev/null 2>&1 &"
    if let failure = try await single(restart, .reboot(timeout: timeout), &outcome) { return failure }
    let deadline = ContinuousClock.now + timeout
    var pause = Duration.seconds(1)
    while ContinuousClock.now < deadline {
      await connection.drop()
      try await wait(pause)
      pause = min(pause * 2, .seconds(10))
      do throws(Fault) {
        if try await bootID() != before { return nil }
      } catch {
        // It is on its way down or up: that is what is waited for.
        guard case .machine(let fault) = error, !fault.isInterrupted else { throw error }
      }
    }
    return Diagnostic(
      .timedOut, "'\(node.reference.host)' did not come back within \(timeout.components.seconds) s",
      at: node.spec.position)
  }

  private func bootID() async throws(Fault) -> String {
    let outcomes = try await send([Script(Self.bootID, timeout: .seconds(30))], actions: [])
    guard case .finished(0, let output, _)? = outcomes.first else {
      throw .machine(
        .failed(Diagnostic(.failed, "'\(node.reference.host)' does not say which boot it is in")))
    }
    return String(decoding: output, as: UTF8.self)
  }
}

extension MachineFault {
  var isInterrupted: Bool {
    if case .interrupted = self { return true }
    return false
  }
}
