import Runbook

/// Where a repository is, and how to be let in.
struct GitSource: Sendable {
  /// Without user and password; never secret.
  let url: String
  let user: Text?
  let password: Text?
  let keyFile: AbsolutePath?
  let acceptsHostKey: Bool

  init(_ parameters: inout Parameters) {
    let repo: Text = parameters.required(
      "repo", "URL of the repository: https, ssh, `user@host:path`, or a path.")
    let user: Text? = parameters.optional("user", "User for https.")
    let password: Text? = parameters.optional("password", "Password or token for https.")
    keyFile = parameters.optional("key_file", "Private key on the host, for ssh.")
    acceptsHostKey = parameters.value(
      "accept_host_key", "Accept the key of an ssh server that is not known yet; a changed one never.",
      default: false)
    let (url, inner) = Self.split(repo)
    self.url = url.string
    self.user = user ?? inner.user
    self.password = password ?? inner.password
    if url.isSecret {
      parameters.reject(
        "a secret may stand only in the user and password of an https URL", at: "repo",
        hint: "use 'user' and 'password'")
    }
    if self.password != nil, !url.string.hasPrefix("https://"), !url.string.hasPrefix("http://") {
      parameters.reject("a password is for https URLs", at: parameters.has("password") ? "password" : "repo")
    }
    if url.string.hasPrefix("-") { parameters.reject("'\(url)' is not a URL", at: "repo") }
  }

  /// Shell text that defines `git` so that it is let in and never asks. Shell functions are not processes,
  /// and what they export only the user's own processes can read.
  var setup: Text {
    var ssh = ["ssh", "-o", "BatchMode=yes"]
    if let keyFile { ssh += ["-i", keyFile.string, "-o", "IdentitiesOnly=yes"] }
    if acceptsHostKey { ssh += ["-o", "StrictHostKeyChecking=accept-new"] }
    var text: Text = "export GIT_TERMINAL_PROMPT=0 GIT_SSH_COMMAND=\(shellWord(shellLine(ssh)))\n"
    guard let password else { return text }
    text.append("RUNBOOK_GIT_USER=\(shellWord(user ?? "git")) RUNBOOK_GIT_PASSWORD=\(shellWord(password))\n")
    text.append(
      Text(
        #"""
        export RUNBOOK_GIT_USER RUNBOOK_GIT_PASSWORD
        ask=$(mktemp) || exit 1
        trap 'rm -f -- "$ask"' EXIT
        cat > "$ask" <<'RUNBOOK-ASK'
        #!/bin/sh
        case $1 in
        Username*) printf '%s\n' "$RUNBOOK_GIT_USER" ;;
        *) printf '%s\n' "$RUNBOOK_GIT_PASSWORD" ;;
        esac
        RUNBOOK-ASK
        chmod 0700 "$ask"
        export GIT_ASKPASS="$ask"

        """#))
    return text
  }

  /// Takes `user:password@` out of an https URL.
  private static func split(_ repo: Text) -> (url: Text, (user: Text?, password: Text?)) {
    let string = repo.string
    guard string.hasPrefix("https://") || string.hasPrefix("http://"),
      let slashes = string.firstRange(of: "://")
    else { return (repo, (nil, nil)) }
    let rest = string[slashes.upperBound...]
    let authority = rest[..<(rest.firstIndex(of: "/") ?? rest.endIndex)]
    guard let at = authority.lastIndex(of: "@") else { return (repo, (nil, nil)) }
    func offset(_ index: String.Index) -> Int { string.utf8.distance(from: string.startIndex, to: index) }
    let (start, end, length) = (offset(slashes.upperBound), offset(at), string.utf8.count)
    let url = repo.slice(0..<start) + repo.slice((end + 1)..<length)
    guard let colon = authority[..<at].firstIndex(of: ":") else {
      return (url, (decoded(repo.slice(start..<end)), ""))
    }
    return (
      url, (decoded(repo.slice(start..<offset(colon))), decoded(repo.slice((offset(colon) + 1)..<end)))
    )
  }

  /// With `%40` and the like read.
  private static func decoded(_ text: Text) -> Text {
    var bytes: [UInt8] = []
    var rest = Array(text.string.utf8)[...]
    while let byte = rest.popFirst() {
      let digits = String(decoding: rest.prefix(2), as: UTF8.self)
      if byte == UInt8(ascii: "%"), rest.count >= 2, let value = UInt8(digits, radix: 16) {
        bytes.append(value)
        rest = rest.dropFirst(2)
      } else {
        bytes.append(byte)
      }
    }
    return text.derived(String(decoding: bytes, as: UTF8.self))
  }
}
