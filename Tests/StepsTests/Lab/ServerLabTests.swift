import Testing

/// Every kind that changes a server, on a real one.
@Suite struct ServerLabTests {
  @Test func accountsUnitsAndSettingsConverge() async throws {
    try await FreshServer.with { server in
      for test in Self.system { try await test.check(on: server) }
    }
  }

  @Test(arguments: ["debian13", "ubuntu2404"]) func packagesConverge(_ image: String) async throws {
    try await FreshServer.with(image) { server in
      try await server.run("mkdir -p /srv/own && : >/srv/own/Packages")
      for test in Self.packages { try await test.check(on: server) }
    }
  }

  @Test func dockerConverges() async throws {
    try await FreshServer.with { server in
      try await ServerCase("apt: { packages: [docker.io, docker-compose, busybox-static], refresh: 1h }")
        .check(
          on: server)
      try await server.run(Self.project)
      for test in Self.docker { try await test.check(on: server) }
    }
  }

  static let system: [ServerCase] = [
    ServerCase(
      "group: { name: media, gid: 1500 }", damage: "groupmod --gid 1501 media",
      undo: "group: { name: media, state: absent }"),
    ServerCase(
      "user: { name: ada, groups: [sudo, users], shell: /bin/bash, password: '$y$j9T$abc$def' }",
      damage: "gpasswd -d ada users; usermod -s /bin/sh ada"),
    ServerCase("login_shell: { user: ada, shell: /bin/sh }"),
    ServerCase(
      "authorized_key: { user: ada, keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGpEZ5U ada] }",
      damage: "echo 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGpEZ5U old' >~ada/.ssh/authorized_keys",
      undo:
        "authorized_key: { user: ada, keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGpEZ5U], state: absent }"),
    ServerCase("user: { name: ada, state: absent, remove_home: true }"),
    ServerCase(
      "known_host: { host: git.example.org, keys: [ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnk] }",
      damage: "sed -i s/AAAA/AAAAB/ /etc/ssh/ssh_known_hosts",
      undo: "known_host: { host: git.example.org, state: absent }"),
    ServerCase("apt: { packages: [cron, tzdata], refresh: 1h }"),
    ServerCase("hostname: lab01", damage: "echo other >/etc/hostname"),
    ServerCase("timezone: Europe/Berlin", damage: "rm /etc/localtime"),
    ServerCase(
      "sysctl: { name: net.ipv4.ip_forward, value: 0 }", damage: "echo 1 >/proc/sys/net/ipv4/ip_forward"),
    ServerCase(
      "kernel_module: { name: br_netfilter, options: debug=1, load: false }",
      damage: "rm /etc/modprobe.d/br_netfilter.conf",
      undo: "kernel_module: { name: br_netfilter, load: false, state: absent }"),
    ServerCase(
      "cron: { name: backup, schedule: '30 3 * * *', command: /bin/true }",
      damage: "chmod 666 /etc/cron.d/backup",
      undo: "cron: { name: backup, state: absent }"),
    ServerCase(
      "systemd: { unit: hello, content: \"[Service]\\nExecStart=/usr/bin/sleep infinity\\n[Install]\\n"
        + "WantedBy=multi-user.target\\n\", enabled: true, state: started }",
      damage: "systemctl stop hello; systemctl disable hello", undo: "systemd: { unit: hello, state: absent }"
    ),
    ServerCase(
      "systemd_timer: { name: verify, command: /bin/true, calendar: daily }",
      damage: "systemctl disable --now verify.timer",
      undo: "systemd_timer: { name: verify, state: absent }"),
    ServerCase(
      "mount: { path: /mnt/a b, source: tmpfs, type: tmpfs, options: size=1m }", damage: "umount '/mnt/a b'",
      undo: "mount: { path: /mnt/a b, state: absent }"),
    ServerCase(
      "swap: { size: 8M, activate: false }", damage: "truncate -s 1M /swapfile",
      undo: "swap: { activate: false, state: absent }"),
    ServerCase(
      "alternatives: { name: awk, path: /usr/bin/mawk }", undo: "alternatives: { name: awk, state: auto }"),
  ]

