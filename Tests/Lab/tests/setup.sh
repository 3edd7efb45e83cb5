# A fresh Debian 13: the plan shows all of setup.yml without a false failure and changes nothing; apply brings the stacks
# up; a second run changes nothing.
. "$(dirname "$0")/lib.sh"
server host01 "${IMAGE:-debian13}"
homelab_inventory

snapshot host01 >"$work/before"
expect 2 "$runbook" plan runbooks/setup.yml "${where[@]}"
says_not "failed"
for step in base-packages docker restic infisical clone env proxy-network traefik komodo; do says "$step"; done
snapshot host01 >"$work/after"
cmp "$work/before" "$work/after" || { diff "$work/before" "$work/after"; fail "plan changed the server"; }

expect 0 "$runbook" apply runbooks/setup.yml "${where[@]}" --yes
says_not "placeholder-"
all_healthy host01
[ "$(on host01 stat -c %a /etc/komodo/repos/homelabbing/services/infisical/.env)" = 600 ] || fail "the .env is readable"

expect 0 "$runbook" plan runbooks/setup.yml "${where[@]}"
expect 0 "$runbook" apply runbooks/setup.yml "${where[@]}" --yes
says "nothing had to be changed"
all_healthy host01

! grep -rq "placeholder-komodo-db-77aa" "$work/state" || fail "a secret is in the journal"
! on host01 grep -rq "placeholder-komodo-db-77aa" /var/lib/runbook || fail "a secret is in the host's journal"
