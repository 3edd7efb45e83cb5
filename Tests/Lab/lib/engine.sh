# The container engine of the laboratory.

say() { echo "lab: $*" >&2; }

die() {
  echo "lab: $*" >&2
  exit 1
}

# Installs Debian packages that are not there. Quiet when there is nothing to do.
ensure_packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return
  [ "$(id -u)" = 0 ] || die "not root, and these packages are missing: ${missing[*]}"
  say "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  apt-get -o DPkg::Lock::Timeout=300 update -qq
  apt-get -o DPkg::Lock::Timeout=300 install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# Makes sure that `docker info` answers.
ensure_engine() {
  command -v docker >/dev/null && docker info >/dev/null 2>&1 && return
  command -v dockerd >/dev/null || ensure_packages docker.io iptables
  docker info >/dev/null 2>&1 && return
  [ "$(id -u)" = 0 ] || die "no container engine runs, and only root can start one"
  if [ -d /run/systemd/system ]; then
    systemctl start docker
  else
    say "starting dockerd"
    mkdir -p "$state"
    # Its own session, so that an interrupt at the terminal does not end it.
    setsid dockerd >"$state/dockerd.log" 2>&1 </dev/null &
  fi
  for _ in $(seq 120); do
    docker info >/dev/null 2>&1 && return
    sleep 0.5
  done
  tail -5 "$state/dockerd.log" >&2 || true
  die "the container engine does not come up"
}
