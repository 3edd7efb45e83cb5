public import Runbook

extension ComposeStep {
  public func change(from observed: ComposeState) throws(Diagnostic) -> Change? {
    switch runState {
    case .up: return start(observed)
    case .down: return remove(observed)
    case .stopped: return stop(observed)
    case .restarted:
      let only = services.isEmpty ? "" : ": \(services.joined(separator: ", "))"
      return .run("restart compose project \(likelyName)\(only)", .script(Text(upScript(restarts: true))))
    }
  }

  /// What is to be done for each service, in words; empty: all are as they should be.
  private func reasons(_ observed: ComposeState) -> [String] {
    let wanted = services.isEmpty ? observed.services.keys.sorted() : services
    var groups: [(verb: String, services: [String])] = []
    func note(_ verb: String, _ service: String) {
      if let index = groups.firstIndex(where: { $0.verb == verb }) {
        groups[index].services.append(service)
      } else {
        groups.append((verb, [service]))
      }
    }
    for service in wanted {
      let own = observed.containers.filter { $0.service == service }
      if own.isEmpty {
        note("start", service)
      } else if own.contains(where: { !observed.isCurrent($0) }) {
        note("make anew, its description changed:", service)
      } else if own.contains(where: { observed.isOutdated($0) }) {
        note("make anew, its image changed:", service)
      } else if let late = own.first(where: { $0.verdict == .waiting || $0.verdict == .failed }) {
        note("get ready:", "\(service) (\(late.reason))")
      }
    }
    let orphans = observed.containers.filter { observed.services[$0.service] == nil }.map { $0.service }
    if removesOrphans, services.isEmpty, profiles.isEmpty, !orphans.isEmpty {
      groups.append(("remove", Array(Set(orphans)).sorted()))
    }
    return groups.map { "\($0.verb) \($0.services.joined(separator: ", "))" }
  }

  private func start(_ observed: ComposeState) -> Change? {
    if let problem = observed.problem {
      return Change(
        observed.containers.isEmpty ? .create : .modify,
        "start compose project \(observed.name), once it can be read: \(problem)",
        [.script(Text(upScript(restarts: false)))])
    }
    let reasons = reasons(observed)
    guard !reasons.isEmpty else { return nil }
    let lacking =
      observed.lacking.isEmpty ? "" : "; needs the network \(observed.lacking.joined(separator: ", "))"
    return Change(
      observed.containers.isEmpty ? .create : .modify,
      "compose project \(observed.name): \(reasons.joined(separator: "; "))\(lacking)",
      [.script(Text(upScript(restarts: false)))])
  }

  private func stop(_ observed: ComposeState) -> Change? {
    let running = observed.containers.filter { container in
      (services.isEmpty || services.contains(container.service))
        && (container.verdict == .ready
          || container.verdict == .waiting && !["exited", "created"].contains(container.reason))
    }
    guard !running.isEmpty else { return nil }
    let names = running.map { $0.service }.joined(separator: ", ")
    let argv = ["docker", "compose", "--project-name", observed.name, "stop"] + services
    return .modify(
      "compose project \(observed.name): stop \(names)", .script(Text("set -eu\ncd /\n\(shellLine(argv))")))
  }

  /// By the project's name alone, so that profiles, renamed files or a folder that is gone leave nothing
  /// behind.
  private func remove(_ observed: ComposeState) -> Change? {
    let volumes = removesVolumes ? observed.volumes : []
    guard !observed.containers.isEmpty || !observed.networks.isEmpty || !volumes.isEmpty else { return nil }
    var words: [String] = []
    if !observed.containers.isEmpty {
      words.append("containers of " + observed.containers.map { $0.service }.joined(separator: ", "))
    }
    if !observed.networks.isEmpty { words.append("networks " + observed.networks.joined(separator: ", ")) }
    if !volumes.isEmpty { words.append("volumes \(volumes.joined(separator: ", ")) with their data") }
    if !removesVolumes, !observed.volumes.isEmpty {
      words.append("keeps volumes \(observed.volumes.joined(separator: ", "))")
    }
    let name = shellWord(observed.name)
    let script = """
      set -eu
      unset COMPOSE_FILE COMPOSE_PROFILES
      cd /
      docker compose --project-name \(name) down --remove-orphans \(removesVolumes ? "--volumes" : "")
      for network in $(docker network ls --quiet --filter label=com.docker.compose.project=\(name)); do
        docker network rm "$network"
      done
      \(removesVolumes ? volumeRemoval(name) : "")
      rm -f -- /var/lib/runbook/compose/\(name) \
        "${XDG_STATE_HOME:-$HOME/.local/state}/runbook/compose/"\(name)
      """
    return .remove(
      "compose project \(observed.name): \(words.joined(separator: "; "))", .script(Text(script)))
  }

