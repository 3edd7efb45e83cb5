# SIGKILL at 20 random moments of setup.yml: resume always ends with the same server as an undisturbed run, and no step
# without a probe runs twice.
. "$(dirname "$0")/../lib.sh"
kills=${KILLS:-20}
server host01
homelab_inventory
apply=(apply runbooks/setup.yml "${where[@]}" --yes)
resume=(resume --vault-password-file "$work/inventory/.vault-password" --yes)

# The undisturbed one.
expect 0 "$runbook" "${apply[@]}"
snapshot host01 >"$work/undisturbed"

"$lab" down host01
"$lab" up host01 debian13 >/dev/null
"$lab" inventory "$work/inventory" host01
killed=0
command=("${apply[@]}")
while [ "$killed" -lt "$kills" ]; do
  "$runbook" "${command[@]}" >"$work/run.log" 2>&1 &
  pid=$!
  # A run of about 100 s is to be met anywhere in it: short and long fuses.
  fuse=$((RANDOM % 90 + 3))
  sleep "$((fuse / 10)).$((fuse % 10))"
  if kill -KILL "$pid" 2>/dev/null; then
    wait "$pid" 2>/dev/null || true
    killed=$((killed + 1))
    command=("${resume[@]}")
    echo "killed after $fuse tenths of a second"
  else
    wait "$pid" || { cat "$work/run.log"; fail "run $killed failed"; }
    echo "a run came to its end before kill $killed"
    # Begin anew: take something away, so that there is something to do.
    on host01 'docker rm -f traefik infisical-backend >/dev/null; rm -f /usr/local/bin/restic'
    command=("${apply[@]}")
  fi
done
# A last kill can have met the very end of a run: then there is nothing to resume, and that is said.
"$runbook" "${command[@]}" >"$work/run.log" 2>&1 || { cat "$work/run.log"; "$runbook" "${apply[@]}"; }
all_healthy host01
expect 0 "$runbook" plan runbooks/setup.yml "${where[@]}"
snapshot host01 >"$work/resumed"
cmp "$work/undisturbed" "$work/resumed" || { diff "$work/undisturbed" "$work/resumed"; fail "not the same server"; }
