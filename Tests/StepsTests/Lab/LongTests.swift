import Glibc

/// Whether suites run that take many minutes, or install database servers: `RUNBOOK_LONG=1`. They are shown as skipped
/// where they do not.
let runsLongTests = getenv("RUNBOOK_LONG") != nil