  private func volumeRemoval(_ name: String) -> String {
    """
    for volume in $(docker volume ls --quiet --filter label=com.docker.compose.project=\(name)); do
      docker volume rm "$volume"
    done
    """
  }

  private func upScript(restarts: Bool) -> String {
    let only = shellLine(services)
    var lines = ["set -eu", functions, opening]
    switch pull {
    case .missing: lines.append("compose pull --quiet --policy missing --ignore-buildable \(only)")
    case .always: lines.append("compose pull --quiet --ignore-buildable \(only)")
    case .never: break
    }
    if builds { lines.append("compose build --quiet \(only)") }
    let limit = max(1, wait.wholeSeconds)
    let orphans = removesOrphans ? "--remove-orphans " : ""
    lines.append(waiting)
    lines.append(
      """
      deadline=$(($(date +%s) + \(limit)))
      compose_within \(limit + 30) up --detach --pull never \(orphans)\(only) || {
        status=$?
        complain
        exit "$status"
      }
      \(restarts ? "compose restart \(only)" : ":")
      wait_until_ready
      umask 077
      mkdir -p "$records"
      { echo ":digest $(config_digest)"; survey "$name" | cut -d ' ' -f 2,4 | sort -u; } >"$records/$name.new"
      mv -f "$records/$name.new" "$records/$name"
      """)
    return lines.joined(separator: "\n")
  }

  /// Says what is missing, each in its own words, before anything is done.
  private var opening: String {
    """
    cd -- \(shellWord(project.string)) || exit 66
    docker compose version >/dev/null 2>&1 || {
      echo "this host has no 'docker compose': install docker-compose-plugin, or the distribution's own" >&2
      exit 69
    }
    config=$(compose config) || exit 65
    name=$(project_name)
    for network in $(external_networks); do
      docker network inspect -- "$network" >/dev/null 2>&1 || {
        echo "the external network '$network' is not there: make it with a docker_network step" >&2
        exit 65
      }
    done
    """
  }

  /// `wait_until_ready` returns once every wanted service is ready or done; `complain` says which are not,
  /// and why.
  private var waiting: String {
    """
    wanted=$(\(services.isEmpty ? "compose config --services" : "printf '%s\\n' \(shellLine(services))"))
    late() {
      lines=$(survey "$name") || return 1
      printf '%s\\n' "$lines" | awk -v wanted="$wanted" '
        BEGIN { count = split(wanted, names, "\\n") }
        { seen[$2] = 1 }
        $3 == "waiting" || $3 == "failed" {
          why = $8
          for (i = 9; i <= NF; i++) why = why " " $i
          state[$2] = $3 " " $7 " " $2 " " why
        }
        END { for (i = 1; i <= count; i++) {
          if (!seen[names[i]]) print "waiting - " names[i] " there is no container of it"
          else if (names[i] in state) print state[names[i]] } }'
    }
    complain() {
      late | while read -r verdict id service why; do
        echo "service '$service' is not ready: $why" >&2
        [ "$id" != - ] || continue
        checks='{{if .State.Health}}{{range .State.Health.Log}}{{println .Output}}{{end}}{{end}}'
        docker container inspect --format "$checks" "$id" |
          sed '/^[[:space:]]*$/d' | tail -n 2 | sed 's/^/  its check says: /' >&2
        docker logs --tail 20 "$id" 2>&1 | sed 's/^/  /' >&2
      done
    }
    wait_until_ready() {
      while :; do
        rest=$(late) || exit 1
        [ -n "$rest" ] || return 0
        case $rest in
          *'failed '*) complain && exit 1 ;;
        esac
        if [ "$(date +%s)" -ge "$deadline" ]; then complain && exit 1; fi
        sleep 1
      done
    }
    """
  }
}
