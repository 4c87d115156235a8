package import Foundation

/// Real material beside the checkout, `../shared/data`, which is optional: a test that needs a part of
/// it says `.enabled(if: SharedData.has(…))`, and is reported as skipped where it is not there.
package enum SharedData {
  /// Where a file or folder of it is.
  package static func url(_ name: String) -> URL {
    GraphPages.repository.deletingLastPathComponent().appending(path: "shared/data")
      .appending(path: name)
  }

  /// True if a file or folder of it is there.
  package static func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: url(name).path)
  }
}
