public import Runbook

extension StepRegistry {
  /// Every step kind that ships with the program, sorted by key.
  public static let standard = StepRegistry([
    AptStep.self,
    AptRepositoryStep.self,
    BlockStep.self,
    DebconfStep.self,
    DirectoryStep.self,
    FileStep.self,
    IniStep.self,
    LineStep.self,
    PackageStep.self,
    ReplaceStep.self,
    TemplateStep.self,
  ])
}
