# The quickstart as a normal user: plan, apply, SIGKILL in the middle, resume, nothing to do, teardown. No root, no server.
. "$(dirname "$0")/lib.sh"
cp -r runbooks inventory vault "$work/"
chmod 755 "$work"
chmod 644 "$work/runbooks/quickstart/vault-password"
chown -R nobody "$work"
cp "$runbook" "$work/runbook"
cd "$work"
as_user() { setpriv --reuid nobody --regid nogroup --clear-groups -- env HOME="$work" "$@"; }
quick=(runbooks/quickstart.yml -i runbooks/quickstart/inventory.yml
  --vault-password-file runbooks/quickstart/vault-password -e "demo_root=$work/demo")

expect 2 as_user ./runbook plan "${quick[@]}"
says "‹vault_api_token›"
says_not "quickstart-token"
[ ! -e demo ] || fail "plan wrote something"

as_user ./runbook apply "${quick[@]}" --yes >first.log 2>&1 &
pid=$!
for _ in $(seq 600); do grep -q '"pause"' .runbook/runs/*/journal.jsonl 2>/dev/null && break; sleep 0.1; done
pkill -KILL -P "$pid" || kill -KILL "$pid"
wait "$pid" 2>/dev/null || true
[ ! -e demo/service/ready ] || fail "it was killed too late"

expect 0 as_user ./runbook resume --yes --vault-password-file runbooks/quickstart/vault-password
[ -e demo/service/ready ] || fail "the service does not run"
[ "$(stat -c %a demo/service/.env)" = 600 ] || fail "the .env can be read by others"
expect 0 as_user ./runbook plan "${quick[@]}"
expect 0 as_user ./runbook apply "${quick[@]}" --yes
says "nothing had to be changed"
! grep -rq "quickstart-token" .runbook || fail "a secret is in the journal"
expect 0 as_user ./runbook apply "${quick[@]}" -e stage=teardown --yes
[ ! -e demo/service ] || fail "teardown left the service"
