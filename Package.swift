// swift-tools-version: 6.2
import PackageDescription

/// Every module of ours is held to the same standard: Swift 6, no warning, unsafe code marked.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .strictMemorySafety(),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
]

/// A Swift module of the package. It may import what stands in rows above its own, nothing else.
func module(
  _ name: String, _ dependencies: [Target.Dependency] = [], resources: [Resource]? = nil
) -> Target {
  .target(name: name, dependencies: dependencies, resources: resources, swiftSettings: strict)
}

/// A command: a thin `@main` over the modules.
func command(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .executableTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

/// The tests of one module.
func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(
    name: name, dependencies: dependencies + ["TGTestSupport"], path: "Tests/\(name)",
    swiftSettings: strict)
}

let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")

let package = Package(
  name: "TGraph",
  products: [
    .library(name: "TGraph", targets: ["TGraph"]),
    .executable(name: "tgc", targets: ["tgc"]),
    .executable(name: "tgrun", targets: ["tgrun"]),
    .executable(name: "tginvert", targets: ["tginvert"]),
    .executable(name: "tgdirect", targets: ["tgdirect"]),
    .executable(name: "tginspect", targets: ["tginspect"]),
    .executable(name: "tgeval", targets: ["tgeval"]),
    .executable(name: "tgdissect", targets: ["tgdissect"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2")
  ],
  targets: [
    // MARK: 0. C: system libraries, our kernels, thin shims
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas", providers: [.apt(["libopenblas-dev"])]),
    .systemLibrary(
      name: "CJPEG", pkgConfig: "libjpeg", providers: [.apt(["libjpeg-dev"])]),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CPNG", pkgConfig: "libpng", providers: [.apt(["libpng-dev"])]),
    .systemLibrary(
      name: "CProtobufC", pkgConfig: "libprotobuf-c", providers: [.apt(["libprotobuf-c-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .target(name: "CTGFaults"),
    .target(name: "CTGAllocator", dependencies: ["CTGFaults"]),
    .target(
      name: "CTGBLAS", dependencies: ["CTGFaults"],
      linkerSettings: [.linkedLibrary("dl"), .linkedLibrary("pthread")]),
    .target(name: "CTGChecksum", cSettings: [.unsafeFlags(["-O3"])]),
    .target(name: "CTGMachine"),
    .target(
      name: "CTGKernels", dependencies: ["CTGMachine"], exclude: ["include/tg_functions.def"],
      cSettings: [.unsafeFlags(["-O3", "-ffp-contract=off"])]),
    .target(name: "CTGJPEG", dependencies: ["CJPEG"]),
    .target(name: "CTGPNG", dependencies: ["CPNG"]),
    .target(name: "CTGPlan", dependencies: ["CProtobufC"]),
    .target(name: "CTGONNX", dependencies: ["CProtobufC"]),

    // MARK: 1. What everything speaks of
    module("TGDiagnostics"),
    module("TGTensor", ["CTGFaults", "CNettle"]),
    module("TGMachine", ["CTGMachine"]),
    module("TGProtobuf", ["CProtobufC"]),

    // MARK: 2. Kernels, the plan, files from outside
    module("TGKernels", ["TGMachine", "CTGKernels", "CTGBLAS"]),
    module("TGPlan", ["TGTensor", "TGProtobuf", "CTGChecksum", "CTGPlan"]),
    module("TGImage", ["TGTensor", "CTGJPEG", "CTGPNG"]),
    module("TGText", ["TGTensor"]),
    module("TGONNX", ["TGTensor", "TGProtobuf", "CTGONNX"]),
    module("TGRetrieval", ["TGTensor"]),

    // MARK: 3. Checkpoints; units and parts; the graph; what every executor of plans is
    module("TGCheckpoint", ["TGTensor", "TGONNX", "CZlib"]),
    module("TGDissection", ["TGImage", "TGTensor"]),
    module("TGExecution", ["TGPlan", "TGMachine", "TGTensor"]),
    module("TGIR", ["TGTensor", "TGDiagnostics", "TGPlan"]),

    // MARK: 4. The op registry
    module("TGOps", ["TGIR", "TGPlan", "TGTensor"]),

    // MARK: 5. Above the plan: the language. Below the plan: the executor
    module(
      "TGSyntax", ["TGOps", "TGIR", "TGPlan", "TGTensor", "TGDiagnostics"],
      resources: [.embedInCode("Pages/likeness.tgraph")]),
    module("TGReference", ["TGExecution", "TGPlan", "TGMachine", "TGTensor"]),
    module("TGRuntime", ["TGExecution", "TGPlan", "TGKernels", "TGMachine", "TGTensor"]),

    // MARK: 6. The compiler; the session
    module(
      "TGCompiler",
      [
        "TGSyntax", "TGOps", "TGIR", "TGPlan", "TGDiagnostics", "TGTensor", "TGCheckpoint",
        "TGText", "TGMachine",
      ]),
    module(
      "TGSession",
      ["TGExecution", "TGMachine", "TGPlan", "TGText", "TGImage", "TGCheckpoint", "TGTensor"]),

    // MARK: 7. Networks of others; objectives minimised; options, exit codes, printing
    module(
      "TGInversion",
      ["TGSession", "TGExecution", "TGMachine", "TGPlan", "TGCheckpoint", "TGImage", "TGTensor"]),
    module("TGScores", ["TGPlan", "TGMachine", "TGTensor"]),
    module("TGDirections", ["TGSession", "TGTensor"]),
    module("TGExchange", ["TGOps", "TGIR", "TGPlan", "TGONNX", "TGTensor"]),
    module(
      "TGCommandLine",
      [
        "TGSession", "TGRuntime", "TGExecution", "TGDiagnostics", "TGPlan", "TGCheckpoint",
        "TGImage", "TGText", "TGMachine", "TGTensor", "TGProtobuf", "CTGFaults", arguments,
      ]),

    // MARK: 8. The library; the commands
    module(
      "TGraph",
      [
        "TGInversion", "TGSession", "TGRuntime", "TGCompiler", "TGSyntax", "TGExecution",
        "TGMachine", "TGPlan", "TGImage", "TGText", "TGDiagnostics", "TGTensor",
      ]),
    command(
      "tgc",
      [
        "TGCommandLine", "TGExchange", "TGCompiler", "TGOps", "TGSyntax", "TGONNX", "TGIR",
        "TGPlan",
        "TGKernels", "TGDiagnostics", "TGTensor", "TGCheckpoint", "TGText", "TGMachine",
        "CTGAllocator", arguments,
      ]),
    command(
      "tgrun",
      [
        "TGCommandLine", "TGSession", "TGExecution", "TGPlan", "TGRetrieval",
        "TGTensor", "TGImage", "TGText", "CTGAllocator", arguments,
      ]),
    command(
      "tginvert",
      [
        "TGCommandLine", "TGInversion", "TGSession", "TGExecution", "TGCheckpoint",
        "TGMachine", "TGPlan", "TGTensor", "TGImage", "TGText", "CTGAllocator", arguments,
      ]),
    command(
      "tgdirect",
      [
        "TGCommandLine", "TGDirections", "TGInversion", "TGSession", "TGExecution",
        "TGMachine", "TGCheckpoint", "TGPlan", "TGTensor", "TGImage", "CTGAllocator", arguments,
      ]),
    command(
      "tginspect",
      [
        "TGCommandLine", "TGPlan", "TGCheckpoint", "TGText", "TGImage", "TGONNX", "TGTensor",
        "CTGAllocator", arguments,
      ]),
    command(
      "tgeval",
      [
        "TGCommandLine", "TGScores", "TGSession", "TGCheckpoint",
        "TGPlan", "TGTensor", "TGImage", "CTGAllocator", arguments,
      ]),
    command(
      "tgdissect",
      [
        "TGCommandLine", "TGDissection", "TGSession", "TGPlan", "TGText", "TGTensor",
        "TGImage", "CTGAllocator", arguments,
      ]),
    command("tgbench", ["TGKernels", "TGOps", "TGPlan", "TGTensor", "TGMachine", "COpenBLAS"]),

    // MARK: Tests
    .target(
      name: "TGTestSupport", dependencies: ["TGPlan", "TGText", "TGTensor"],
      path: "Tests/TGTestSupport", swiftSettings: strict),
    tests("TGDiagnosticsTests", ["TGDiagnostics"]),
    tests("TGTensorTests", ["TGTensor"]),
    tests("TGMachineTests", ["TGMachine"]),
    tests("TGKernelsTests", ["TGKernels", "TGMachine", "TGPlan", "TGTensor"]),
    tests("TGPlanTests", ["TGPlan", "TGProtobuf", "TGTensor"]),
    tests("TGImageTests", ["TGImage", "TGTensor"]),
    tests("TGDissectionTests", ["TGDissection", "TGImage", "TGTensor"]),
    tests("TGTextTests", ["TGText", "TGTensor"]),
    tests("TGRetrievalTests", ["TGRetrieval", "TGTensor"]),
    tests("TGCheckpointTests", ["TGCheckpoint", "TGTensor"]),
    .executableTarget(
      name: "tgfuzz",
      dependencies: [
        "TGInversion", "TGExchange", "TGCompiler", "TGSyntax", "TGSession", "TGRuntime",
        "TGReference", "TGExecution", "TGIR", "TGONNX",
        "TGMachine", "TGPlan", "TGCheckpoint", "TGImage", "TGText", "TGTensor", "TGDiagnostics",
        "TGTestSupport",
      ],
      path: "Tests/TGFuzz", swiftSettings: strict),
    tests("TGONNXTests", ["TGONNX", "TGTensor"]),
    tests("TGExchangeTests", ["TGExchange", "TGONNX", "TGOps", "TGIR", "TGPlan", "TGTensor"]),
    tests("TGOpsTests", ["TGOps", "TGIR", "TGPlan", "TGTensor"]),
    tests("TGSyntaxTests", ["TGSyntax", "TGOps", "TGIR", "TGPlan", "TGTensor", "TGDiagnostics"]),
    .target(name: "CTGAllocationCounter", path: "Tests/CTGAllocationCounter"),
    tests(
      "TGRuntimeTests",
      [
        "TGRuntime", "TGReference", "TGExecution", "TGPlan", "TGKernels", "TGMachine", "TGTensor",
        "CTGAllocationCounter",
      ]),
    tests(
      "TGCompilerTests",
      [
        "TGCompiler", "TGRuntime", "TGReference", "TGExecution", "TGSyntax", "TGOps", "TGIR",
        "TGPlan", "TGTensor",
        "TGDiagnostics", "TGCheckpoint", "TGMachine", "TGText",
      ]),
    tests(
      "TGSessionTests",
      [
        "TGSession", "TGRuntime", "TGExecution", "TGMachine", "TGPlan", "TGTensor", "TGImage",
        "TGCheckpoint",
      ]),
    tests("TGDirectionsTests", ["TGDirections", "TGSession", "TGTensor"]),
    tests(
      "TGInversionTests",
      [
        "TGInversion", "TGCompiler", "TGSyntax", "TGSession", "TGRuntime", "TGExecution",
        "TGMachine", "TGPlan",
        "TGCheckpoint", "TGTensor",
      ]),
    tests("TGScoresTests", ["TGScores", "TGTensor"]),
    tests(
      "FuzzTests",
      [
        "TGRuntime", "TGExecution", "TGMachine", "TGPlan", "TGImage", "TGCheckpoint", "TGTensor",
        "CTGAllocationCounter",
      ]),
    tests("TGCommandLineTests", ["TGCommandLine", "TGTensor"]),
    tests("EndToEndTests", ["TGTensor", "TGCheckpoint", "TGImage", "TGPlan"]),
  ],
  cLanguageStandard: .c11
)
