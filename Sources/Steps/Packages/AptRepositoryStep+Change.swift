public import Runbook

/// What describes a repository on a host.
public struct AptRepositoryState: Sendable, Hashable {
  /// The source file; nil where there is none.
  public var source: String?
  /// The fingerprints of the keys in its keyring; nil where there is none.
  public var fingerprints: [String]?
  /// Which of the files that it replaces are there.
  public var replaced: [String] = []
}

extension AptRepositoryStep {
  public var probe: Probe<AptRepositoryState> {
    let keys: Probe<ScriptOutput> = .script(
      "\(Self.keyFunctions)\n[ ! -e \(shellWord(keyPath)) ] || key_fingerprints \(shellWord(keyPath))\n"
        + "[ ! -e \(shellWord(keyPath)) ] || echo end")
    let others = Probe<[FileStatus?]>.each(replaces.map { $0.string }) { .status(of: $0) }
    return Probe<[UInt8]?>.content(of: sourcePath).and(keys).and(others).map { (answer) throws(Diagnostic) in
      let ((content, keys), statuses) = answer
      guard keys.status == 0 else { throw .unreadableKey(keyPath, keys.errors) }
      let lines = keys.output.split(separator: "\n").map(String.init)
      return AptRepositoryState(
        source: content.map { String(decoding: $0, as: UTF8.self) },
        fingerprints: lines.last == "end" ? lines.dropLast() : nil,
        replaced: zip(replaces, statuses).filter { $1 != nil }.map { $0.0.string })
    }
  }

  public func change(from observed: AptRepositoryState) throws(Diagnostic) -> Change? {
    presence == .absent ? removal(from: observed) : installation(from: observed)
  }

  private func removal(from observed: AptRepositoryState) -> Change? {
    var paths = observed.replaced
    if observed.source != nil { paths.append(sourcePath) }
    if observed.fingerprints != nil { paths.append(keyPath) }
    guard !paths.isEmpty else { return nil }
    let diff = observed.source.map { [TextDiff(path: sourcePath, before: $0, after: nil)] } ?? []
    return Change(
      .remove, "apt repository \(name): \(paths.joined(separator: ", "))", diffs: diff,
      [.run(["rm", "-f", "--"] + paths)])
  }

  private func installation(from observed: AptRepositoryState) -> Change? {
    let wanted = Set(fingerprints.map { $0.digits })
    let hasKey =
      keyURL == nil
      || observed.fingerprints.map { !$0.isEmpty && (takesAnyKey || wanted.isSuperset(of: $0)) } == true
    let isSame = observed.source == source
    guard !isSame || !hasKey || !observed.replaced.isEmpty else { return nil }
    var lines = ["set -eu", AptScript.preamble(lockWait: lockWait), Self.keyFunctions, "wait_for_locks"]
    lines.append("folder=$(mktemp -d)\ntrap 'rm -rf \"$folder\"' EXIT\nchmod 755 \"$folder\"")
    if let keyURL, !hasKey { lines.append(keyScript(from: keyURL)) }
    if !isSame || !hasKey { lines.append(sourceScript) }
    if !observed.replaced.isEmpty { lines.append(shellLine(["rm", "-f", "--"] + observed.replaced)) }
    var words: [String] = []
    if observed.source == nil { words.append("apt repository \(name), \(uris.joined(separator: " "))") }
    if observed.source != nil, !isSame { words.append("source of apt repository \(name)") }
    if observed.source != nil, !hasKey { words.append("key of apt repository \(name)") }
    words += observed.replaced.map { "remove \($0)" }
    let diffs = isSame ? [] : [TextDiff(path: sourcePath, before: observed.source, after: Text(source))]
    return Change(
      observed.source == nil ? .create : .modify, Text(words.joined(separator: "; ")), diffs: diffs,
      [.script(Text(lines.joined(separator: "\n")))])
  }

  /// The source file.
  var source: String {
    var fields = [("Types", types.joined(separator: " ")), ("URIs", uris.joined(separator: " "))]
    fields.append(("Suites", suites.joined(separator: " ")))
    if !components.isEmpty { fields.append(("Components", components.joined(separator: " "))) }
    if !architectures.isEmpty { fields.append(("Architectures", architectures.joined(separator: " "))) }
    fields += options.all.map { ($0.key, $0.value) }
    if isTrusted { fields.append(("Trusted", "yes")) }
    if keyURL != nil { fields.append(("Signed-By", keyPath)) }
    if let keyText {
      let lines = keyText.split(separator: /\r\n|\n|\r/, omittingEmptySubsequences: false)
      let last = lines.lastIndex { !$0.allSatisfy { $0.isWhitespace } } ?? 0
      fields.append(
        ("Signed-By", "\n" + lines[...last].map { $0.isEmpty ? " ." : " \($0)" }.joined(separator: "\n")))
    }
    return fields.map { $0.1.hasPrefix("\n") ? "\($0.0):\($0.1)\n" : "\($0.0): \($0.1)\n" }.joined()
  }

