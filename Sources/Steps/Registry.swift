public import Runbook

extension StepRegistry {
  /// Every step kind that ships with the program, sorted by key.
  public static let standard = StepRegistry([
    BlockStep.self,
    DirectoryStep.self,
    FileStep.self,
    IniStep.self,
    LineStep.self,
    ReplaceStep.self,
    TemplateStep.self,
  ])
}
