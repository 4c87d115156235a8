import Foundation

/// The folder of committed fixtures.
enum Fixtures {
  static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
  static let root = tests.appending(path: "Fixtures")
}
