# What setup.yml brought, teardown.yml takes away; volumes stay, and that is said.
. "$(dirname "$0")/../lib.sh"
server host01
homelab_inventory
expect 0 "$runbook" apply runbooks/setup.yml "${where[@]}" --yes
expect 0 "$runbook" apply runbooks/teardown.yml "${where[@]}" --yes
says "kept"
[ -z "$(on host01 'command -v docker || true')" ] || fail "docker is still there"
on host01 '[ ! -e /etc/komodo/repos/homelabbing ] && [ -d /var/lib/docker/volumes ]' || fail "not what teardown promises"
