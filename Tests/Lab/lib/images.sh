# Base images: what a provider's fresh server looks like, and nothing more. No Python, no curl, no docker.

# The suite of a base image.
image_suite() {
  case $1 in
    debian13) echo trixie ;;
    debian12) echo bookworm ;;
    ubuntu2404) echo noble ;;
    *) die "unknown image '$1': debian13, debian12 or ubuntu2404" ;;
  esac
}

# Makes the base image $1 unless it is there. One at a time on a machine: tests run side by side.
ensure_image() {
  local name=$1 image=runbook-lab/$1 suite
  suite=$(image_suite "$name")
  docker image inspect "$image" >/dev/null 2>&1 && return
  mkdir -p "$state"
  exec 8>"/run/lock/runbook-lab-$name.lock"
  flock 8
  if ! docker image inspect "$image" >/dev/null 2>&1; then
    say "making the image of a fresh $name (once, about a minute)"
    debootstrap_image "$name" "$suite"
  fi
  exec 8>&-
}

debootstrap_image() {
  local name=$1 suite=$2 folder options=()
  ensure_packages debootstrap
  folder=$(mktemp -d /var/tmp/runbook-lab.XXXXXX)
  local include=openssh-server,systemd,systemd-sysv,dbus,ca-certificates,iproute2,sudo
  case $suite in
    noble) options=(--components=main,universe "--keyring=$(ubuntu_keyring)") ;;
    *) options=(--components=main) ;;
  esac
  local script=()
  [ -e "/usr/share/debootstrap/scripts/$suite" ] || script=("" /usr/share/debootstrap/scripts/gutsy)
  if [ ${#script[@]} -gt 0 ]; then
    # debootstrap of an older release does not know the suite; the script of its family brings the mirror along.
    ln -sf gutsy "/usr/share/debootstrap/scripts/$suite"
  fi
  debootstrap --variant=minbase --include=$include "${options[@]}" "$suite" "$folder/root" >"$folder/log" 2>&1 \
    || { tail -5 "$folder/log" >&2; die "debootstrap of $suite failed"; }
  finish_root "$folder/root"
  tar -C "$folder/root" -c . | docker import --change 'CMD ["/sbin/init"]' - "runbook-lab/$name" >/dev/null
  rm -rf "$folder"
}

# What makes a bootstrapped folder a server: host keys made at first boot, root may log in by key, no needless units.
finish_root() {
  local target=$1
  rm -f "$target"/etc/ssh/ssh_host_*_key* "$target/etc/machine-id"
  : >"$target/etc/machine-id"
  rm -rf "$target"/var/cache/apt/archives/*.deb
  mkdir -p "$target/etc/ssh/sshd_config.d" "$target/root/.ssh"
  chmod 700 "$target/root/.ssh"
  printf 'PermitRootLogin yes\nMaxStartups 200:30:400\nMaxSessions 50\n' >"$target/etc/ssh/sshd_config.d/lab.conf"
  # Socket activation (Ubuntu) would take port 22 before the configuration is read.
  rm -f "$target/etc/systemd/system/sockets.target.wants/ssh.socket"
  for unit in apt-daily.timer apt-daily-upgrade.timer systemd-resolved.service systemd-networkd.service \
    systemd-networkd.socket systemd-networkd-wait-online.service console-getty.service; do
    ln -sf /dev/null "$target/etc/systemd/system/$unit"
  done
  mkdir -p "$target/etc/systemd/system/multi-user.target.wants"
  ln -sf /usr/lib/systemd/system/ssh.service "$target/etc/systemd/system/multi-user.target.wants/ssh.service"
  cat >"$target/etc/systemd/system/lab-host-keys.service" <<'UNIT'
[Unit]
Before=ssh.service
ConditionPathExists=!/etc/ssh/ssh_host_ed25519_key
[Service]
Type=oneshot
ExecStart=/usr/bin/ssh-keygen -A
[Install]
RequiredBy=ssh.service
UNIT
  mkdir -p "$target/etc/systemd/system/ssh.service.requires"
  ln -sf ../lab-host-keys.service "$target/etc/systemd/system/ssh.service.requires/lab-host-keys.service"
}

# Ubuntu's archive keys, out of Debian 13's package of them: Debian 12 has none that knows this suite.
ubuntu_keyring() {
  local keyring=/usr/share/keyrings/ubuntu-archive-keyring.gpg copy=$state/ubuntu-archive-keyring.gpg
  if [ -e "$keyring" ]; then echo "$keyring"; return; fi
  if [ ! -e "$copy" ]; then
    ensure_image debian13 >&2
    docker run --rm runbook-lab/debian13 sh -c \
      'apt-get -qq update >/dev/null && apt-get -qq install -y ubuntu-keyring >/dev/null 2>&1 && cat '"$keyring" >"$copy.new"
    mv "$copy.new" "$copy"
  fi
  echo "$copy"
}
