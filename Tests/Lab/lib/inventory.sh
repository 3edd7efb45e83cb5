# The inventory of the laboratory: to be given after the project's own (`-i inventory -i FOLDER`), whose addresses,
# sources and images it replaces with the lab's.

# write_inventory FOLDER NAME…
write_inventory() {
  local folder=$1 name checksum fingerprint
  shift
  mkdir -p "$folder/group_vars/all"
  {
    echo "all:"
    echo "  children:"
    echo "    homelab:"
    echo "      hosts:"
    for name in "$@"; do
      printf '        %s: { ansible_host: 127.0.0.1, ansible_port: %s }\n' "$name" "$(server_port "$name")"
    done
  } >"$folder/hosts.yml"
  checksum=$(docker exec "$services" cat /srv/downloads/restic.sha256)
  fingerprint=$(docker exec "$services" cat /srv/downloads/infisical/fingerprint)
  cat >"$folder/group_vars/all/lab.yml" <<YAML
ansible_user: root
ansible_ssh_private_key_file: $state/id_ed25519
ansible_ssh_common_args: "-F /dev/null -o IdentitiesOnly=yes -o UserKnownHostsFile=$state/known_hosts"
repo_url: git://git.lab/homelabbing.git
docker_source: distro
restic_url: http://downloads.lab/restic_lab_linux_amd64.bz2
restic_sha256: { amd64: "$checksum" }
infisical_repository: http://downloads.lab/infisical/deb
infisical_key_url: http://downloads.lab/infisical/infisical.asc
infisical_key_fingerprint: "$fingerprint"
restic_repository: s3:http://s3.lab:9000/homelab-backups/restic
infisical_site_url: http://infisical-backend:8080
komodo_database_port: 5432
komodo_sync_config: { resource_path: [main.toml] }
komodo_images: moghtech
komodo_database_image: moghtech/komodo-database:2
YAML
  # Containers of a server inside a container cannot ask the lab's name server.
  if [ "$(docker inspect -f '{{.State.Running}}' "$prefix-host01" 2>/dev/null)" = true ]; then
    echo "komodo_core_address: ws://$(server_address host01):9120" >>"$folder/group_vars/all/lab.yml"
  fi
  (umask 077 && echo demo >"$folder/.vault-password")
}
