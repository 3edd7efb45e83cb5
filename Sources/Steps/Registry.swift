public import Runbook

extension StepRegistry {
  /// Every step kind that ships with the program, sorted by key.
  public static let standard = StepRegistry([
    AlternativesStep.self,
    AptStep.self,
    AptRepositoryStep.self,
    AuthorizedKeyStep.self,
    BlockStep.self,
    CronStep.self,
    DebconfStep.self,
    DirectoryStep.self,
    FileStep.self,
    GroupStep.self,
    HostnameStep.self,
    IniStep.self,
    KernelModuleStep.self,
    KnownHostStep.self,
    LineStep.self,
    LocaleStep.self,
    LoginShellStep.self,
    MountStep.self,
    PackageStep.self,
    ReplaceStep.self,
    SwapStep.self,
    SysctlStep.self,
    SystemdStep.self,
    SystemdTimerStep.self,
    TemplateStep.self,
    TimezoneStep.self,
    UfwStep.self,
    UserStep.self,
  ])
}
