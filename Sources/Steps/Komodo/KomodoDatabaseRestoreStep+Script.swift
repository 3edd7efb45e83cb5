import Runbook

extension KomodoDatabaseRestoreStep {
  /// Tests the files, restores, counts, notes what is in place.
  func script(_ name: String) -> Text {
    let settings: Text = """
      KOMODO_CLI_DATABASE_TARGET_ADDRESS=127.0.0.1:\(port)
      KOMODO_CLI_DATABASE_TARGET_USERNAME=\(user)
      KOMODO_CLI_DATABASE_TARGET_PASSWORD=\(password)
      KOMODO_CLI_DATABASE_TARGET_DB_NAME=\(database)
      """
    let address: Text = """
      mongodb://\(Self.encoded(user)):\(Self.encoded(password))@127.0.0.1:\(port)/\(database)?authSource=admin
      """
    return Text(preparing(name)) + "cat >\"$work/env\" <<'RUNBOOK-ENV'\n" + settings + "\nRUNBOOK-ENV\n"
      + Text(restoring(name))
      + "counts=$(docker exec -i \(container) mongosh --quiet --nodb <<'RUNBOOK-MONGO'\n"
      + "db = connect(\"" + address + "\")\n" + Text(counting) + Text(comparing(name))
  }

  private func preparing(_ name: String) -> String {
    """
    umask 077
    work=$(mktemp -d) || exit 1
    trap 'rm -rf -- "$work"' EXIT
    backup=\(shellWord("\(folder)/\(name)"))
    found=
    for file in "$backup"/*.gz; do
      [ -e "$file" ] || continue
      found=1
      gzip -t -- "$file" || { printf '%s is damaged; nothing was restored\\n' "$file" >&2; exit 1; }
      collection=${file##*/}
      printf '%s %s\\n' "${collection%.gz}" "$(gzip -dc -- "$file" | grep -c .)" >>"$work/expected"
    done
    if [ -z "$found" ]; then printf '%s holds no collection\\n' "$backup" >&2; exit 1; fi

    """
  }

  /// The program ends with 0 whatever became of a collection: its log tells.
  private func restoring(_ name: String) -> String {
    """
    docker run --rm --network \(shellWord("container:\(container)")) --env-file "$work/env" \\
      --volume \(shellWord("\(folder):/backups:ro")) \(shellWord(image)) \\
      km database restore -y --restore-folder \(name) >"$work/log" 2>&1
    status=$?
    if [ "$status" != 0 ] || grep -q ERROR "$work/log"; then
      echo 'Komodo could not restore all of it:' >&2
      { grep ERROR "$work/log" || tail -n 8 "$work/log"; } | head -n 8 >&2
      exit 1
    fi

    """
  }

  private var counting: String {
    """
    db.getCollectionNames().forEach(name => print(name + " " + db.getCollection(name).countDocuments({})))
    RUNBOOK-MONGO
    ) || { echo 'the documents cannot be counted' >&2; exit 1; }

    """
  }

  private func comparing(_ name: String) -> String {
    """
    while read -r collection expected; do
      [ "$expected" -gt 0 ] || continue
      count=$(printf '%s\\n' "$counts" | awk -v name="$collection" '$1 == name { print $2 }')
      if [ "${count:-0}" -lt "$expected" ]; then
        printf '%s has %s documents, its backup %s\\n' "$collection" "${count:-0}" "$expected" >&2
        exit 1
      fi
    done <"$work/expected"
    \(note?.write(name) ?? "")
    """
  }

  /// As a part of a connection's address.
  private static func encoded(_ text: Text) -> Text { text.derived(URLWord.encoded(text.string)) }
}
