import Runbook
import Steps

@main
struct Program {
  static func main() {
    print(StepRegistry.standard.keys)
  }
}