  static let packages: [ServerCase] = [
    ServerCase(
      "apt: { packages: [tree, bc], refresh: 1h }", damage: "apt-get -q -y remove bc",
      undo: "apt: { packages: [tree], state: purged }"),
    ServerCase(
      "apt: { packages: [bc], hold: true }", damage: "apt-mark unhold bc",
      undo: "apt: { packages: [bc], hold: false }"),
    ServerCase(
      // dpkg was cut off between unpacking and configuring.
      "package: { names: [tree] }", damage: "cd /tmp && apt-get -q download tree && dpkg --unpack tree_*.deb",
      undo: "package: { names: [tree], state: absent }"),
    ServerCase("apt: { packages: [ufw, locales, tzdata] }"),
    ServerCase("debconf: { package: tzdata, question: tzdata/Areas, type: select, value: Asia }"),
    ServerCase(
      "locale: { name: de_DE.UTF-8, default: true }", damage: "rm /etc/default/locale /etc/locale.conf; :"),
    ServerCase(
      "ufw: { rule: allow, port: 22, protocol: tcp, comment: ssh }",
      damage: "ufw --force delete allow 22/tcp",
      undo: "ufw: { rule: allow, port: 22, protocol: tcp, state: absent }"),
    ServerCase("ufw: { rule: allow, from: 10.0.0.0/8, port: 5432, protocol: tcp }"),
    ServerCase(
      "apt_repository: { name: own, uris: 'file:/srv/own', suites: ./, trusted: true }",
      damage: "echo >>/etc/apt/sources.list.d/own.sources",
      undo: "apt_repository: { name: own, state: absent }"),
  ]

  /// A small image, and a project with a database, a one-shot service and a web server.
  static let project = #"""
    set -eu
    folder=$(mktemp -d)
    mkdir -p "$folder/bin" "$folder/tmp" /srv/app
    cp /bin/busybox "$folder/bin/"
    for name in sh sleep true test touch; do ln -s busybox "$folder/bin/$name"; done
    tar -C "$folder" -c . | docker import - box:1 >/dev/null
    docker save -o /srv/box.tar box:1
    echo A=1 >/srv/app/.env
    cat >/srv/app/compose.yaml <<'end'
    services:
      db:
        image: box:1
        command: ["sh", "-c", "touch /tmp/up; sleep 100000"]
        init: true
        env_file: .env
        healthcheck: { test: ["CMD", "test", "-e", "/tmp/up"], interval: 1s }
        volumes: ["data:/data"]
      migrate:
        image: box:1
        command: ["true"]
        depends_on: { db: { condition: service_healthy } }
      web:
        image: box:1
        command: ["sleep", "100000"]
        init: true
        networks: [default, proxy]
    volumes: { data: }
    networks:
      proxy: { external: true }
    end
    """#

  static let docker: [ServerCase] = [
    ServerCase("docker_network: { name: proxy }"),
    ServerCase("compose: { project: /srv/app, wait: 2m }", damage: "docker kill app-web-1"),
    // What only `env_file` brings in counts as a change of the service.
    ServerCase("compose: { project: /srv/app, services: [db], state: stopped }"),
    ServerCase("compose: { project: /srv/app }", damage: "echo A=2 >/srv/app/.env"),
    ServerCase("compose: { project: /srv/app, state: stopped }"),
    ServerCase("compose: { project: /srv/app, state: down }"),
    ServerCase("compose: { project: /srv/app, state: down, remove_volumes: true }"),
    ServerCase(
      "docker_network: { name: inner, internal: true, subnet: 172.30.5.0/24 }",
      damage: "docker network rm inner",
      undo: "docker_network: { name: inner, state: absent }"),
    ServerCase("docker_volume: v1", undo: "docker_volume: { name: v1, state: absent }"),
    ServerCase(
      "docker_container: { name: c1, image: 'box:1', command: [sleep, '10000'], init: true, environment: { A: x } }",
      damage: "docker stop -t 1 c1", undo: "docker_container: { name: c1, state: absent }"),
    ServerCase(
      "docker_image: { names: 'box:1', state: absent }",
      undo: "docker_image: { names: 'box:1', archive: /srv/box.tar }"),
  ]
}
