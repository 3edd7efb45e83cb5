/// What is said to the `sh` at the other end: the functions it is given once, and the line of each call.
///
/// The shell reads its own input the whole time; the scripts of one call run in one background subshell, each
/// in a further one through `eval` of a quoted word, so that a syntax error or an `exit` ends that script
/// only. So the shell hears a `rb_kill` while they run, and when the connection goes it reads the end of its
/// input, leaves, and its exit trap ends what runs.
///
/// Job control would give each call a process group, but dash and busybox have it on a terminal only, and
/// `setsid` is not everywhere. So the processes of a call are told apart by what the kernel notes of each:
/// the session's own process group, and a start not before the call's (its clock ticks slowly: then the
/// higher number is the later). Children that earlier scripts left behind are older, and daemons have a group
/// of their own: neither is touched.
enum SessionProgram {
  /// Sent once; its last line answers with the frame `h`.
  static func opening(_ hello: FrameMark) -> String { functions + "rb_end \(hello.word) h 0\n" }

  /// A run of scripts: frame `b` at the start, one with its index and status (`s`: left out) after each
  /// script.
  static func call(_ mark: FrameMark, _ scripts: [Script]) -> String {
    var line = "rb_run \(mark.word)"
    for script in scripts { line += script.needsSuccess ? " y " : " n "; line += quoted(script.text) }
    return line + "\n"
  }

  /// Says that the last call's frames have come, so that its subshell can be waited for.
  static let done = "rb_done\n"

  /// Ends what runs; answers with the frame `k` of the same call.
  static func kill(_ mark: FrameMark) -> String { "rb_kill \(mark.word)\n" }

  /// Leaves, and lets what earlier scripts left in the background live on.
  static let leave = "rb_job=; exit 0\n"

  /// Prints a frame on one stream, without the functions.
  static func frame(_ mark: FrameMark, _ name: String) -> String {
    #"printf "\036%s:%s:0;" \#(mark.word) \#(name)"#
  }

  private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: #"'\''"#) + "'" }

  /// Defines what the calls use.
  static let functions = #"""
    unset ENV BASH_ENV LANGUAGE CDPATH; LC_ALL=C; umask 022
    for rb_dir in /usr/local/sbin /usr/local/bin /usr/sbin /usr/bin /sbin /bin; do
    case ":$PATH:" in *":$rb_dir:"*) ;; *) PATH=${PATH:+$PATH:}$rb_dir ;; esac; done
    export LC_ALL PATH; cd "${HOME:-/}" 2>/dev/null || cd /
    rb_job=
    rb_end() { printf '\036%s:%s:%s;' "$1" "$2" "$3"; printf '\036%s:%s:%s;' "$1" "$2" "$3" >&2; }
    rb_batch() {
    rb_mark=$1 rb_index=0 rb_fine=y; shift; rb_end "$rb_mark" b 0
    while [ $# -gt 0 ]; do
    if [ "$1$rb_fine" = yn ]; then rb_status=s
    else ( rb_text=$2; set --; eval "$rb_text" ) </dev/null; rb_status=$?; [ $rb_status = 0 ] || rb_fine=n; fi
    rb_end "$rb_mark" $rb_index $rb_status; rb_index=$((rb_index + 1)); shift 2; done; }
    rb_run() { rb_batch "$@" & rb_job=$!; rb_from=
    if rb_look $!; then rb_own=$rb_group rb_from=$rb_start; fi; }
    rb_done() { wait "$rb_job"; rb_job=; }
    rb_look() { { IFS= read -r rb_line <"/proc/$1/stat"; } 2>/dev/null || return 1
    case $rb_line in *')'*) ;; *) return 1 ;; esac
    set -- ${rb_line##*)}; rb_state=$1 rb_group=$3 rb_start=${20}; }
    rb_strike() { [ -n "$rb_from" ] || { kill -"$1" "$rb_job" 2>/dev/null; return; }; rb_hit=1
    for rb_pid in /proc/[0-9]*; do rb_pid=${rb_pid#/proc/}
    if [ "$rb_pid" != $$ ] && rb_look "$rb_pid" && [ "$rb_group" = "$rb_own" ] && [ "$rb_state" != Z ] &&
    { [ "$rb_start" -gt "$rb_from" ] || { [ "$rb_start" -eq "$rb_from" ] && [ "$rb_pid" -ge "$rb_job" ]; }; }
    then kill -"$1" "$rb_pid" 2>/dev/null; rb_hit=0; fi; done; return $rb_hit; }
    rb_stop() { [ -n "$rb_job" ] || return 0; rb_strike TERM; rb_tries=0
    while rb_strike 0 && [ $rb_tries -lt 100 ]; do rb_tries=$((rb_tries + 1))
    [ $rb_tries -lt 50 ] || rb_strike KILL; sleep 0.1 2>/dev/null ||
    { sleep 1; rb_tries=$((rb_tries + 9)); }; done; }
    rb_kill() { rb_stop; [ -z "$rb_job" ] || wait "$rb_job"; rb_job=; rb_end "$1" k 0; }
    trap rb_stop EXIT; trap 'exit 143' HUP TERM

    """#
}
