// swift-tools-version: 6.1
import PackageDescription

/// Every Swift target: warnings are errors, imports are internal unless said otherwise.
let settings: [SwiftSetting] = [
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("ExistentialAny"),
  .unsafeFlags(["-warnings-as-errors"]),
]

let package = Package(
  name: "runbook",
  products: [
    .executable(name: "runbook", targets: ["CLI"]),
    .library(name: "Runbook", targets: ["Runbook"]),
    .library(name: "Steps", targets: ["Steps"]),
  ],
  targets: [
    .systemLibrary(name: "CYAML", pkgConfig: "yaml-0.1", providers: [.apt(["libyaml-dev"])]),
    .systemLibrary(name: "CCrypto", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .target(name: "Runbook", dependencies: ["CYAML", "CCrypto"], swiftSettings: settings),
    .target(name: "Steps", dependencies: ["Runbook"], swiftSettings: settings),
    .executableTarget(name: "CLI", dependencies: ["Runbook", "Steps"], swiftSettings: settings),
    .target(
      name: "Support", dependencies: ["Runbook", "Steps"], path: "Tests/Support", swiftSettings: settings),
    .testTarget(name: "RunbookTests", dependencies: ["Runbook", "Support"], swiftSettings: settings),
    .testTarget(
      name: "StepsTests", dependencies: ["Runbook", "Steps", "Support"], exclude: ["Fixtures"],
      swiftSettings: settings),
    .testTarget(
      name: "CLITests", dependencies: ["Runbook", "Steps", "CLI", "Support"], exclude: ["Golden"],
      swiftSettings: settings),
  ],
  swiftLanguageModes: [.v6]
)
