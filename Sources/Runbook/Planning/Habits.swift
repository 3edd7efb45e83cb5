/// What people type by habit from Ansible, and what it is called here.
enum Habits {
  /// A sentence about a key that the language does not have.
  static func hint(forKey key: String) -> String? {
    switch key {
    case "loop", "with_items", "with_list", "with_dict", "with_nested", "with_fileglob", "with_sequence",
      "with_together":
      "write 'for_each:'"
    case "loop_control": "write 'loop_var:' and 'loop_label:' beside 'for_each:'"
    case "ignore_errors", "ignore_unreachable": "write 'allow_failure: true'"
    case "tasks", "pre_tasks", "post_tasks": "write 'steps:'"
    case "block": "write 'phase: NAME' with 'steps:'"
    case "roles", "role", "import_role", "include_role": "put the steps in a file and 'include:' it"
    case "include_tasks", "import_tasks", "import_playbook": "write 'include:'"
    case "include_vars": "write 'vars_files:' at the top of the runbook"
    case "delegate_to", "local_action", "connection":
      "write 'delegate: control' for a step on the control machine"
    case "no_log": "leave it out: secrets are hidden wherever they show"
    case "retries", "delay": "write 'retry: { attempts: 5, delay: 10s }'"
    case "listen": "give the handler an 'id' and notify that"
    case "gather_facts": "leave it out: facts are there when a step uses them"
    case "check_mode", "diff": "leave it out: 'runbook plan' shows what would change"
    case "async", "poll": "write 'timeout:'"
    case "args": "write the parameters into the step's own map"
    case "meta": "leave it out: handlers run at the end of their phase"
    case "serial", "strategy", "throttle":
      "leave it out: hosts wait for each other only by 'needs: [id@host]'"
    case "any_errors_fatal", "max_fail_percentage":
      "let the steps that must not run need the others: 'needs: [id@all]'"
    case "become_exe", "become_flags": "leave it out, or write 'become_method:'"
    case "remote_user", "user": "set 'ansible_user' in the inventory"
    case "vars_prompt": "give the value with '-e name=value'"
    default: nil
    }
  }

  /// The step kind that does what an Ansible module of this name does.
  static func kind(forModule name: String) -> String {
    let short = name.split(separator: ".").last.map(String.init) ?? name
    return switch short {
    case "copy": "file"
    case "get_url": "download"
    case "unarchive": "archive"
    case "uri": "http"
    case "service", "systemd_service": "systemd"
    case "lineinfile": "line"
    case "blockinfile": "block"
    case "ini_file": "ini"
    case "debug": "show"
    case "set_fact": "set"
    case "slurp": "read_file"
    case "synchronize": "copy_tree"
    case "modprobe": "kernel_module"
    case "known_hosts": "known_host"
    case "apt_key", "deb822_repository": "apt_repository"
    case "docker_compose", "docker_compose_v2": "compose"
    default: short
    }
  }

  /// What a parameter is called here, by the name that people type; the first that a kind has is meant.
  private static let parameters: [String: [String]] = [
    "name": ["packages", "unit", "path", "names", "key"], "pkg": ["packages"], "package": ["packages"],
    "service": ["unit"], "src": ["source", "target", "from"], "dest": ["path", "to"],
    "update_cache": ["refresh"],
    "cache_valid_time": ["refresh"], "msg": ["message"], "fail_msg": ["message"],
    "prompt": ["question", "message"],
    "var": ["value"], "cmd": ["argv", "script", "command"], "chdir": ["directory"], "stdin": ["input"],
    "regexp": ["match"], "replace": ["with"], "insertafter": ["after"], "insertbefore": ["before"],
    "status_code": ["status"], "body_format": ["json"], "validate_certs": ["verify_tls"],
    "project_src": ["project"],
    "fstype": ["type"], "opts": ["options"], "seconds": ["for"], "minutes": ["for"], "job": ["command"],
    "special_time": ["schedule"], "env": ["environment"], "published_ports": ["ports"],
    "restart_policy": ["restart"],
    "cap_add": ["capabilities"], "cap_drop": ["drop_capabilities"], "executable": ["shell"], "warn": [],
  ]

  /// The declared parameter that a habit of typing means.
  static func parameter(for typed: String, among declared: [String]) -> String? {
    parameters[typed]?.first { declared.contains($0) }
  }
}
