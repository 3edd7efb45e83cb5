/// What is done in every outcome: secrets removed, locks given back, the journal's last line.
extension RunLoop {
  mutating func finish() async -> RunSummary {
    if Task.isCancelled { tally.isInterrupted = true }
    let isHalted = tally.fatal?.message == Diagnostic.haltMessage
    if !isHalted { await leaveHosts() }
    let result = tally.result(walk)
    var failures = tally.standing(walk).map { (label: $0.label, diagnostic: $0.diagnostic) }
    if let fatal = tally.fatal { failures.append((.run, fatal)) }
    if !isHalted {
      do throws(Diagnostic) {
        try context.journal?.append(.runFinished(result: result.rawValue, time: now()))
      } catch {
        failures.append((.run, error))
      }
    }
    let roundTrips = await context.connections.close()
    let hosts = context.input.graph.hosts.map { (name: $0, counts: tally.counts[$0] ?? .init()) }
    let summary = RunSummary(
      id: context.runID, result: failures.isEmpty || result != .done ? result : .failed, hosts: hosts,
      failures: failures, took: ContinuousClock.now - context.start, roundTrips: roundTrips)
    context.input.events(.runFinished(summary))
    return summary
  }

  /// Outlives the cancellation of the run: what an interrupted run leaves behind must be as little as what any
  /// other does.
  private func leaveHosts() async {
    let (context, hosts) = (context, Array(parked.values))
    await Task {
      _ = await mapBounded(hosts, limit: context.input.options.forks) { await $0.leave(context) }
    }.value
  }

  /// Files with secrets that the resumed run did not come to remove.
  mutating func removeSecretsOfBefore() async {
    for files in context.history?.secrets ?? [] {
      parked[files.host]?.secrets[0, default: []].append(files)
    }
    for host in context.input.graph.hosts where tally.down[host] == nil {
      guard var run = parked[host], run.secrets[0]?.isEmpty == false else { continue }
      await run.removeSecrets(of: 0, context)
      parked[host] = run
    }
  }
}

extension HostRun {
  /// Removes the files of phases that hold secrets, and gives the locks back. Says where it could not.
  fileprivate func leave(_ context: RunContext) async {
    var host = self
    for scope in host.secrets.keys.sorted() { await host.removeSecrets(of: scope, context) }
    for channel in host.locked {
      await host.run(
        context.record.end([]), on: channel, context, "cannot give back the lock of '\(self.host)'")
    }
  }

  /// Removes the files with secrets of one phase.
  mutating func removeSecrets(of scope: Int, _ context: RunContext) async {
    for files in secrets.removeValue(forKey: scope) ?? [] {
      let script = "rm -f -- " + shellLine(files.paths)
      let words = "cannot remove the secrets in \(files.paths.joined(separator: ", ")) from '\(host)'"
      guard await run(script, on: files.channel, context, words) else { continue }
      forget()
      do throws(Diagnostic) {
        try context.journal?.append(.secretsRemoved(host: host, paths: files.paths))
      } catch {
        context.input.events(.warning(error))
      }
    }
  }

  /// One script at the end of things, tried on a new connection where the old one is gone.
  @discardableResult
  private func run(
    _ script: String, on channel: SessionChannel, _ context: RunContext, _ words: String
  ) async -> Bool {
    for isSecond in [false, true] {
      do {
        let connection = try context.connections.connection(host)
        if isSecond { await connection.drop() }
        let session = try await connection.session(channel)
        let outcome = try await session.run([Script(script, timeout: .seconds(30))], onOutput: nil).first
        if case .finished(0, _, _)? = outcome { return true }
      } catch is MachineFault {
        continue
      } catch {
        break
      }
    }
    context.input.events(.warning(Diagnostic(.failed, words)))
    return false
  }
}

extension SecretFiles {
  var channel: SessionChannel {
    guard let user, let method = method.flatMap({ BecomeMethod(rawValue: $0) }) else {
      return SessionChannel(account: .login, isDelegated: isDelegated)
    }
    return SessionChannel(account: .become(user: user, method: method), isDelegated: isDelegated)
  }
}
