# What the end-to-end tests share. Each test sources this file, makes its servers and asserts; the first thing that is
# not so ends it. Servers go away with the test.
set -euo pipefail
tests=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$tests/../../.." && pwd)
lab=$tests/../lab
export RUNBOOK_LAB=${RUNBOOK_LAB:-runbook-e2e} RUNBOOK_LAB_STATE=${RUNBOOK_LAB_STATE:-$root/.lab/e2e}
runbook=${RUNBOOK:-$root/.build/release/runbook}
work=$(mktemp -d /tmp/runbook-e2e.XXXXXX)
servers=()
cd "$root"

finish() {
  status=$?
  trap - EXIT
  [ -n "${KEEP:-}" ] || { [ ${#servers[@]} -eq 0 ] || "$lab" down "${servers[@]}"; rm -rf "$work"; }
  exit $status
}
trap finish EXIT
trap 'exit 130' INT TERM

# server NAME [IMAGE]: a fresh one.
server() {
  "$lab" down "$1"
  servers+=("$1")
  "$lab" up "$1" "${2:-debian13}" >/dev/null
}

# homelab_inventory: sets `where`, the arguments that point the project's runbooks at the lab's servers.
homelab_inventory() {
  "$lab" services
  "$lab" inventory "$work/inventory" "${servers[@]}"
  local list
  list=$(IFS=,; echo "${servers[*]}")
  export RUNBOOK_STATE_FOLDER=$work/state
  where=(-i inventory -i "$work/inventory" --limit "$list" --vault-password-file "$work/inventory/.vault-password")
}

on() { "$lab" ssh "$@"; }

fail() {
  echo "FAILED: $*" >&2
  exit 1
}

# expect STATUS COMMAND…: runs it, keeps what it prints in $output, compares the status.
expect() {
  local wanted=$1 status=0
  shift
  echo "\$ $*"
  "$@" >"$work/output" 2>&1 || status=$?
  output=$(cat "$work/output")
  printf '%s\n' "$output"
  [ "$status" = "$wanted" ] || fail "'$*' ended with $status, expected $wanted"
}

says() { grep -qF -- "$1" <<<"$output" || fail "the output does not say: $1"; }
says_not() { ! grep -qF -- "$1" <<<"$output" || fail "the output says: $1"; }

# What a server is: files with mode, owner and digest, packages, accounts, units, containers. Left out is what changes by
# itself or what ssh and reading leave (logs, caches, access times, our own lock and journal).
snapshot() {
  on "$1" 'export LC_ALL=C
    find / -xdev \( -path /proc -o -path /sys -o -path /dev -o -path /run -o -path /tmp -o -path /var/log -o -path /var/cache \
      -o -path /var/lib/apt -o -path /var/lib/docker -o -path /var/lib/containerd -o -path /var/lib/runbook \
      -o -path /var/lib/systemd -o -path /var/tmp -o -path /root/.cache -o -path "/etc/ssh/ssh_host_*" -o -path /etc/machine-id -o -path /etc/komodo/repos/homelabbing/.git \) -prune -o \
      \( -type f -printf "%M %u %g %p " -exec sha256sum {} \; \) -o -printf "%M %u %g %p -> %l\n" | sed "s/ [0-9a-f]\{64\}  .*/ &/" | sort
    dpkg-query -W; getent passwd; getent group
    systemctl list-unit-files --no-legend | grep -v "^session-" | sort
    command -v docker >/dev/null && docker ps -a --format "{{.Names}} {{.Image}} {{.State}}" | sort; true'
}

all_healthy() {
  local bad
  bad=$(on "$1" "docker ps -a --format '{{.Names}} {{.Status}}'" | grep -v '(healthy)' | grep -v '^infisical-redis' || true)
  [ -z "$bad" ] || fail "not healthy on $1: $bad"
}
