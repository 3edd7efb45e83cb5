# Two servers side by side: the second one's periphery waits for the first one's core, and for nothing else.
. "$(dirname "$0")/../lib.sh"
server host01
server ex44
homelab_inventory
expect 0 "$runbook" apply runbooks/setup.yml "${where[@]}" --yes
all_healthy host01
all_healthy ex44
expect 0 "$runbook" plan runbooks/setup.yml "${where[@]}"
