import Runbook

/// The shell that asks Compose and the engine about a project, shared by the probe and by the wait for
/// readiness.
extension ComposeStep {
  /// `docker compose` with the files, profiles and name of this project.
  private var command: [String] {
    var argv = ["docker", "compose"]
    if let givenName { argv += ["--project-name", givenName] }
    argv += files.flatMap { ["--file", $0] } + envFiles.flatMap { ["--env-file", $0] }
    return argv + profiles.flatMap { ["--profile", $0] }
  }

  /// Defines `compose`, `survey`, `external_networks` and `record`.
  var functions: String {
    """
    export COMPOSE_ANSI=never COMPOSE_PROGRESS=plain COMPOSE_MENU=false
    unset COMPOSE_FILE COMPOSE_PROJECT_NAME COMPOSE_PROFILES
    compose() { \(shellLine(command)) "$@"; }
    compose_within() {
      limit=$1
      shift
      if command -v timeout >/dev/null; then timeout -k 30 "$limit" \(shellLine(command)) "$@"
      else compose "$@"; fi
    }
    \(Self.shared)
    """
  }

  /// `survey PROJECT` prints a line for each container: `container SERVICE VERDICT HASH IMAGE IMAGE_ID ID
  /// WHY`.
  private static let shared = #"""
    survey() {
      found=$(described "$1") || found=$(described "$1") || return 1
      [ -n "$found" ] || return 0
      printf '%s\n' "$found" | awk -F '|' '{
        verdict = "waiting"; why = $2
        if ($2 == "running" && ($4 == "" || $4 == "healthy")) verdict = "ready"
        else if ($2 == "running") why = $4
        else if ($2 == "exited" && $3 == 0 && ($5 == "" || $5 == "no" || $5 == "on-failure")) verdict = "done"
        else if (($2 == "exited" || $2 == "dead") && ($5 == "" || $5 == "no")) {
          verdict = "failed"; why = $2 " with status " $3
        }
        print "container", $1, verdict, $6 == "" ? "-" : $6, $7, $8, $9, why
      }'
    }
    # A container that goes between the two questions makes the second one fail: it is asked again.
    described() {
      ids=$(docker ps --all --quiet --no-trunc --filter "label=com.docker.compose.project=$1" \
        --filter label=com.docker.compose.oneoff=False) || return 1
      [ -n "$ids" ] || return 0
      format='{{index .Config.Labels "com.docker.compose.service"}}|{{.State.Status}}|{{.State.ExitCode}}'
      format=$format'|{{if .State.Health}}{{.State.Health.Status}}{{end}}|{{.HostConfig.RestartPolicy.Name}}'
      format=$format'|{{index .Config.Labels "com.docker.compose.config-hash"}}'
      docker container inspect --format "$format|{{.Config.Image}}|{{.Image}}|{{.ID}}" $ids
    }
    external_networks() {
      printf '%s\n' "$config" | awk '
        /^[^ ]/ { inside = ($0 == "networks:"); name = "" }
        inside && /^  [^ ]/ { name = $1; sub(/:$/, "", name) }
        inside && /^    name: / { name = $2 }
        inside && /^    external: true/ { print name }' | tr -d "\"'"
    }
    project_name() { printf '%s\n' "$config" | sed -n 's/^name: //p' | head -n 1 | tr -d "\"'"; }
    config_digest() { printf '%s\n' "$config" | sha256sum | cut -c 1-64; }
    if [ "$(id -u)" = 0 ]; then records=/var/lib/runbook/compose
    else records=${XDG_STATE_HOME:-$HOME/.local/state}/runbook/compose; fi
    """#

  /// Prints what `ComposeState` is read from.
  var survey: String {
    let files =
      files.isEmpty
      ? "[ -e compose.yaml ] || [ -e compose.yml ] || [ -e docker-compose.yaml ] || [ -e docker-compose.yml ]"
      : files.map { "[ -e \(shellWord($0)) ]" }.joined(separator: " && ")
    return """
      \(functions)
      name=\(shellWord(likelyName)) config=
      docker version --format '{{.Server.Version}}' >/dev/null
      if ! cd -- \(shellWord(project.string)) 2>/dev/null; then echo 'missing folder'
      elif ! { \(files); }; then echo 'missing file'
      elif ! docker compose version >/dev/null 2>&1; then echo 'missing plugin'
      elif ! config=$(compose config 2>/dev/null); then
        compose config --quiet 2>&1 | tail -n 1 | sed 's/^/invalid /'
        config=
      else
        name=$(project_name)
        echo "digest $(config_digest)"
        compose config --hash '*' 2>/dev/null | sed 's/^/service /'
        for network in $(external_networks); do
          docker network inspect -- "$network" >/dev/null 2>&1 || echo "lacking $network"
        done
        [ ! -r "$records/$name" ] || sed 's/^/record /' "$records/$name"
      fi
      echo "name $name"
      survey "$name"
      docker image ls --no-trunc --format 'image {{.Repository}}:{{.Tag}} {{.ID}}'
      docker network ls --filter "label=com.docker.compose.project=$name" --format 'network {{.Name}}'
      docker volume ls --filter "label=com.docker.compose.project=$name" --format 'volume {{.Name}}'
      """
  }
}
