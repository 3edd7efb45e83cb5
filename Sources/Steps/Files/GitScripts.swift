import Runbook

/// The shell text of `git`: looking, and bringing a clone to a version.
struct GitScripts {
  let step: GitStep

  init(_ step: GitStep) { self.step = step }

  /// Prints the state as `GitState` reads it.
  var look: String {
    let network = step.updates ? wanted : ""
    return """
      p=\(shellWord(step.path.string)); u=\(shellWord(step.source.url)); v=\(shellWord(step.version))
      if [ ! -e "$p/.git" ]; then
      if [ ! -e "$p" ] && [ ! -L "$p" ]; then echo 'place nothing'
      elif [ -d "$p" ] && [ -r "$p" ] && [ -z "$(ls -A -- "$p")" ]; then echo 'place nothing'
      else echo 'place occupied'; fi
      exit 0
      fi
      \(step.source.setup.string)\(functions)
      echo 'place clone'
      echo "head $(g rev-parse -q --verify HEAD)"
      echo "branch $(g symbolic-ref -q --short HEAD)"
      echo "url $(g config --get remote.origin.url)"
      g status --porcelain --untracked-files=no --ignore-submodules=all > /dev/null || exit 1
      g status --porcelain --untracked-files=no --ignore-submodules=all | sed 's/^/change /'
      own | sed 's/^/commit /'
      \(step.hasSubmodules ? staleSubmodules : "")
      \(network)
      """
  }

  private let staleSubmodules =
    #"g submodule status --recursive | sed -n 's/^[-+U][0-9a-f]* \([^ ]*\).*/submodule \1/p'"#

  /// Prints the commit that is asked for. A whole commit id needs no look at the repository.
  private var wanted: String {
    if isCommit, step.version.utf8.count >= 40 { return #"echo "wanted $v""# }
    return """
      find_version || exit 1
      echo "wanted-branch $branch"
      echo "wanted $commit"
      """
  }

  /// Whether it can be the id of a commit.
  private var isCommit: Bool {
    (7...64).contains(step.version.utf8.count) && step.version.allSatisfy { $0.isHexDigit && $0.isASCII }
  }

  /// `g`: git in the clone. `own`: commits that are nowhere else. `find_version`: what the repository has
  /// under the name, into `branch`, `tag` and `commit`.
  private var functions: String {
    #"""
    g() {
    git -C "$p" -c safe.directory="$p" -c advice.detachedHead=false \
    -c user.name=runbook -c user.email=runbook@localhost "$@"
    }
    own() {
    for r in HEAD "refs/heads/$v"; do
    g rev-parse -q --verify "$r" >/dev/null || continue
    g log --format='%h %s' "$r" --not --remotes --tags --glob='refs/runbook/*' --
    done | sort -u
    }
    find_version() {
    branch=; tag=; commit=
    name=$v
    if [ -z "$name" ]; then
    name=$(git ls-remote --symref -- "$u" HEAD) || return 1
    name=$(printf '%s\n' "$name" | sed -n 's|^ref: refs/heads/\(.*\)[[:space:]]HEAD$|\1|p')
    fi
    refs=$(git ls-remote -- "$u" "refs/heads/$name" "refs/tags/$name" "refs/tags/$name^{}") || return 1
    tab=$(printf '\t')
    while IFS=$tab read -r id ref; do
    case $ref in
    "refs/heads/$name") branch=$name; commit=$id; break ;;
    "refs/tags/$name" | "refs/tags/$name^{}") tag=$name; commit=$id ;;
    esac
    done <<RUNBOOK-REFS
    $refs
    RUNBOOK-REFS
    """# + (isCommit ? #"\#nif [ -z "$commit" ]; then commit=$name; fi"# : "") + "\n}"
  }

  /// Clones or updates. Every part of it can be done again after an interruption.
  var bring: Text {
    let depth = step.depth.map { String($0) } ?? ""
    let head = """
      p=\(shellWord(step.path.string)); u=\(shellWord(step.source.url)); v=\(shellWord(step.version))
      depth=\(depth)

      """
    return Text(head) + step.source.setup
      + Text("\(functions)\n\(start)\n\(step.isForced ? putAside : stop)\n\(checkOut)")
  }

  private var start: String {
    #"""
    find_version || exit 1
    if [ -z "$commit" ]; then printf "there is no branch, tag or commit '%s'\n" "$v" >&2; exit 1; fi
    mkdir -p -- "$p" || exit 1
    if [ ! -e "$p/.git" ]; then git init -q -- "$p" || exit 1; fi
    before=$(g rev-parse -q --verify HEAD)
    if g config --get remote.origin.url >/dev/null; then g remote set-url origin "$u"
    else g remote add origin "$u"; fi || exit 1
    changes=$(g status --porcelain --untracked-files=no --ignore-submodules=all) || exit 1
    commits=$(own)
    """#
  }

  private var stop: String {
    #"""
    if [ -n "$changes$commits" ]; then
    printf '%s\n' 'local changes or commits:' "$changes" "$commits" >&2; exit 1
    fi
    """#
  }

  /// Changes to a stash, commits below `refs/runbook/kept`.
  private var putAside: String {
    #"""
    if [ -n "$commits" ]; then
    for r in HEAD "refs/heads/$v"; do
    id=$(g rev-parse -q --verify "$r") && g update-ref "refs/runbook/kept/$id" "$id" || [ -z "$id" ] || exit 1
    done
    printf 'kept below refs/runbook/kept:\n%s\n' "$commits"
    fi
    if [ -n "$before" ] && [ -n "$(g status --porcelain --ignore-submodules=all)" ]; then
    g stash push -q --include-untracked -m "put aside by runbook" || exit 1
    printf 'put into a stash:\n%s\n' "$changes"
    fi
    """#
  }

  private var checkOut: String {
    #"""
    shallow=$(g rev-parse --is-shallow-repository)
    heads='+refs/heads/*:refs/remotes/origin/*'
    if [ -n "$branch" ]; then
    to="refs/remotes/origin/$branch"; from="+refs/heads/$branch:$to"
    elif [ -n "$tag" ]; then from="+refs/tags/$tag:refs/tags/$tag"; to="refs/tags/$tag^{commit}"
    else from="+$commit:refs/runbook/pinned"; to="$commit^{commit}"; fi
    if [ -n "$depth" ] && { [ -z "$before" ] || [ "$shallow" = true ]; } &&
    g fetch -q --depth "$depth" origin "$from"; then :
    else
    if [ "$shallow" = true ]; then deepen=--unshallow; else deepen=; fi
    g fetch -q $deepen --force --tags origin "$heads" || exit 1
    g rev-parse -q --verify "$to" >/dev/null || g fetch -q origin "$from" || exit 1
    fi
    if [ -n "$before" ] && [ -n "$branch" ] && [ "$shallow" != true ] &&
    ! g merge-base --is-ancestor "$before" "$to"; then
    printf '%s is not a continuation of what was checked out (%s)\n' "$branch" "$before"
    fi
    if [ -n "$branch" ]; then
    g checkout -q -B "$branch" "$to" -- || exit 1
    g branch -q --set-upstream-to="origin/$branch" "$branch" >/dev/null || exit 1
    else g checkout -q --detach "$to" -- || exit 1; fi
    """# + (step.hasSubmodules ? "\n" + submodules : "") + "\nprintf 'before %s\\n' \"$before\""
  }

  private var submodules: String {
    "g submodule -q sync --recursive && g submodule -q update --init --recursive || exit 1"
  }
}
