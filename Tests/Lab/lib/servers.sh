# Servers: one container each, with systemd as PID 1 and sshd on a loopback port that the engine chooses.

network=$prefix
capabilities="SYS_ADMIN NET_ADMIN SYS_PTRACE MKNOD SYS_MODULE NET_RAW SYSLOG SYS_NICE SYS_BOOT DAC_READ_SEARCH
  LINUX_IMMUTABLE IPC_LOCK AUDIT_CONTROL"

ensure_network() {
  docker network inspect "$network" >/dev/null 2>&1 && return
  # Another run may have made it meanwhile.
  docker network create --label "runbook.lab=$prefix" "$network" >/dev/null 2>&1 \
    || docker network inspect "$network" >/dev/null
}

# The key pair that opens every server of this laboratory.
ensure_key() {
  ensure_packages openssh-client
  mkdir -p "$state"
  chmod 700 "$state"
  [ -e "$state/id_ed25519" ] || ssh-keygen -q -t ed25519 -N '' -C "$prefix" -f "$state/id_ed25519"
}

# server_up NAME [IMAGE]: a fresh server, waited for until its sshd answers and its key is in known_hosts.
server_up() {
  local name=$1 image=${2:-debian13} container=$prefix-$1
  ensure_image "$image"
  ensure_key
  ensure_network
  if docker container inspect "$container" >/dev/null 2>&1; then
    die "server '$name' is there already: 'lab down $name' removes it"
  fi
  local arguments=()
  for capability in $capabilities; do arguments+=(--cap-add "$capability"); done
  docker run -d --name "$container" --hostname "$name" --label "runbook.lab=$prefix" \
    --network "$network" --network-alias "$name" "${arguments[@]}" \
    --security-opt seccomp=unconfined --security-opt apparmor=unconfined --security-opt systempaths=unconfined \
    -p 127.0.0.1::22 --tmpfs /run --tmpfs /run/lock -v "$container-docker:/var/lib/docker" \
    -v /sys/fs/cgroup:/sys/fs/cgroup "runbook-lab/$image" /sbin/init >/dev/null
  docker exec -i "$container" sh -c 'umask 077; cat > /root/.ssh/authorized_keys' <"$state/id_ed25519.pub"
  registry_setting "$container"
  wait_for_ssh "$name"
  echo "127.0.0.1 $(server_port "$name")"
}

# The engine inside shall fetch images from the laboratory: a fresh server has no engine yet, but will read this.
registry_setting() {
  docker exec -i "$1" sh -c 'mkdir -p /etc/docker && cat > /etc/docker/daemon.json' <<JSON
{ "registry-mirrors": ["http://registry.lab:5000"], "insecure-registries": ["registry.lab:5000"] }
JSON
}

wait_for_ssh() {
  local name=$1 port
  port=$(server_port "$name")
  for _ in $(seq 240); do
    if ssh-keyscan -T 5 -p "$port" 127.0.0.1 2>/dev/null | grep -q ed25519; then
      remember_host "$name" "$port"
      if server_ssh "$name" true 2>/dev/null; then return; fi
    fi
    sleep 0.25
  done
  docker exec "$prefix-$name" systemctl --no-pager --failed >&2 || true
  die "sshd of '$name' does not answer on port $port"
}

# known_hosts holds each server under its port and under its name.
remember_host() {
  local name=$1 port=$2
  (
    flock 8
    touch "$state/known_hosts"
    { grep -v -e "^\[127.0.0.1\]:$port " "$state/known_hosts" || true
      ssh-keyscan -T 5 -p "$port" 127.0.0.1 2>/dev/null; } >"$state/known_hosts.new"
    mv "$state/known_hosts.new" "$state/known_hosts"
  ) 8>"$state/known_hosts.lock"
}

server_port() {
  docker port "$prefix-$1" 22/tcp 2>/dev/null | sed -n 's/^127\.0\.0\.1://p' | grep . \
    || die "there is no server '$1'"
}

server_address() {
  docker inspect -f '{{range .NetworkSettings.Networks}}{{.IPAddress}}{{end}}' "$prefix-$1"
}

server_ssh() {
  local name=$1 port
  shift
  port=$(server_port "$name")
  ssh -F /dev/null -i "$state/id_ed25519" -o IdentitiesOnly=yes -o UserKnownHostsFile="$state/known_hosts" \
    -o StrictHostKeyChecking=yes -o LogLevel=ERROR -o ConnectTimeout=5 -p "$port" root@127.0.0.1 "$@"
}

# Servers, their volumes; with --all the services and the network too.
lab_down() {
  command -v docker >/dev/null && docker info >/dev/null 2>&1 || return 0
  local name
  if [ "${1:-}" = --all ]; then
    docker ps -aq --filter "label=runbook.lab=$prefix" | xargs -r docker rm -f -v >/dev/null
    docker volume ls -q --filter "name=^$prefix-" | xargs -r docker volume rm -f >/dev/null
    docker network rm "$network" >/dev/null 2>&1 || true
    return
  fi
  for name in "$@"; do
    docker rm -f -v "$prefix-$name" >/dev/null 2>&1 || true
    docker volume rm -f "$prefix-$name-docker" >/dev/null 2>&1 || true
  done
}
