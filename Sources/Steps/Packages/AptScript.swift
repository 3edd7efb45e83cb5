import Runbook

/// The shell functions that every use of apt on a host begins with: no questions, a bounded wait for the
/// locks that names their holder, and a dpkg that was cut off put right first.
enum AptScript {
  /// How long another package tool is waited for.
  static let defaultLockWait = Duration.seconds(300)

  /// Defines `apt_get`, `wait_for_locks`, `mend_dpkg`, `refresh_index` and `require_known`.
  static func preamble(lockWait: Duration = defaultLockWait) -> String {
    """
    export LC_ALL=C DEBIAN_FRONTEND=noninteractive DEBIAN_PRIORITY=critical
    export NEEDRESTART_MODE=a APT_LISTCHANGES_FRONTEND=none UCF_FORCE_CONFFOLD=1
    lock_wait=\(lockWait.wholeSeconds)
    \(functions)
    """
  }

  private static let functions = #"""
    apt_get() {
      apt-get -q -y -o DPkg::Lock::Timeout="$lock_wait" -o Dpkg::Use-Pty=0 \
        -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold "$@"
    }
    lock_holder() {
      for file in /var/lib/dpkg/lock-frontend /var/lib/dpkg/lock /var/lib/apt/lists/lock \
        /var/cache/apt/archives/lock; do
        [ -e "$file" ] || continue
        awk -v inode="$(stat -c %i "$file")" -v file="$file" '
          $2 == "POSIX" && split($6, place, ":") == 3 && place[3] == inode {
            print $5, file
            exit
          }' /proc/locks
      done | head -n 1
    }
    wait_for_locks() {
      waited=0
      while held=$(lock_holder); [ -n "$held" ]; do
        pid=${held%% *} name='another process'
        [ ! -r "/proc/$pid/comm" ] || name="'$(cat "/proc/$pid/comm")'"
        if [ "$waited" -ge "$lock_wait" ]; then
          echo "the package lock ${held#* } is still held by $name (process $pid) after ${lock_wait}s" >&2
          exit 75
        fi
        [ $((waited % 15)) -ne 0 ] ||
          echo "waiting for the package lock ${held#* }, held by $name (process $pid)" >&2
        sleep 1
        waited=$((waited + 1))
      done
    }
    mend_dpkg() {
      wait_for_locks
      if [ -n "$(dpkg --audit)" ] || [ -n "$(ls /var/lib/dpkg/updates)" ]; then
        echo 'dpkg was interrupted: finishing what it left (dpkg --configure -a)' >&2
        dpkg --configure -a --force-confdef --force-confold </dev/null
        [ -z "$(dpkg --audit)" ] || apt_get --fix-broken install
      fi
    }
    refresh_index() {
      tries=0
      until apt_get -o APT::Update::Error-Mode=any update "$@"; do
        tries=$((tries + 1))
        if [ -z "$(lock_holder)" ] || [ "$tries" -ge 3 ]; then
          [ "$(date +%Y)" -ge 2024 ] || echo "the clock of this host says $(date): is it right?" >&2
          return 100
        fi
        wait_for_locks
      done
    }
    note_refresh() { mkdir -p /var/lib/apt/periodic && touch /var/lib/apt/periodic/update-success-stamp; }
    providers() {
      apt-cache showpkg "$1" 2>/dev/null | sed '1,/^Reverse Provides:/d' | cut -d ' ' -f 1 | sort -u
    }
    is_known() {
      apt-cache show --no-all-versions "$1" >/dev/null 2>&1 || [ -n "$(providers "${1%%=*}")" ]
    }
    require_known() {
      for package do is_known "$package" || missing="${missing-}$package "; done
      if [ -n "${missing-}" ] && [ -z "${refreshed-}" ]; then
        refresh_index && note_refresh && refreshed=yes missing=
        for package do is_known "$package" || missing="$missing$package "; done
      fi
      for package in ${missing-}; do
        echo "there is no package '$package' in the package index of this host" >&2
        apt-cache pkgnames "${package%%=*}" | sort | head -n 5 | sed 's/^/  a name near it: /' >&2
      done
      [ -z "${missing-}" ] || exit 100
      for package do
        apt-cache show --no-all-versions "$package" >/dev/null 2>&1 && continue
        [ "$(providers "$package" | wc -l)" -le 1 ] && continue
        echo "'$package' is provided by several packages, name one of them:" \
          "$(providers "$package" | tr '\n' ' ')" >&2
        exit 100
      done
    }
    """#
}