  private func keyScript(from url: String) -> String {
    """
    /usr/lib/apt/apt-helper -o APT::Sandbox::User=root download-file \(shellWord(url)) "$folder/download" >&2
    binary_key "$folder/download" >"$folder/key"
    found=$(key_fingerprints "$folder/key") || exit 65
    for one in $found; do
      case " \(fingerprints.map { $0.digits }.joined(separator: " ")) " in
        *" $one "* | ' any ') ;;
        *)
          echo "the key at" \(shellWord(url)) "has the fingerprint $one, which is not the one given" >&2
          exit 65 ;;
      esac
    done
    [ -n "$found" ] || { echo "there is no public key at" \(shellWord(url)) >&2; exit 65; }
    install -d -m 755 /etc/apt/keyrings
    install -m 644 "$folder/key" \(shellWord(keyPath + ".new"))
    mv -f \(shellWord(keyPath + ".new")) \(shellWord(keyPath))
    """
  }

  private var sourceScript: String {
    """
    printf %s \(shellWord(source)) >"$folder/\(name).sources"
    refresh_index -o Dir::Etc::sourcelist="$folder/\(name).sources" -o Dir::Etc::sourceparts=- \\
      -o APT::Get::List-Cleanup=0
    install -d -m 755 /etc/apt/sources.list.d
    install -m 644 "$folder/\(name).sources" \(shellWord(sourcePath + ".new"))
    mv -f \(shellWord(sourcePath + ".new")) \(shellWord(sourcePath))
    """
  }

  /// `binary_key FILE` prints an OpenPGP key without its armour; `key_fingerprints FILE` walks through its
  /// packets and prints the fingerprint of each primary key: SHA-1 over the octet 0x99, two octets of length,
  /// the body.
  private static let keyFunctions = #"""
    binary_key() {
      if grep -q -e '^-----BEGIN PGP PUBLIC KEY BLOCK-----' "$1"; then
        tr -d '\r' <"$1" | awk '
          /^-----BEGIN PGP/ { inside = 1; body = 0; next }
          /^-----END PGP/ || (inside && /^=/) { inside = 0 }
          inside && body { print }
          inside && /^[ \t]*$/ { body = 1 }' | base64 -d
      else
        cat "$1"
      fi
    }
    key_fingerprints() {
      packets=$(od -An -v -tu1 "$1" | awk '
        { for (i = 1; i <= NF; i++) octet[count++] = $i }
        END {
          at = 0
          while (at < count) {
            head = octet[at]
            if (head < 128) exit 1
            if (head >= 192) {
              tag = head - 192; first = octet[at + 1]
              if (first < 192) { size = first; skip = 2 }
              else if (first < 224) { size = (first - 192) * 256 + octet[at + 2] + 192; skip = 3 }
              else if (first == 255) { size = long(at + 2); skip = 6 }
              else exit 1
            } else {
              tag = int((head - 128) / 4); form = head % 4
              if (form == 0) { size = octet[at + 1]; skip = 2 }
              else if (form == 1) { size = octet[at + 1] * 256 + octet[at + 2]; skip = 3 }
              else if (form == 2) { size = long(at + 1); skip = 5 }
              else exit 1
            }
            if (at == 0 && tag != 6) exit 1
            if (tag == 6) print octet[at + skip], at + skip + 1, size
            at += skip + size
          }
          if (at != count) exit 1
        }
        function long(i) {
          return ((octet[i] * 256 + octet[i + 1]) * 256 + octet[i + 2]) * 256 + octet[i + 3]
        }
      ') || { echo 'this is no OpenPGP public key' >&2; return 65; }
      printf '%s\n' "$packets" | while read -r version start size; do
        [ -n "$version" ] || continue
        [ "$version" = 4 ] || { echo "a key of version $version is not supported" >&2; exit 65; }
        { printf '\231'; printf "$(printf '\\%03o\\%03o' $((size / 256)) $((size % 256)))"
          tail -c +"$start" "$1" | head -c "$size"; } | sha1sum | cut -c 1-40 | tr a-f A-F
      done
    }
    """#
}

extension Diagnostic {
  fileprivate static func unreadableKey(_ path: String, _ errors: String) -> Diagnostic {
    Diagnostic(
      .unreadable, "the keyring '\(path)' cannot be read",
      notes: errors.split(separator: "\n").suffix(3).map(String.init),
      hint: "remove the file if it is no key")
  }
}
