# Trouble with a real server, each with its own clear words and its own exit code; none leaves the server changed.
. "$(dirname "$0")/lib.sh"
server host01
homelab_inventory
book=$work/book.yml
run() { "$runbook" "$@" "${where[@]}"; }
steps() { printf 'name: Trouble\nhosts: host01\nbecome: true\nsteps:\n%s\n' "$1" >"$book"; }

# A changed host key: with the command that mends it.
steps '  - directory: /srv/a'
cp "$RUNBOOK_LAB_STATE/known_hosts" "$work/known_hosts"
key=$(ssh-keygen -q -t ed25519 -N '' -f "$work/other" && cut -d' ' -f1,2 "$work/other.pub")
sed -i "s|^\(\[127.0.0.1\]:$("$lab" port host01)\) .*|\1 $key|" "$RUNBOOK_LAB_STATE/known_hosts"
expect 4 run plan "$book"
says "ssh-keygen"
cp "$work/known_hosts" "$RUNBOOK_LAB_STATE/known_hosts"

# A refused key, an unreachable host, a name that does not resolve.
expect 4 run plan "$book" -e "ansible_ssh_private_key_file=$work/other"
says "refused"
expect 4 run plan "$book" -e ansible_port=9
expect 4 run plan "$book" -e ansible_host=nowhere.invalid

# sudo: a wrong password is named as that.
on host01 'useradd -m -s /bin/sh worker && echo worker:right | chpasswd && usermod -aG sudo worker &&
  mkdir -p ~worker/.ssh && cp /root/.ssh/authorized_keys ~worker/.ssh/ && chown -R worker: ~worker/.ssh'
expect 4 run plan "$book" -e ansible_user=worker -e ansible_become_password=wrong
says "sudo"
says "password"
expect 2 run plan "$book" -e ansible_user=worker -e ansible_become_password=right

# A package that does not exist.
steps '  - apt: { packages: [no-such-package-at-all], refresh: 1h }'
expect 3 run apply "$book" --yes
says "no-such-package-at-all"

# A step past its deadline: its processes on the host are gone.
steps '  - id: slow
    timeout: 2s
    shell: sleep 987'
expect 3 run apply "$book" --yes
says "timed-out"
! on host01 "pgrep -f '[s]leep 987'" >/dev/null || fail "the command is still running"

# A full disk: said as such, and the file that was there is still whole.
on host01 'mkdir -p /mnt/small && mount -t tmpfs -o size=64k tmpfs /mnt/small && echo old > /mnt/small/file'
head -c 200000 /dev/urandom | base64 >"$work/big.txt"
steps "  - file: { path: /mnt/small/file, source: $work/big.txt, mode: \"0644\" }"
expect 3 run apply "$book" --yes
says "No space left"
[ "$(on host01 cat /mnt/small/file)" = old ] || fail "the old file is lost"

# A run while another holds the lock.
steps '  - shell: touch /tmp/began && sleep 20'
run apply "$book" --yes >"$work/first.log" 2>&1 &
first=$!
for _ in $(seq 300); do on host01 test -e /tmp/began && break; sleep 0.2; done
expect 5 run apply "$book" --yes
says "lock"
wait "$first" || { cat "$work/first.log"; fail "the first run failed"; }

# Steps that depend on a failed one do not run, the others do.
steps '  - id: bad
    shell: exit 7
  - id: after
    shell: touch /tmp/after-bad
  - id: beside
    needs: []
    shell: touch /tmp/beside'
expect 3 run apply "$book" --yes
says "bad"
says "resume"
on host01 '[ ! -e /tmp/after-bad ] && [ -e /tmp/beside ]' || fail "not the right steps ran"
