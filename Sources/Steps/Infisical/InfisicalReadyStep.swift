public import Runbook

/// Waits until Infisical serves, and names what keeps it from doing so.
public struct InfisicalReadyStep: StepKind {
  public static let key = "infisical_ready"
  public static let summary = """
    Waits until Infisical answers, which it does once its database is migrated. Its log is watched meanwhile: an \
    ENCRYPTION_KEY that does not belong to the database, a database that refuses the password and a history of \
    migrations that does not fit end the wait at once, each in its own words.
    """
  public static let example = """
    - infisical_ready: { url: "http://127.0.0.1:8080", container: infisical-backend, wait: 15m }
    """

  let url: String
  let container: String
  let wait: Duration

  public init(_ parameters: inout Parameters) {
    let url: String = parameters.required("url", "Where it answers, without `/api`.")
    self.url = InfisicalAccess.trimmed(url)
    container = parameters.required("container", "Its container, for the log.")
    wait = parameters.value("wait", "How long it may take.", default: .seconds(900))
    if parameters.has("url"), !url.hasPrefix("https://"), !url.hasPrefix("http://") {
      parameters.reject("the URL begins with neither 'https://' nor 'http://'", at: "url")
    }
    if parameters.has("container"), !DockerQuery.isName(container) {
      parameters.reject("'\(container)' is not the name of a container", at: "container")
    }
  }

  public var title: String { "Infisical at \(url)" }
  public var requires: [String] { ["curl", "docker"] }

  public var probe: Probe<Bool> {
    Probe<ScriptOutput>.script(asking).map { $0.status == 0 }
  }

  public func change(from observed: Bool) throws(Diagnostic) -> Change? {
    observed ? nil : .run("wait until Infisical answers at \(url)", .script(Text(waiting)))
  }

  private var asking: String {
    "curl --disable --silent --fail --max-time 10 --output /dev/null \(shellWord(url + "/api/status"))"
  }

  private var waiting: String {
    """
    end=$(($(date +%s) + \(wait.wholeSeconds)))
    until \(asking); do
      log=$(docker logs --tail 200 -- \(shellWord(container)) 2>&1)
      case $log in
      *'Unsupported state or unable to authenticate data'*)
        echo 'ENCRYPTION_KEY does not belong to this database: Infisical cannot decrypt it.' >&2
        echo 'Give the key that Infisical had when this backup was made; the database itself is sound.' >&2
        exit 1 ;;
      *'password authentication failed'*)
        echo 'The database refuses the password: its volume keeps the one of its first start.' >&2
        exit 1 ;;
      *'Invalid migration history detected'*)
        echo 'The database was made by another version of Infisical: start the image that it was made with.' >&2
        exit 1 ;;
      esac
      if [ "$(date +%s)" -ge "$end" ]; then
        printf 'Infisical does not answer within \(wait.written). The end of its log:\\n%s\\n' \\
          "$(printf '%s\\n' "$log" | tail -n 15)" >&2
        exit 1
      fi
      sleep 1
    done
    """
  }
}
