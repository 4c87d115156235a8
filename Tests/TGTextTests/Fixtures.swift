import Foundation

/// The folder of committed fixtures, and of the optional material beside the checkout.
enum Fixtures {
  static let tests = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent()
  static let root = tests.appending(path: "Fixtures")

  /// `../shared/data`, beside the checkout; nil, with a printed note, when it is absent.
  static func shared(_ path: String) -> URL? {
    let folder = tests.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "shared/data").appending(path: path)
    guard FileManager.default.fileExists(atPath: folder.path) else {
      print("note: \(path) of the shared material is absent, its cases were not run")
      return nil
    }
    return folder
  }
}
