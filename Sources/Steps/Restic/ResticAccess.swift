import Runbook

/// How to reach a restic repository: what every step about one shares.
struct ResticAccess: Sendable {
  let repository: Text
  let password: Text
  let environment: Pairs<Text>
  let lockWait: Duration

  init(_ parameters: inout Parameters) {
    repository = parameters.required(
      "repository", "As restic writes it: `b2:bucket:path`, `s3:https://host/bucket/path`, `/path`, …")
    password = parameters.required("password", "The repository's password.")
    environment = parameters.value(
      "environment", "Variables that its storage wants: `AWS_ACCESS_KEY_ID`, `B2_ACCOUNT_ID`, …",
      default: Pairs([]))
    lockWait = parameters.value(
      "lock_wait", "How long to wait for a repository that somebody else has locked.", default: .seconds(300))
    if parameters.has("password"), password.isEmpty {
      parameters.reject("the password of a repository cannot be empty", at: "password")
    }
    if let fault = Self.fault(in: environment) { parameters.reject(fault, at: "environment") }
  }

  init(repository: Text, password: Text, environment: Pairs<Text>) {
    self.repository = repository
    self.password = password
    self.environment = environment
    lockWait = .seconds(300)
  }

  /// What is wrong with the variables; nil: nothing.
  static func fault(in environment: Pairs<Text>) -> String? {
    for (name, _) in environment.all {
      let isName =
        name.first?.isNumber == false
        && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
      guard isName else { return "'\(name)' is not the name of a variable" }
      if name.hasPrefix("RESTIC_"), !Self.tunable.contains(name) {
        return "'\(name)' would tell restic something else than the step does"
      }
    }
    return nil
  }

  private static let tunable = [
    "RESTIC_CACHE_DIR", "RESTIC_COMPRESSION", "RESTIC_PACK_SIZE", "RESTIC_REST_USERNAME",
    "RESTIC_REST_PASSWORD",
  ]

  /// Shell text that begins every script: the repository, the password and the storage's keys, which only this
  /// shell and what it starts can see, and `restic_minor`, 14 for 0.14.
  var prelude: Text {
    var text: Text = """
      umask 077
      unset RESTIC_HOST RESTIC_REPOSITORY_FILE RESTIC_PASSWORD_FILE RESTIC_PASSWORD_COMMAND RESTIC_KEY_HINT
      RESTIC_REPOSITORY=\(shellWord(repository)) RESTIC_PASSWORD=\(shellWord(password))
      export RESTIC_REPOSITORY RESTIC_PASSWORD RESTIC_PROGRESS_FPS=0.1

      """
    for (name, value) in environment.all {
      text.append("\(name)=\(shellWord(value)); export \(name)\n")
    }
    text.append(
      """
      restic_minor=$(restic version | sed -n 's/^restic \\([0-9]*\\)\\.\\([0-9]*\\).*/\\1 \\2/p')
      case $restic_minor in
      '') echo 'the version of restic cannot be told' >&2; exit 1 ;;
      *) restic_minor=$((${restic_minor% *} * 1000 + ${restic_minor#* })) ;;
      esac

      """)
    return text
  }

  /// The prelude of a script that only looks: `look` takes no lock and does not wait longer than a look may.
  var looking: Text { prelude + "look() { timeout 100 restic --no-lock \"$@\"; }\n" }

  /// The prelude of a script that does something: `r` is restic with the wait for a lock; `fail` says why and
  /// ends. `work` is a folder of its own, removed at the end.
  var working: Text {
    prelude
      + Text(
        """
        lock_wait=\(lockWait.wholeSeconds)
        \(Self.functions)
        """)
  }

  /// restic waits by itself from 0.16 on. Before that, a lock that is in the way ends it before it reads or
  /// prints anything, so that it can be asked again.
  private static let functions = """
    work=$(mktemp -d "${TMPDIR:-/tmp}/runbook-restic.XXXXXX") || exit 1
    trap 'rm -rf -- "$work"' EXIT
    trap 'exit 129' HUP; trap 'exit 130' INT; trap 'exit 143' TERM
    fail() { printf '%s\\n' "$@" >&2; exit 1; }
    is_locked() {
    [ "$1" = 11 ] || grep -q 'already locked\\|unable to create lock' "$work/errors"
    }
    r() {
    until=$(($(date +%s) + lock_wait))
    while :; do
    if [ "$restic_minor" -ge 16 ]; then restic --retry-lock "${lock_wait}s" "$@" 2>"$work/errors"
    else restic "$@" 2>"$work/errors"; fi
    status=$?
    if [ "$status" = 0 ] || ! is_locked "$status"; then cat "$work/errors" >&2; return "$status"; fi
    [ "$restic_minor" -lt 16 ] && [ "$(date +%s)" -lt "$until" ] || break
    sleep 2
    done
    { echo "the repository is locked, still so after ${lock_wait} s:"
    grep -i 'lock' "$work/errors" | head -n 6
    echo 'where that program is gone for sure, run: restic unlock'; } >&2
    return "$status"
    }

    """
}

extension Text {
  static func + (left: Text, right: String) -> Text { left + Text(right) }
}
