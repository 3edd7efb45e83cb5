# What a homelab needs from outside: an image registry, a git server, downloads, object storage. One container
# plays them all, under a name each on the lab's network.

services=$prefix-services

# services_up: idempotent; prints nothing.
services_up() {
  ensure_image debian13
  ensure_network
  (
    flock 8
    ensure_services_image
    ensure_stand_ins
    if [ "$(docker container inspect -f '{{.State.Running}}' "$services" 2>/dev/null)" != true ]; then
      docker rm -f "$services" >/dev/null 2>&1 || true
      docker run -d --name "$services" --hostname services --label "runbook.lab=$prefix" --network "$network" \
        --network-alias registry.lab --network-alias git.lab --network-alias downloads.lab --network-alias s3.lab \
        -p 127.0.0.1::5000 -p 127.0.0.1::9000 runbook-lab/services >/dev/null
    fi
    push_stand_ins
    publish_homelab
  ) 8>/run/lock/runbook-lab-services.lock
}

# The digest of a folder: an image is made anew when what it is made of has changed.
folder_digest() {
  (cd "$1" && { find . -type f ! -name README.md -printf '%m %p\n' | sort
    find . -type f ! -name README.md -print0 | sort -z | xargs -0 sha256sum; } | sha256sum | cut -c1-16)
}

# build_image NAME FOLDER [STAGE]
build_image() {
  local digest
  digest=$(folder_digest "$2")
  [ "$(docker image inspect -f '{{index .Config.Labels "runbook.digest"}}' "$1" 2>/dev/null)" = "$digest" ] && return
  say "making the image $1"
  quietly docker build -q --label "runbook.digest=$digest" ${3:+--target "$3"} -t "$1" "$2"
}

# Runs a command without a word, unless it fails: then all it said is shown.
quietly() {
  local log
  log=$(mktemp)
  if "$@" >"$log" 2>&1; then rm -f "$log"; return; fi
  tail -30 "$log" >&2
  rm -f "$log"
  die "failed: $*"
}

ensure_services_image() {
  local context
  context=$(mktemp -d)
  cp -p "$here"/services/* "$context"
  cp /etc/ssl/certs/ca-certificates.crt "$context/certificates.pem"
  build_image runbook-lab/services "$context"
  rm -rf "$context"
}

# Names in the registry (as an engine asks a mirror for them), the stage of the image, its entry point.
stand_in_names() {
  cat <<'LIST'
library/postgres:14-alpine common postgres
library/redis:7-alpine common redis
library/traefik:v3.5 common traefik
library/mariadb:11 mariadb mariadb
infisical/infisical:v0.150.0 common infisical
moghtech/komodo-core:2 common komodo-core
moghtech/komodo-periphery:2 periphery komodo-periphery
moghtech/komodo-cli:2 common komodo-cli
moghtech/komodo-database:2 common postgres
LIST
}

ensure_stand_ins() {
  local name stage program base
  for stage in common periphery mariadb; do build_image "runbook-lab/$stage" "$here/stand-ins" "$stage"; done
  while read -r name stage program; do
    base=$(docker image inspect -f '{{.Id}}' "runbook-lab/$stage")
    [ "$(docker image inspect -f '{{index .Config.Labels "runbook.base"}}' "$name" 2>/dev/null)" = "$base" ] && continue
    printf 'FROM runbook-lab/%s\nENTRYPOINT ["/stand-in/%s"]\nLABEL runbook.base=%s\n' "$stage" "$program" "$base" \
      | quietly docker build -q -t "$name" -
  done < <(stand_in_names)
}

push_stand_ins() {
  local registry name stage program
  registry=127.0.0.1:$(docker port "$services" 5000/tcp | sed -n 's/^127\.0\.0\.1://p')
  for _ in $(seq 120); do
    docker exec "$services" curl -fs http://127.0.0.1:5000/v2/ >/dev/null 2>&1 && break
    sleep 0.5
  done
  while read -r name stage program; do
    docker tag "$name" "$registry/$name"
    quietly docker push -q "$registry/$name" </dev/null
    docker rmi "$registry/$name" >/dev/null
  done < <(stand_in_names)
}

# The sample homelab's repository, as one commit on main; its objects do not change where its files do not.
publish_homelab() {
  tar -C "$here/homelab" -c . | docker exec -i "$services" sh -eu -c '
    rm -rf /srv/work && mkdir -p /srv/work /srv/git && tar -C /srv/work -x
    cd /srv/work
    [ -d /srv/git/homelabbing.git ] || git init -q --bare -b main /srv/git/homelabbing.git
    git init -q -b main . && git add -A
    export GIT_AUTHOR_DATE=2026-01-01T00:00:00Z GIT_COMMITTER_DATE=2026-01-01T00:00:00Z
    git -c user.name=lab -c user.email=lab@localhost -c commit.gpgsign=false commit -q -m "Sample homelab"
    git push -q -f /srv/git/homelabbing.git main'
}
