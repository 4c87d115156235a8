// swift-tools-version: 6.2
import PackageDescription

// A package as a user of the library writes one: it sees what is public, and nothing else.
let package = Package(
  name: "LibraryExample",
  dependencies: [.package(name: "TGraph", path: "../..")],
  targets: [
    .executableTarget(
      name: "LibraryExample", dependencies: [.product(name: "TGraph", package: "TGraph")])
  ]
)
